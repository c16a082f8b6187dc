"""The page in a real browser, with and without scripts, and how it returns to the site."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.conftest import Visit, errors_in
from tests.browser.shop import TITLE, Shop, a_shop
from tests.cloud import Cloud, eventually

SCREENSHOTS = Path(__file__).parents[2] / ".cache" / "screenshots"
LANGUAGES = ("en", "de", "fr", "es", "it", "sl", "ar", "ja")
BRAND = {
    "name": "Harbour Roasters",
    "logo": (
        '<svg viewBox="0 0 48 48" fill="currentColor"><path d="M8 18h24v9a10 10 0 0 1-10 10h-4A10 '
        '10 0 0 1 8 27zm26 2h2a5 5 0 0 1 0 10h-3z"/></svg>'
    ),
    "accent": "#8a3b12",
    "status_url": "https://status.example.com",
    "contact": "hello@harbour.example",
}
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


def test_an_https_address_in_the_announcement_is_a_link(shop: Shop, visit: Visit) -> None:
    """A person follows it; an address of another kind is text."""
    shop.close(announcement="See https://status.example.com/7, not http://a.example.")
    browser = visit(shop.url)
    links = browser.find_elements(By.CSS_SELECTOR, "#message a")

    assert (["https://status.example.com/7"], "See https://status.example.com/7, not ") == (
        [link.get_attribute("href") for link in links],
        text(browser, "message").partition("http://")[0],
    )


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
    eventually(lambda: browser.title == "Harbour Roasters")

    assert (TITLE, "Harbour Roasters") == (before, browser.title)


def test_the_page_after_a_form_returns_to_the_site_too(shop: Shop, visit: Visit) -> None:
    """It loads the form's address without sending the form again."""
    shop.close(retry_after_seconds=1)
    form = f"<form method=post action='{shop.url}'><button id=b>go</button></form>"
    browser = visit(f"data:text/html,{form}")
    browser.find_element(By.ID, "b").click()
    eventually(lambda: browser.title == TITLE)
    shop.open()

    assert eventually(lambda: browser.title == "Harbour Roasters")


def test_the_page_returns_to_the_full_address(shop: Shop, visit: Visit) -> None:
    """In many single-page apps the fragment is the route."""
    shop.close(retry_after_seconds=1)
    browser = visit(f"{shop.url}?table=4#menu")
    shop.open()
    eventually(lambda: browser.title == "Harbour Roasters")

    assert f"{shop.url}?table=4#menu" == browser.current_url


def test_the_page_returns_to_an_origin_without_head(cloud: Cloud, visit: Visit) -> None:
    """It answers HEAD with 501, as Python's own server does by default."""
    with get_only_origin() as port:
        shop = a_shop(cloud, port)
        shop.close(retry_after_seconds=1)
        browser = visit(shop.url)
        shop.open()

        assert eventually(lambda: browser.title == "GET only")


@pytest.mark.parametrize(
    "page",
    [
        "<html lang=en><title>Ours</title>{{code}}",
        "<html lang=en-><title>Ours</title><main></main>{{code}}",
        "<main data-end={{until}} data-version={{version}}><p id=left></main>{{code}}",
        "<html lang=sl><p id=end></p><p id=checked></p><p id=message></p>{{code}}",
        "<html lang=sl><main data-overdue=true><p id=overdue></p></main>{{code}}",
    ],
)
def test_a_site_page_needs_only_the_script(shop: Shop, visit: Visit, page: str) -> None:
    """Without some of our elements it returns to the site all the same, and raises no errors."""
    page = page.replace("{{code}}", "<script defer>{{script}}</script>")
    shop.close({"defaults/page.html": f"<!doctype html>{page}"}, until=in_hours(20))
    browser = visit(shop.url)
    browser.execute_async_script("check().then(arguments[0], arguments[0])")
    errors = errors_in(browser)
    shop.open()
    browser.execute_script("ask()")

    assert ([], True) == (
        errors,
        eventually(lambda: browser.title == "Harbour Roasters"),
    )


def test_the_page_stays_during_the_maintenance(shop: Shop, visit: Visit) -> None:
    """It asks again and again without disturbing the reader."""
    shop.close(retry_after_seconds=1)
    browser = visit(shop.url)
    browser.execute_script("document.body.dataset.seen = 'once'")
    requests = "return performance.getEntriesByType('resource').length"
    eventually(lambda: browser.execute_script(requests) >= 2)

    assert "once" == browser.execute_script("return document.body.dataset.seen")


