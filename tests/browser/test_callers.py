"""Other callers in a real browser: an app of another origin, and a tester with the bypass link."""

import json
from typing import Any

import pytest
from maintenance_edge.bypass import COOKIE
from selenium.webdriver import Chrome

from sandbox.demo.site.origin import Origin
from tests.browser.conftest import Visit
from tests.browser.shop import Shop
from tests.edge.builders import TOKEN, sha256

_FETCH = """
const [url, options, done] = arguments;
fetch(url, options).then(
  async (answer) => done({
    status: answer.status,
    retryAfter: answer.headers.get("retry-after"),
    maintenance: answer.headers.get("x-maintenance"),
    problem: await answer.json(),
  }),
  (error) => done({failed: error.name}),
);
"""


def fetched(browser: Chrome, url: str, **options: object) -> dict[str, Any]:
    """Return what a script of the page in `browser` can read of its `fetch`."""
    answer: dict[str, Any] = browser.execute_async_script(_FETCH, url, options)
    return answer


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"credentials": "include"},
        {"method": "PUT", "headers": {"content-type": "application/json"}, "body": "{}"},
        {"method": "DELETE", "headers": {"x-csrf-token": "7"}, "credentials": "include"},
    ],
)
def test_an_app_of_another_origin_reads_the_failed_call(
    shop: Shop, origin: Origin, visit: Visit, options: dict[str, object]
) -> None:
    """Status, Retry-After and JSON, also after a preflight and with credentials."""
    shop.close(cors_origins=[origin.url], retry_after_seconds=77)
    app = visit(f"{origin.url}/index.html")
    answer = fetched(app, f"{shop.url}api/orders", **options)

    assert (503, "77", "on", 503) == (
        answer.get("status"),
        answer.get("retryAfter"),
        answer.get("maintenance"),
        answer.get("problem", {}).get("status"),
    ), answer


def test_an_app_of_an_origin_that_is_not_configured_reads_nothing(
    shop: Shop, origin: Origin, visit: Visit
) -> None:
    """The browser hides the response from the script."""
    shop.close(cors_origins=["https://app.example.com"])
    app = visit(f"{origin.url}/index.html")

    assert {"failed": "TypeError"} == fetched(app, f"{shop.url}api/orders")


def test_the_app_of_the_shop_itself_reads_the_failed_call(shop: Shop, visit: Visit) -> None:
    """On a page that was open before the maintenance began."""
    app = visit(shop.url)
    shop.close(retry_after_seconds=77)

    assert (503, "77") == tuple(
        fetched(app, f"{shop.url}api/orders")[name] for name in ("status", "retryAfter")
    )


TOKENS = {"overrides/bypass.json": json.dumps({sha256(TOKEN): 4_000_000_000})}


def test_the_bypass_link_lets_only_that_browser_pass(
    shop: Shop, visit: Visit, visit_elsewhere: Visit
) -> None:
    """The tester sees the shop at once and at the next visit; others see the page."""
    shop.close(TOKENS)
    tester = visit(f"{shop.url}?maintenance-bypass={TOKEN}&table=4")
    arrived = (tester.title, tester.current_url)
    tester.get(shop.url)
    other = visit_elsewhere(shop.url)

    assert (("Harbour Roasters", f"{shop.url}?table=4"), "Harbour Roasters", False) == (
        arrived,
        tester.title,
        other.title == "Harbour Roasters",
    )


def test_scripts_cannot_read_the_cookie(shop: Shop, visit: Visit) -> None:
    """A script injected into the shop cannot steal it."""
    shop.close(TOKENS)
    tester = visit(f"{shop.url}?maintenance-bypass={TOKEN}")
    cookie = tester.get_cookie(COOKIE) or {}

    assert ("", True, True, "Lax", "/") == (
        tester.execute_script("return document.cookie"),
        cookie.get("httpOnly"),
        cookie.get("secure"),
        cookie.get("sameSite"),
        cookie.get("path"),
    )


def test_a_wrong_link_shows_the_page(shop: Shop, visit: Visit) -> None:
    """It sets no cookie."""
    shop.close(TOKENS)
    other = visit(f"{shop.url}?maintenance-bypass={TOKEN[::-1]}")

    assert (False, []) == (other.title == "Harbour Roasters", other.get_cookies())
