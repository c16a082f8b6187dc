"""The code that docs/edge.md gives to front ends, in a real browser with a real service worker."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser.conftest import Visit
from tests.browser.shop import TITLE, Shop, a_shop
from tests.cloud import Cloud, eventually

DOCS = Path(__file__).parents[2] / "docs" / "edge.md"
_SECTION = DOCS.read_text(encoding="utf-8").partition("## Front ends and service workers")[2]
APP, WORKER = re.findall(r"```js\n(.*?)```", _SECTION.partition("\n## ")[0], re.DOTALL)

FILES = {
    "/index.html": (
        "text/html",
        """<!doctype html><title>The app</title><input id="typed"><script type="module">
        import { call } from "/assets/call.js"; window.call = call;</script>""",
    ),
    "/assets/call.js": ("text/javascript", APP),
    "/assets/later.js": ("text/javascript", ""),
    "/worker.js": ("text/javascript", WORKER),
    "/api/orders": ("application/json", "[]"),
}


class _App(BaseHTTPRequestHandler):
    """The web server of a single-page app."""

    def do_GET(self) -> None:
        """Answer with the file."""
        content_type, text = FILES.get(self.path, ("text/plain", ""))
        self.send_response(HTTPStatus.OK if self.path in FILES else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Write no log."""


@contextlib.contextmanager
def serve() -> Iterator[ThreadingHTTPServer]:
    """Serve the app, and refuse connections afterwards."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _App) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def app(cloud: Cloud) -> Iterator[Shop]:
    """Give the open app behind the edge."""
    with serve() as server:
        yield a_shop(cloud, server.server_port)


_REGISTER = """
const done = arguments[0];
navigator.serviceWorker.register("/worker.js");
navigator.serviceWorker.ready.then(() => {
  if (navigator.serviceWorker.controller) done(true);
  else navigator.serviceWorker.addEventListener("controllerchange", () => done(true));
});
"""
_KEPT = """
const done = arguments[0];
(async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      kept[new URL(request.url).pathname] = (await cache.match(request)).status;
    }
  }
  done(kept);
})();
"""
_UNREGISTER = """
const done = arguments[0];
(async () => {
  for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
  for (const each of await caches.keys()) await caches.delete(each);
  done(true);
})();
"""
_CALL = """
const done = arguments[1];
const heard = [];
document.addEventListener("maintenance", (event) => heard.push(event.detail));
call(arguments[0]).then(async (response) => done({
  status: response.status, body: await response.json(), heard,
}));
"""


@pytest.fixture
def with_worker(app: Shop, visit: Visit) -> Iterator[Chrome]:
    """Give a browser with the app open and its worker in charge; it forgets the worker later."""
    browser = visit(app.url)
    assert browser.execute_async_script(_REGISTER)
    # The worker sees only what is loaded from now on.
    browser.get(app.url)
    yield browser
    browser.execute_async_script(_UNREGISTER)


def is_shown(browser: Chrome, url: str, title: str) -> Callable[[], bool]:
    """Return whether a navigation shows the page of this title."""

    def shown() -> bool:
        browser.get(url)
        return browser.title == title

    return shown


def test_a_worker_shows_the_page_while_the_site_is_closed(app: Shop, with_worker: Chrome) -> None:
    """Although it has the app in its cache, and shows the app again when the site has opened."""
    kept = with_worker.execute_async_script(_KEPT)

    app.close()
    with_worker.get(app.url)
    closed = with_worker.title, with_worker.execute_async_script(_KEPT)
    app.open()

    assert {"/": 200, "/assets/call.js": 200} == kept
    assert (TITLE, kept) == closed
    assert eventually(is_shown(with_worker, app.url, "The app"))


def test_a_loaded_app_keeps_the_assets_that_it_has(app: Shop, with_worker: Chrome) -> None:
    """What the worker has is there, what it has not is closed, and no 503 is kept."""
    app.close()
    statuses = [
        with_worker.execute_async_script(
            "const [path, done] = arguments; fetch(path).then((answer) => done(answer.status));",
            path,
        )
        for path in ("/assets/call.js", "/assets/later.js")
    ]

    assert [200, 503] == statuses
    assert "/assets/later.js" not in with_worker.execute_async_script(_KEPT)


def test_without_a_network_the_worker_shows_the_app(visit: Visit) -> None:
    """That is what its cache is for; the edge plays no part, so the browser asks the app itself."""
    with serve() as server:
        url = f"http://localhost:{server.server_port}/index.html"
        browser = visit(url)
        browser.execute_async_script(_REGISTER)
        browser.get(url)
    browser.get(url)
    title = browser.title
    browser.execute_async_script(_UNREGISTER)

    assert "The app" == title


@pytest.mark.parametrize("init", [{"method": "HEAD"}, {"headers": {"Accept": "text/html"}}])
def test_a_call_without_json_is_answered_too(
    app: Shop, visit: Visit, init: dict[str, object]
) -> None:
    """The app hears of the maintenance, and the call ends with its response."""
    browser = visit(app.url)
    app.close(retry_after_seconds=77)
    answer = browser.execute_async_script(
        """
        const [init, done] = arguments, heard = [];
        document.addEventListener("maintenance", (event) => heard.push(event.detail.seconds));
        call("/api/orders", init).then(
          (response) => done([response.status, heard]), (error) => done(String(error))
        );
        """,
        init,
    )

    assert [503, [77]] == answer


@pytest.mark.parametrize("until", [None, "2100-01-01T00:00:00Z"])
def test_a_loaded_app_hears_of_the_maintenance(app: Shop, visit: Visit, until: str | None) -> None:
    """With the message, the end and when to ask again; what was typed stays."""
    browser = visit(app.url)
    browser.find_element("id", "typed").send_keys("a long letter")
    before = browser.execute_async_script(_CALL, "/api/orders")

    app.close(announcement="Back soon", until=until, retry_after_seconds=77)
    answer = browser.execute_async_script(_CALL, "/api/orders")

    seconds = 77 if until is None else 3_600
    assert {"status": 200, "body": [], "heard": []} == before
    assert [{"message": "Back soon", "until": until, "seconds": seconds}] == answer["heard"]
    assert (503, "Back soon") == (answer["status"], answer["body"]["detail"])
    typed = browser.find_element("id", "typed").get_attribute("value")
    assert "a long letter" == typed
