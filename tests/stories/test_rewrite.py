"""Testers of a closed site see what visitors of the open site see, whatever was displaced."""

import json
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions
from tests.stories.site import Site
from tests.timing import PATIENCE

type LooksAfter = Callable[..., None]

# As many sites have it (doc: CloudFront Developer Guide, example-function-add-index).
APPEND_INDEX = """
function handler(event) {
  const request = event.request;
  if (request.uri.endsWith("/")) request.uri += "index.html";
  return request;
}
"""
TESTER = "127.0.0.2"
VISITOR = "127.0.0.1"


class _Bucket(BaseHTTPRequestHandler):
    """A static site as S3 serves it: 403 for a key that does not exist."""

    def do_GET(self) -> None:
        """Answer with the only object."""
        is_there = self.path == "/about/index.html"
        self.send_response(HTTPStatus.OK if is_there else HTTPStatus.FORBIDDEN)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Write no log."""


@pytest.fixture
def bucket() -> Iterator[int]:
    """Give the port of a running static site."""
    with ThreadingHTTPServer((VISITOR, 0), _Bucket) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def static_site(site: Site, port: int) -> str:
    """Return the id of a distribution in front of it, with a function that completes paths."""
    rewrite = a_function(site.cloud, "append-index", code=APPEND_INDEX)
    custom: dict[str, Any] = {
        "HTTPPort": port, "HTTPSPort": 8443, "OriginProtocolPolicy": "http-only",
    }  # fmt: skip
    origin = {"Id": "origin", "DomainName": VISITOR, "CustomOriginConfig": custom}
    return a_distribution(
        site.cloud,
        Origins={"Quantity": 1, "Items": [origin]},
        DefaultCacheBehavior=a_behavior(FunctionAssociations=functions(viewer_request=rewrite)),
    )


def status(site: Site, distribution_id: str, address: str) -> int:
    """Return the status of /about/ for the viewer of this address."""
    site.cloud.sandbox.finish_deployments()
    made = site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    with httpx.Client(
        transport=httpx.HTTPTransport(local_address=address), timeout=PATIENCE
    ) as viewer:
        headers = {"Host": made["DomainName"]}
        return viewer.get(f"{site.cloud.sandbox.endpoint_url}/about/", headers=headers).status_code


@pytest.mark.parametrize(("settings", "seen"), [({}, 403), ({"rewrite": "directory-index"}, 200)])
def test_a_tester_sees_an_address_that_a_displaced_function_completed(
    site: Site, looks_after: LooksAfter, bucket: int, settings: dict[str, str], seen: int
) -> None:
    """The page is there when open, closed for visitors, and there for testers if the setting is."""
    distribution_id = static_site(site, bucket)
    looks_after(distribution_id)
    site.puts("settings.json", json.dumps({"allowed_networks": [f"{TESTER}/32"], **settings}))
    before = status(site, distribution_id, VISITOR)

    site.becomes("on")

    assert (200, 503, seen) == (
        before,
        status(site, distribution_id, VISITOR),
        status(site, distribution_id, TESTER),
    )
