"""
The shop's web server: a page, its assets, an API and a download. It counts requests.

    path                     answer            Cache-Control
    -----------------------  ----------------  ----------------------------------------
    /index.html              the page          edges five minutes, browsers not at all
    /assets/app.<hash>.js    its script        a year, immutable
    /assets/app.css          its style         an hour
    /api/orders              JSON, different   no-store; 403 unless the distribution's
                               each time         viewer-request function marked the request
    /api/health              JSON              no-store
    /downloads/report.txt    text              an hour
"""

import contextlib
import functools
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAGES = Path(__file__).with_name("pages")
_COFFEES = ("Ethiopia Guji", "Kenya Nyeri", "Brazil Cerrado", "Colombia Huila", "Sumatra Lintong")
_SHOWN_ORDERS = 5
_FIRST_ORDER = 41


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a response, and its headers."""

    body: bytes
    content_type: str
    cache_control: str


@dataclass(frozen=True)
class Origin:
    """A running origin: its address, and the requests that it has received."""

    port: int
    script_path: str
    counter: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Return its address, `http://localhost:<port>`."""
        return f"http://localhost:{self.port}"

    def count(self, path: str) -> int:
        """Return how many requests for `path` have arrived at the origin."""
        with self.lock:
            return self.counter[path]

    def counts(self) -> Mapping[str, int]:
        """Return the number of requests by path."""
        with self.lock:
            return dict(self.counter)

    def record(self, path: str) -> int:
        """Count a request for `path`, and return how many there have been."""
        with self.lock:
            self.counter[path] += 1
            return self.counter[path]


@contextlib.contextmanager
def start_origin(port: int = 0) -> Iterator[Origin]:
    """Serve the shop on loopback, in a thread, for the `with` block; `port` 0 is any free one."""
    files = site_files()
    script_path = next(path for path in files if path.endswith(".js"))
    server = ThreadingHTTPServer(("127.0.0.1", port), _RequestHandler)
    origin = Origin(server.server_port, script_path)
    server.RequestHandlerClass = functools.partial(_RequestHandler, files, origin)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def site_files() -> dict[str, Content]:
    """Return the static files by path."""
    script = (PAGES / "app.js").read_bytes()
    script_name = f"app.{hashlib.sha256(script).hexdigest()[:8]}.js"
    page = (PAGES / "index.html").read_text("utf-8").replace("{script}", script_name)
    return {
        "/index.html": Content(
            page.encode(), "text/html; charset=utf-8", "public, max-age=0, s-maxage=300"
        ),
        f"/assets/{script_name}": Content(
            script, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"
        ),
        "/assets/app.css": Content(
            (PAGES / "app.css").read_bytes(), "text/css; charset=utf-8", "public, max-age=3600"
        ),
        "/downloads/report.txt": Content(
            (PAGES / "report.txt").read_bytes(), "text/plain; charset=utf-8", "public, max-age=3600"
        ),
    }


def orders(call: int) -> dict[str, object]:
    """Return the API's response to call number `call`: one more order than for the one before."""
    newest = _FIRST_ORDER + call
    numbers = range(newest, newest - _SHOWN_ORDERS, -1)
    return {
        "call": call,
        "orders": [
            {
                "number": number,
                "coffee": _COFFEES[number % len(_COFFEES)],
                "kilograms": 1 + number % 7 / 2,
            }
            for number in numbers
        ],
    }


class _RequestHandler(BaseHTTPRequestHandler):
    """A connection to the shop."""

    protocol_version = "HTTP/1.1"
    server_version = "shop"
    sys_version = ""

    def __init__(self, files: Mapping[str, Content], origin: Origin, *connection: Any) -> None:  # noqa: ANN401 - http.server's own three
        self._files = files
        self._origin = origin
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Respond with a file or the API's JSON, and count the request."""
        path = urlsplit(self.path).path
        call = self._origin.record(path)
        if path in self._files:
            self._send(HTTPStatus.OK, self._files[path])
        elif path == "/api/health":
            self._send(HTTPStatus.OK, _json({"status": "ok"}))
        elif path == "/api/orders":
            self._send_orders(call)
        else:
            self._send(HTTPStatus.NOT_FOUND, _json({"error": f"no such page: {path}"}))

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Print nothing: the terminal belongs to the demo."""

    def _send_orders(self, call: int) -> None:
        if self.headers.get("X-Shop-Edge") == "yes":
            self._send(HTTPStatus.OK, _json(orders(call)))
        else:
            refusal = {"error": "the API answers only through the distribution"}
            self._send(HTTPStatus.FORBIDDEN, _json(refusal))

    def _send(self, status: HTTPStatus, content: Content) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content.content_type)
        self.send_header("Cache-Control", content.cache_control)
        self.send_header("Content-Length", str(len(content.body)))
        if asked_by := self.headers.get("X-Asked-By"):
            self.send_header("X-Asked-By", asked_by)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content.body)


def _json(members: Mapping[str, object]) -> Content:
    return Content(json.dumps(members).encode(), "application/json", "no-store")