def pauses(browser: Chrome, seconds: str) -> list[float]:
    """Return 400 pauses of a page whose end is that many seconds ahead."""
    drawn: list[float] = browser.execute_script(
        f"return Array.from({{length: 400}}, () => pause({seconds}))"
    )
    return drawn


@pytest.mark.parametrize(
    ("seconds", "least", "most"),
    [
        ("NaN", 150, 450),  # no end is known
        ("5 * 3600", 150, 450),
        ("600", 75, 225),
        ("100", 20, 60),
        ("0", 20, 60),
        ("-100", 20, 60),  # the end has passed
        ("-600", 75, 225),
        ("-5 * 3600", 150, 450),
    ],
)
def test_pages_ask_at_an_interval_that_shortens_near_the_end(
    shop: Shop, visit: Visit, seconds: str, least: float, most: float
) -> None:
    """A quarter of the time to the end, at random from half to one and a half of that, evenly."""
    shop.close(retry_after_seconds=300)
    drawn = pauses(visit(shop.url), seconds)
    width = (most - least) / 4
    quarters = [
        sum(least + n * width <= pause < least + (n + 1) * width for pause in drawn)
        for n in range(4)
    ]

    assert (400, True) == (sum(quarters), min(quarters) > 50), (min(drawn), max(drawn), quarters)


# Pages that all came in the same second ask until the site is back, each at its own times.
_CROWD = """
    const [pages, end, back] = arguments, seconds = new Map();
    for (let page = 0; page < pages; page++) {
      let at = Math.random();
      while (at < back) at += pause(end - at);
      seconds.set(Math.floor(at), (seconds.get(Math.floor(at)) ?? 0) + 1);
    }
    return [Math.max(...seconds.values()) / pages, Math.max(...seconds.keys()) - back];
"""


@pytest.mark.parametrize(
    ("end", "back", "longest"),
    [
        (1_800, 1_800, 60),  # opened at its end
        (1_800, 1_900, 60),  # CloudFront needs its minutes
        (1_800, 60, 450),  # opened early, when all have asked once at most
        (30, 30, 60),  # closed for seconds
    ],
)
def test_a_million_visitors_do_not_return_in_one_second(
    shop: Shop, visit: Visit, end: int, back: int, longest: int
) -> None:
    """In no second do more than 1 of 25 pages return, and all do within the longest pause."""
    shop.close(retry_after_seconds=300)
    share, latest = visit(shop.url).execute_script(_CROWD, 40_000, end, back)

    assert (True, True) == (share < 1 / 25, latest <= longest), (share, latest)


@pytest.mark.parametrize(("event", "most"), [("focus", 10), ("online", 20)])
def test_the_page_asks_soon_if_somebody_looks_or_the_network_returns(
    shop: Shop, visit: Visit, event: str, most: float
) -> None:
    """In place of minutes; ten seconds after it asked last, and a network returns to many."""
    shop.close(retry_after_seconds=300)
    wait = visit(shop.url).execute_script(
        f"dispatchEvent(new Event('{event}')); return (due - Date.now()) / 1000"
    )

    assert 0 < wait <= most


def test_the_page_returns_when_somebody_looks_at_it(shop: Shop, visit: Visit) -> None:
    """It would have asked in minutes only."""
    shop.close(retry_after_seconds=300)
    browser = visit(shop.url)
    shop.open()
    browser.execute_script("asked -= 10000; document.dispatchEvent(new Event('visibilitychange'))")

    assert eventually(lambda: browser.title == "Harbour Roasters")


def test_a_network_that_flickers_does_not_postpone_the_next_question(
    shop: Shop, visit: Visit
) -> None:
    """What is due sooner stays due."""
    shop.close(retry_after_seconds=300)
    first, second = visit(shop.url).execute_script(
        """
        asked -= 10000;
        dispatchEvent(new Event("focus"));
        const first = due;
        asked += 10000;
        dispatchEvent(new Event("online"));
        return [first, due];
        """
    )

    assert first == second


