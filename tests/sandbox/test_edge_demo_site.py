"""Contract: the demo's shop through a running sandbox, with its own edge functions."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from sandbox.demo.site.distribution import Clients, Site, create_site
from sandbox.demo.site.origin import Origin, start_origin
from tests.cloud import Cloud
from tests.timing import PATIENCE


@dataclass(frozen=True)
class Shop:
    """The shop, its distribution, and the sandbox that serves it."""

    cloud: Cloud
    origin: Origin
    site: Site

    def ask(self, path: str, **headers: str) -> httpx.Response:
        """Return the viewer's response; underscores in header names stand for dashes."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(
            self.cloud.sandbox.endpoint_url + path,
            headers={"Host": self.site.domain_name, **names},
            timeout=PATIENCE,
        )


@pytest.fixture
def shop(cloud: Cloud) -> Iterator[Shop]:
    """Yield a deployed shop."""
    cloud.sandbox.set(deploy_seconds=0.1)
    clients = Clients(cloud.cloudfront, cloud.iam, cloud.functions)
    with start_origin() as origin:
        yield Shop(cloud, origin, create_site(clients, origin.url))


def test_the_page_and_its_assets_are_served(shop: Shop) -> None:
    """The script and the styles that the page names."""
    page = shop.ask("/")

    assert (200, "text/html; charset=utf-8") == (page.status_code, page.headers["content-type"])
    assert shop.origin.script_path in page.text
    assert [200, 200] == [
        shop.ask(path).status_code for path in (shop.origin.script_path, "/assets/app.css")
    ]


def test_assets_get_security_headers_at_viewer_response(shop: Shop) -> None:
    """From the origin and from the cache; other behaviors add none."""
    assets = [shop.ask("/assets/app.css") for _ in range(2)]

    assert ["Miss from cloudfront", "Hit from cloudfront"] == [a.headers["x-cache"] for a in assets]
    assert ["nosniff", "nosniff"] == [a.headers["x-content-type-options"] for a in assets]
    assert "x-content-type-options" not in shop.ask("/").headers


def test_the_api_needs_its_viewer_request_function(shop: Shop) -> None:
    """The function marks requests for the origin, and rejects a viewer who forges the mark."""
    direct = httpx.get(f"{shop.origin.url}/api/orders", timeout=PATIENCE)

    assert [403, 200, 400] == [
        direct.status_code,
        shop.ask("/api/orders").status_code,
        shop.ask("/api/orders", x_shop_edge="yes").status_code,
    ]


def test_the_api_changes_with_every_call(shop: Shop) -> None:
    """It is not cached."""
    calls = [shop.ask("/api/orders").json() for _ in range(2)]

    assert 1 == calls[1]["call"] - calls[0]["call"]
    assert 1 == calls[1]["orders"][0]["number"] - calls[0]["orders"][0]["number"]


def test_the_latest_download_is_found_at_origin_request(shop: Shop) -> None:
    """The published Lambda@Edge version runs once; then the cache serves."""
    downloads = [shop.ask("/downloads/latest.txt") for _ in range(2)]

    assert ["origin-request"] * 2 == [d.headers["x-asked-by"] for d in downloads]
    assert "Kenya Nyeri" in downloads[1].text
    assert 1 == shop.origin.count("/downloads/report.txt")


def test_the_page_is_served_from_the_cache(shop: Shop) -> None:
    """The origin counts its requests."""
    for _ in range(3):
        shop.ask("/")

    assert 1 == shop.origin.count("/index.html")
    assert {"/index.html": 1} == shop.origin.counts()


def test_an_unknown_page_is_a_404(shop: Shop) -> None:
    """It comes from the origin, whose health check still responds."""
    assert 404 == shop.ask("/nothing").status_code
    assert {"status": "ok"} == shop.ask("/api/health").json()


def test_the_origin_serves_head_without_a_body(shop: Shop) -> None:
    """With the length of the page."""
    page = httpx.head(f"{shop.origin.url}/index.html", timeout=PATIENCE)

    assert (200, "") == (page.status_code, page.text)
    assert int(page.headers["content-length"]) > 0
