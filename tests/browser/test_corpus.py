"""
Each page of the corpus that works, in Chromium, with the headers that the edge gives it.

The edge function itself answers, from the files that `page put` would upload, and a small origin
has the files of allowed paths. Other hosts are not asked: only the policy decides.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest
from maintenance.cli.page.check import package_folder
from maintenance.cli.page.prepare import media_type
from maintenance.cli.page.source import read_source
from maintenance_edge.package import read_package
from viewer_request import Responder

from tests.browser.conftest import Visit
from tests.cloud import eventually
from tests.corpus.shapes import PNG, SHAPES, Outcome, Shape
from tests.edge.builders import a_request

if TYPE_CHECKING:
    from maintenance_edge.event import Response

_REPORT = """addEventListener("securitypolicyviolation", ({effectiveDirective, blockedURI}) =>
  (window.violations ??= []).push(`${effectiveDirective} ${blockedURI}`));"""
_LOADED = "return document.readyState === 'complete'"
# Where an image is, and whether Chromium shows it; those of other hosts cannot be here.
_BROKEN = """return [...document.images].filter((image) => !image.naturalWidth && image.src
  && !image.src.startsWith("https:")).map((image) => image.src.slice(0, 80))"""
_ASSETS = {"css": b"body { color: #123 }", "js": b"document.body.dataset.ran = 1;"}


class _Site(BaseHTTPRequestHandler):
    """Answers as the edge does, and for what passes as the origin."""

    responder: Responder

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        request = a_request(path, headers=headers)
        response = cast("Response", self.responder.respond(request, time.time()))
        if "status" in response:
            fields = {name: values[0]["value"] for name, values in response["headers"].items()}
            self._send(int(response["status"]), fields, response["body"].encode())
        else:
            content = _ASSETS.get(path.rpartition(".")[2], PNG)
            self._send(200, {"content-type": media_type(path)}, content)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def closed(folder: Path) -> Iterator[str]:
    """Serve the page in this folder as the edge would; give an address of the site."""
    with package_folder(read_source(folder).files) as package:
        handler = type("_Closed", (_Site,), {"responder": Responder(read_package(package))})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/shop/cart?page=2"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def watch(visit: Visit) -> Iterator[Visit]:
    """Give `visit` in a browser that asks no other host, and reports what a policy blocks."""
    browser = visit("about:blank")
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["https://*"]})
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _REPORT})
    yield visit
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


@pytest.mark.parametrize(
    "shape",
    [shape for shape in SHAPES if shape.outcome is not Outcome.REFUSED],
    ids=lambda shape: shape.name,
)
def test_the_policy_blocks_nothing_of_a_page_that_is_accepted(
    watch: Visit, tmp_path: Path, shape: Shape
) -> None:
    """It has its title and text, its images are shown, and nothing is blocked."""
    shape.write(tmp_path)
    with closed(tmp_path) as address:
        browser = watch(address)
        eventually(lambda: browser.execute_script(_LOADED))
        text = browser.execute_script("return document.body.textContent")

        assert ([], [], True, True) == (
            browser.execute_script("return window.violations ?? []"),
            browser.execute_script(_BROKEN),
            bool(browser.title),
            bool(text.strip()) or "build" in shape.name,
        )


def test_a_policy_that_blocks_is_reported(watch: Visit, tmp_path: Path) -> None:
    """Or the test above could not fail."""
    shape = next(shape for shape in SHAPES if shape.name == "status-frame")
    shape.write(tmp_path)
    with closed(tmp_path) as address:
        browser = watch(address)

        assert eventually(lambda: browser.execute_script("return !!window.violations"))