def test_the_page_takes_over_a_new_message_and_end(shop: Shop, visit: Visit) -> None:
    """In place: the reader stays where they are, and a screen reader says it once."""
    shop.close(retry_after_seconds=1, announcement="Until four.", until="2099-12-01T04:00:00Z")
    browser = visit(shop.url)
    browser.execute_script("document.body.dataset.seen = 'once'")
    before = (text(browser, "message"), text(browser, "end"))
    shop.change(
        retry_after_seconds=1,
        announcement="Until six, see https://status.example.com.",
        until="2099-12-01T06:00:00Z",
    )
    eventually(lambda: text(browser, "message") != before[0])
    at_six = "Tuesday, December 1 at 6:00 AM UTC"
    message = "Until six, see https://status.example.com."

    assert (
        ("Until four.", "Tuesday, December 1 at 4:00 AM UTC"),
        (message, at_six, "2099-12-01T06:00:00Z", f"{message} {at_six}", "once", 1),
    ) == (
        before,
        (
            text(browser, "message"),
            text(browser, "end"),
            browser.find_element(By.ID, "end").get_attribute("datetime"),
            browser.execute_script("return document.getElementById('news').textContent.trim()"),
            browser.execute_script("return document.body.dataset.seen"),
            len(browser.find_elements(By.CSS_SELECTOR, "#message a")),
        ),
    )


def test_the_page_takes_over_that_the_end_became_unknown(shop: Shop, visit: Visit) -> None:
    """Then there is nothing to count down to."""
    shop.close(retry_after_seconds=1, until=in_hours(1))
    browser = visit(shop.url)
    shop.change(retry_after_seconds=1)
    end = browser.find_element(By.CLASS_NAME, "end")

    assert (True, True) == (
        end.is_displayed(),
        eventually(lambda: not end.is_displayed()),
    )


def test_an_unchanged_maintenance_is_not_loaded_again(shop: Shop, visit: Visit) -> None:
    """Only headers are asked for, so that a crowd that waits costs little."""
    shop.close(retry_after_seconds=1)
    browser = visit(shop.url)
    sizes = "return performance.getEntriesByType('resource').map((each) => each.decodedBodySize)"
    eventually(lambda: len(browser.execute_script(sizes)) >= 2)

    assert {0} == set(browser.execute_script(sizes))


def test_the_page_says_when_it_has_asked_last(shop: Shop, visit: Visit) -> None:
    """So that a reader trusts it; in tens of seconds, so that it does not distract."""
    shop.close(retry_after_seconds=300)
    browser = visit(shop.url)
    says = (
        "checked = Date.now() - arguments[0] * 1000; tick(); return element('checked').textContent"
    )
    said = [browser.execute_script(says, seconds) for seconds in (1, 23, 130)]

    assert ["Checked now", "Checked 20 seconds ago", "Checked 2 minutes ago"] == said


