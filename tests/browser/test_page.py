"""The page in a real browser, with and without scripts, and how it returns to the site."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.conftest import Visit, errors_in
from tests.browser.shop import TITLE, Shop, a_shop
from tests.cloud import Cloud, eventually

SCREENSHOTS = Path(__file__).parents[2] / ".cache" / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def in_hours(hours: float) -> str:
    """Return the instant that many hours from now, as in the settings."""
    now = datetime.now(UTC)
    return (now + timedelta(hours=hours)).isoformat(timespec="seconds")


def text(browser: Chrome, identifier: str) -> str:
    """Return the visible text of an element."""
    return browser.find_element(By.ID, identifier).text


class _GetOnly(BaseHTTPRequestHandler):
    """Answers GET with a page and other methods with 501."""

    def do_GET(self) -> None:
        body = b"<title>GET only</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing for ordinary requests."""


@contextlib.contextmanager
def get_only_origin() -> Iterator[int]:
    """Run an origin that answers only GET; give its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _GetOnly) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_a_visitor_sees_the_announcement_and_the_end_in_local_time(
    shop: Shop, visit: Visit
) -> None:
    """Markup in the announcement is shown as text, and the policy blocks nothing."""
    shop.close(announcement="New disks <b>tonight</b>", until="2099-12-01T04:00:00Z")
    browser = visit(shop.url, time_zone="Asia/Tokyo")
    page = browser.find_element(By.TAG_NAME, "main").text

    assert (True, True, []) == (
        "New disks <b>tonight</b>" in page,
        "Tuesday, December 1 at 1:00 PM GMT+9" in page,
        errors_in(browser),
    ), page


def test_the_page_counts_down(shop: Shop, visit: Visit) -> None:
    """Hours and minutes first, then seconds."""
    shop.close(until=in_hours(0.49))
    browser = visit(shop.url)
    first = text(browser, "left")

    assert eventually(lambda: text(browser, "left") != first), first
    assert "29 minutes" in first


def test_the_countdown_can_be_hidden(shop: Shop, visit: Visit) -> None:
    """It changes by itself (WCAG 2.2, success criterion 2.2.2)."""
    shop.close(until=in_hours(1))
    browser = visit(shop.url)
    browser.find_element(By.TAG_NAME, "summary").click()

    assert not browser.find_element(By.ID, "left").is_displayed()


def test_an_unknown_end_is_not_mentioned(shop: Shop, visit: Visit) -> None:
    """There is nothing to count down to."""
    shop.close()
    browser = visit(shop.url)

    assert not browser.find_element(By.CLASS_NAME, "end").is_displayed()


def test_the_page_is_in_the_language_of_the_browser(shop: Shop, visit: Visit) -> None:
    """Text, countdown and date."""
    shop.close(until="2099-12-01T04:00:00Z")
    browser = visit(shop.url, language="de-AT", time_zone="Europe/Vienna")
    shown = (browser.title, text(browser, "end"), "Tage" in text(browser, "left"))

    assert ("Wir sind gleich zurück", "Dienstag, 1. Dezember um 05:00 MEZ", True) == shown


def test_the_page_returns_to_the_site_by_itself(shop: Shop, visit: Visit) -> None:
    """The visitor does not reload."""
    shop.close(retry_after_seconds=1)
    browser = visit(shop.url)
    before = browser.title
    shop.open()
    eventually(lambda: browser.title == "Harbour Roasters", seconds=20)

    assert (TITLE, "Harbour Roasters") == (before, browser.title)


def test_the_page_after_a_form_returns_to_the_site_too(shop: Shop, visit: Visit) -> None:
    """It loads the form's address without sending the form again."""
    shop.close(retry_after_seconds=1)
    form = f"<form method=post action='{shop.url}'><button id=b>go</button></form>"
    browser = visit(f"data:text/html,{form}")
    browser.find_element(By.ID, "b").click()
    eventually(lambda: browser.title == TITLE)
    shop.open()

    assert eventually(lambda: browser.title == "Harbour Roasters", seconds=20)


def test_the_page_returns_to_the_full_address(shop: Shop, visit: Visit) -> None:
    """In many single-page apps the fragment is the route."""
    shop.close(retry_after_seconds=1)
    browser = visit(f"{shop.url}?table=4#menu")
    shop.open()
    eventually(lambda: browser.title == "Harbour Roasters", seconds=20)

    assert f"{shop.url}?table=4#menu" == browser.current_url


def test_the_page_returns_to_an_origin_without_head(cloud: Cloud, visit: Visit) -> None:
    """It answers HEAD with 501, as Python's own server does by default."""
    with get_only_origin() as port:
        shop = a_shop(cloud, port)
        shop.close(retry_after_seconds=1)
        browser = visit(shop.url)
        shop.open()

        assert eventually(lambda: browser.title == "GET only", seconds=20)


