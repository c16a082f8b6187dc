"""
Take the pictures of the page that the docs show: `make page-images`.

Each is the page that the edge function answers with these settings, in Chromium, at an hour that
never changes. So they differ only where the page does, or the fonts of the machine: those of the
docs have Noto (on Debian, fonts-noto-core).
"""

import base64
import contextlib
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from maintenance.cli.page.source import read_source
from maintenance_edge.package import read_package
from selenium import webdriver
from viewer_request import Responder

if TYPE_CHECKING:
    from maintenance_edge.event import Request, Response

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
BRANDS = ROOT / "docs" / "brands"
# Tuesday, 1 December 2026, 02:15 UTC.
NOW = 1_796_091_300.0
END = "2026-12-01T04:00:00Z"
MOVING = "We are moving the shop to a faster home. Orders already placed are safe."
REVISION = "Wir warten heute Nacht unsere Kassen. Bereits gekaufte Karten gelten weiterhin."

_CLOCK = f"Date.now = () => {1000 * NOW:.0f};"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its name, and what the page and its visitor are like."""

    name: str
    settings: dict[str, Any]
    language: str = "en"
    zone: str = "Europe/London"
    dark: bool = False
    width: int = 960
    height: int = 720


def main(folder: Path = IMAGES) -> int:
    """Take every picture into this folder; return 0."""
    harbour, nord = (_brand(name) for name in ("harbour-roasters", "nord"))
    pictures = (
        Picture("maintenance-page", {"announcement": MOVING, "until": END}),
        *_light_and_dark(
            Picture("brand-harbour", {**harbour, "announcement": MOVING, "until": END})
        ),
        *_light_and_dark(
            Picture(
                "brand-nord",
                {**nord, "announcement": REVISION, "until": END},
                language="de",
                zone="Europe/Vienna",
            )
        ),
    )
    with _browser() as browser:
        for each in pictures:
            file = folder / f"{each.name}.webp"
            file.write_bytes(_picture(browser, each))
            sys.stdout.write(f"{file}: {file.stat().st_size:,} bytes\n")
    return 0


def _brand(name: str) -> dict[str, Any]:
    """Return the settings that `site-maintenance page put` would upload."""
    values: dict[str, Any] = json.loads(read_source(BRANDS / name).files["settings.json"])
    return values


def _light_and_dark(light: Picture) -> tuple[Picture, Picture]:
    return light, replace(light, name=f"{light.name}-dark", dark=True)


@contextlib.contextmanager
def _browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(argument)
    service = webdriver.ChromeService(shutil.which("chromedriver") or "")
    with webdriver.Chrome(options=options, service=service) as browser:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _CLOCK})
        yield browser


def _picture(browser: webdriver.Chrome, picture: Picture) -> bytes:
    commands: dict[str, dict[str, object]] = {
        "Emulation.setEmulatedMedia": {
            "features": [
                {
                    "name": "prefers-color-scheme",
                    "value": "dark" if picture.dark else "light",
                }
            ]
        },
        "Emulation.setTimezoneOverride": {"timezoneId": picture.zone},
        "Emulation.setUserAgentOverride": {"userAgent": "", "acceptLanguage": picture.language},
        "Emulation.setDeviceMetricsOverride": {
            "width": picture.width,
            "height": picture.height,
            "deviceScaleFactor": 1,
            "mobile": False,
        },
    }
    for command, parameters in commands.items():
        browser.execute_cdp_cmd(command, parameters)
    with tempfile.TemporaryDirectory() as folder, _served(_package(Path(folder), picture)) as url:
        browser.get(url)
        taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 80})
    return base64.b64decode(taken["data"])


def _package(folder: Path, picture: Picture) -> Path:
    package = folder / "package"
    shutil.copytree(ROOT / "edge_handler", package)
    (package / "overrides").mkdir()
    file = package / "overrides" / "settings.json"
    file.write_text(json.dumps(picture.settings), encoding="utf-8")
    return package


@contextlib.contextmanager
def _served(package: Path) -> Iterator[str]:
    responder = Responder(read_package(package))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fields = {name.lower(): [{"value": value}] for name, value in self.headers.items()}
            request = cast("Request", {"method": "GET", "uri": self.path, "headers": fields})
            response = cast("Response", responder.respond(request, NOW))
            self.send_response(int(response["status"]))
            for name, values in response["headers"].items():
                self.send_header(name, values[0]["value"])
            self.end_headers()
            self.wfile.write(response["body"].encode())

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    sys.exit(main())