def test_after_its_end_the_page_says_that_it_takes_longer(shop: Shop, visit: Visit) -> None:
    """It shows no time that has passed, and a screen reader says it once."""
    shop.close(until=in_hours(3 / 3_600))
    browser = visit(shop.url)
    shown = eventually(lambda: browser.find_element(By.ID, "overdue").is_displayed())
    news = browser.execute_script("return document.getElementById('news').textContent")

    assert (True, False, "This is taking longer than planned.") == (
        shown,
        browser.find_element(By.CLASS_NAME, "end").is_displayed(),
        news,
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_a_page_that_comes_after_its_end_says_so_too(
    shop: Shop,
    visit: Visit,
    scripts: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    """Also without scripts."""
    shop.close(until="2026-01-05T04:00:00Z")
    browser = visit(shop.url, scripts=scripts)
    main = browser.find_element(By.TAG_NAME, "main").text

    assert (True, False) == ("This is taking longer than planned." in main, "04:00" in main)


def test_an_extension_ends_the_overrun(shop: Shop, visit: Visit) -> None:
    """The new end counts."""
    shop.close(retry_after_seconds=1, until=in_hours(2 / 3_600))
    browser = visit(shop.url)
    overdue = browser.find_element(By.ID, "overdue")
    eventually(overdue.is_displayed)
    shop.change(retry_after_seconds=1, until=in_hours(1))

    assert eventually(lambda: "59 minutes" in text(browser, "left"))
    assert not overdue.is_displayed()


def test_a_wrong_clock_of_the_visitor_does_not_count(shop: Shop, visit: Visit) -> None:
    """The answers have the time."""
    shop.close(until=in_hours(1.99))
    browser = visit(shop.url)
    left = browser.execute_async_script(
        """
        const now = Date.now;
        Date.now = () => now() - 3600000;
        check().then(() => { tick(); arguments[0](element("left").textContent); });
        """
    )

    assert "1 hour 59 minutes" == left.replace("\u00a0", " ")


def test_a_clock_that_is_ahead_ends_nothing(shop: Shop, visit: Visit) -> None:
    """The first answer takes back that it takes longer, on the page and in its news."""
    shop.close(until=in_hours(1.99))
    browser = visit(shop.url)
    said = browser.execute_async_script(
        """
        const now = Date.now, state = () => [facts.overdue, element("news").textContent];
        Date.now = () => now() + 7200000;
        tick();
        const before = state();
        check().then(() => { tick(); arguments[0]([before, state()]); });
        """
    )

    assert [["true", "This is taking longer than planned."], ["", ""]] == said


def test_a_clock_that_is_set_back_shows_no_future_question(shop: Shop, visit: Visit) -> None:
    """An hour back, the last question would be in an hour."""
    shop.close()
    browser = visit(shop.url)
    browser.execute_script("checked = Date.now() + 3600000; tick()")

    assert "Checked now" == text(browser, "checked")


@pytest.mark.parametrize("end", [-100, 3_600])
def test_the_page_asks_as_often_after_it_has_learned_that_it_is_overdue(
    shop: Shop, visit: Visit, end: int
) -> None:
    """It counts from its end, or from when that was brought forward, and not from its arrival."""
    shop.close(until="2026-01-05T04:00:00Z")
    browser = visit(shop.url)
    left = browser.execute_script(
        f"""
        passed = Date.now() - 8 * 3600000;
        const overdue = document.cloneNode(true);
        facts.end = new Date(Date.now() + {end} * 1000).toISOString();
        takeOver(overdue);
        return left();
        """
    )

    assert min(end, 0) - 5 < left <= min(end, 0) + 1


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


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {"until": in_hours(2)},
        {"until": in_hours(2), "announcement": "See https://a.example.", "brand": BRAND},
        {"until": "2026-01-05T04:00:00Z", "brand": {**BRAND, "accent": "#ffd400"}},
        {"brand": {"name": "Nacht", "accent": "#00133d", "contact": "+386 1 234 56 78"}},
    ],
    ids=["plain", "branded", "overdue and bright", "dark accent"],
)
def test_axe_finds_no_accessibility_errors(
    shop: Shop,
    visit: Visit,
    axe: str,
    dark: bool,  # noqa: FBT001 -- a column of the table
    settings: dict[str, object],
) -> None:
    """WCAG 2.2 AA as far as a program can check it, in every language, light and dark."""
    shop.close(**{"texts": {}, **settings})
    found = {}
    for language in LANGUAGES:
        browser = visit(shop.url, dark=dark, language=language)
        browser.execute_script(axe)
        found[browser.execute_script("return document.documentElement.lang")] = (
            browser.execute_async_script(
                "axe.run({runOnly: arguments[0]}).then(arguments[1])", RULES
            )
        )

    assert ({}, set(LANGUAGES), True) == (
        {tag: each["violations"] for tag, each in found.items() if each["violations"]},
        set(found),
        all(len(each["passes"]) > 10 for each in found.values()),
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
    ("name", "visitor", "settings"),
    [
        ("plain", {}, {}),
        ("plain-dark", {"dark": True}, {}),
        ("branded", {}, {"brand": BRAND}),
        ("branded-dark", {"dark": True}, {"brand": BRAND}),
        ("phone", {"width": 320}, {"brand": BRAND}),
        ("arabic", {"language": "ar"}, {"announcement": None}),
        ("japanese", {"language": "ja"}, {"announcement": None}),
        ("overdue", {}, {"until": "2026-01-05T04:00:00Z"}),
    ],
)
def test_a_screenshot_is_saved(
    shop: Shop,
    visit: Visit,
    name: str,
    visitor: dict[str, Any],
    settings: dict[str, object],
) -> None:
    """In .cache/screenshots, for people to look at."""
    announcement = "We are moving the shop to a faster home. Orders already placed are safe."
    usual = {"texts": {}, "announcement": announcement, "until": in_hours(1.75)}
    shop.close(**{**usual, **settings})
    browser = visit(shop.url, **visitor)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    assert browser.save_screenshot(SCREENSHOTS / f"maintenance-page-{name}.png")