def test_a_site_page_needs_only_the_script(shop: Shop, visit: Visit) -> None:
    """Without our elements and data it asks every 300 seconds, and raises no errors."""
    page = "<!doctype html><html lang=en><title>Ours</title><script defer>{{script}}</script>"
    shop.close({"defaults/page.html": page}, until=in_hours(20))
    browser = visit(shop.url)
    pauses = browser.execute_script("return Array.from({length: 400}, pause)")

    assert (True, True, []) == (min(pauses) >= 150, max(pauses) <= 450, errors_in(browser))


def test_the_page_stays_during_the_maintenance(shop: Shop, visit: Visit) -> None:
    """It asks again and again without disturbing the reader."""
    shop.close(retry_after_seconds=1)
    browser = visit(shop.url)
    browser.execute_script("document.body.dataset.seen = 'once'")
    requests = "return performance.getEntriesByType('resource').length"
    eventually(lambda: browser.execute_script(requests) >= 2, seconds=20)

    assert "once" == browser.execute_script("return document.body.dataset.seen")


def test_visitors_do_not_return_in_the_same_second(shop: Shop, visit: Visit) -> None:
    """Pauses are spread evenly from half to one and a half of Retry-After."""
    shop.close(retry_after_seconds=300)
    browser = visit(shop.url)
    pauses = sorted(browser.execute_script("return Array.from({length: 400}, pause)"))
    quarters = [sum(low <= pause < low + 75 for pause in pauses) for low in (150, 225, 300, 375)]

    assert (400, True) == (sum(quarters), min(quarters) > 50), quarters


def test_visitors_do_not_ask_just_before_the_end(shop: Shop, visit: Visit) -> None:
    """With the end near, each waits for it and up to a minute more."""
    shop.close(retry_after_seconds=300, until=in_hours(100 / 3_600))
    browser = visit(shop.url)
    pauses = browser.execute_script("return Array.from({length: 400}, pause)")

    assert (True, True) == (min(pauses) > 80, max(pauses) <= 160), (min(pauses), max(pauses))


def test_without_scripts_the_page_shows_the_end(shop: Shop, visit: Visit) -> None:
    """In UTC, and without promises that it cannot keep."""
    shop.close(until="2099-12-01T04:00:00Z")
    browser = visit(shop.url, scripts=False)
    hidden = [browser.find_element(By.ID, name).is_displayed() for name in ("countdown", "returns")]

    assert ("2099-12-01 04:00 UTC", [False, False]) == (text(browser, "end"), hidden)


def test_without_scripts_the_link_returns_to_the_site(shop: Shop, visit: Visit) -> None:
    """It tries the same address again."""
    shop.close()
    browser = visit(f"{shop.url}?table=4", scripts=False)
    shop.open()
    browser.find_element(By.LINK_TEXT, "Try again").click()
    eventually(lambda: browser.title == "Harbour Roasters")

    assert f"{shop.url}?table=4" == browser.current_url


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_accessibility_errors(
    shop: Shop,
    visit: Visit,
    axe: str,
    dark: bool,  # noqa: FBT001 -- a column of the table
    language: str,
) -> None:
    """WCAG 2.2 AA as far as a program can check it, in both languages, light and dark."""
    shop.close(until=in_hours(2))
    browser = visit(shop.url, dark=dark, language=language)
    browser.execute_script(axe)
    found = browser.execute_async_script(
        "axe.run({runOnly: arguments[0]}).then(arguments[1])", RULES
    )

    assert ([], True) == (
        [f"{error['id']}: {error['help']}" for error in found["violations"]],
        len(found["passes"]) > 10,
    )


@pytest.mark.parametrize(
    ("width", "until"),
    [(320, None), (1200, None), (2560, None), (320, "2099-12-01T04:00:00Z")],
)
def test_nothing_is_cut_off_at_any_width(
    shop: Shop, visit: Visit, width: int, until: str | None
) -> None:
    """No sideways scrolling, even with very long words (WCAG 2.2, success criterion 1.4.10)."""
    shop.close(announcement="Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 3, until=until)
    browser = visit(shop.url, width=width)
    scroll, inner = browser.execute_script(
        "return [document.documentElement.scrollWidth, innerWidth]"
    )

    assert (width, True) == (inner, scroll <= inner), scroll


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [
        ("light", 1200, False),
        ("dark", 1200, True),
        ("phone", 360, False),
        ("phone-dark", 360, True),
    ],
)
def test_a_screenshot_is_saved(
    shop: Shop,
    visit: Visit,
    name: str,
    width: int,
    dark: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    """In .cache/screenshots, for people to look at."""
    shop.close(
        announcement="We are moving the shop to a faster home. Orders already placed are safe.",
        until=in_hours(1.75),
    )
    browser = visit(shop.url, width=width, dark=dark)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    assert browser.save_screenshot(SCREENSHOTS / f"maintenance-page-{name}.png")
