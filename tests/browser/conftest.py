"""
A real browser, headless, and a shop for it to visit.

Without Chromium, its driver or axe-core, tests that need it are skipped.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver

from sandbox.demo.site.origin import Origin, start_origin
from tests.browser.shop import Shop, a_shop
from tests.cloud import Cloud
from tests.needs import need
from tests.timing import PATIENCE

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_INSTALL = "sudo apt-get install chromium chromium-driver npm && tools/browser"

type Visit = Callable[..., webdriver.Chrome]


def _need(*names: str) -> None:
    machine = {each: bool(shutil.which(each)) for each in ("chromium", "chromedriver")}
    need({**machine, "axe-core": AXE.exists()}, _INSTALL, *names)


@pytest.fixture
def axe() -> str:
    """Give the source of axe-core, which finds accessibility errors."""
    _need("axe-core")
    return AXE.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """How a visitor differs from others."""

    language: str = "en-GB"
    time_zone: str = "UTC"
    width: int = 1200
    dark: bool = False
    scripts: bool = True


@pytest.fixture(scope="session")
def start_browser() -> Iterator[Callable[[], webdriver.Chrome]]:
    """Give a function that starts a browser; all browsers end with the session."""
    _need("chromium", "chromedriver")
    browser, driver = str(shutil.which("chromium")), str(shutil.which("chromedriver"))
    with contextlib.ExitStack() as started:
        # Chromium leaves folders in the temporary one.
        folder = started.enter_context(tempfile.TemporaryDirectory(prefix="browser-"))
        environment = {**os.environ, "TMPDIR": folder}
        yield lambda: started.enter_context(
            _start(browser, webdriver.ChromeService(driver, env=environment))
        )


@pytest.fixture(scope="session")
def _browser(start_browser: Callable[[], webdriver.Chrome]) -> webdriver.Chrome:
    """Give the browser that most tests share, since starting one is slow."""
    return start_browser()


@pytest.fixture
def visit(_browser: webdriver.Chrome) -> Visit:
    """Give a function that opens an address as a new visitor."""
    return lambda url, **options: _visit(_browser, url, Visitor(**options))


@pytest.fixture
def visit_elsewhere(start_browser: Callable[[], webdriver.Chrome]) -> Visit:
    """Give a function that opens an address in a browser of its own."""
    return lambda url, **options: _visit(start_browser(), url, Visitor(**options))


def _start(browser: str, service: webdriver.ChromeService) -> webdriver.Chrome:
    chrome = webdriver.ChromeOptions()
    chrome.binary_location = browser
    chrome.add_argument("--headless=new")
    chrome.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if os.geteuid() == 0:
        # Chromium's own sandbox refuses to run as root; the pages are ours.
        chrome.add_argument("--no-sandbox")
    started = webdriver.Chrome(options=chrome, service=service)
    started.set_page_load_timeout(PATIENCE)
    return started


def _visit(browser: webdriver.Chrome, url: str, visitor: Visitor) -> webdriver.Chrome:
    scheme = {"name": "prefers-color-scheme", "value": "dark" if visitor.dark else "light"}
    agent: str = browser.capabilities["browserVersion"]
    settings: dict[str, dict[str, object]] = {
        "Network.clearBrowserCookies": {},
        "Network.clearBrowserCache": {},
        "Emulation.setEmulatedMedia": {"features": [scheme]},
        "Emulation.setTimezoneOverride": {"timezoneId": visitor.time_zone},
        "Emulation.setUserAgentOverride": {
            "userAgent": f"Chrome/{agent}",
            "acceptLanguage": visitor.language,
        },
        "Emulation.setScriptExecutionDisabled": {"value": not visitor.scripts},
        "Emulation.setDeviceMetricsOverride": {
            "width": visitor.width,
            "height": 800,
            "deviceScaleFactor": 1,
            "mobile": False,
        },
    }
    browser.get("about:blank")
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # empties it; selenium's own gap
    for command, parameters in settings.items():
        browser.execute_cdp_cmd(command, parameters)
    browser.get(url)
    return browser


def errors_in(browser: webdriver.Chrome) -> list[str]:
    """Return the errors in the browser's console, except for the 503 itself."""
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own gap
    messages = [str(entry["message"]) for entry in entries]
    return [message for message in messages if "503 (Service Unavailable)" not in message]


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    """Give the shop's own web server."""
    with start_origin() as running:
        yield running


@pytest.fixture
def shop(cloud: Cloud, origin: Origin) -> Shop:
    """Give an open shop behind the edge."""
    return a_shop(cloud, origin.port)
