"""Windows: how they are written, and when they are open, clock changes included."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.cron import parse_cron
from maintenance.schedule.switch import parse_switch
from maintenance.schedule.times import format_instant, parse_instant
from maintenance.schedule.window import Once, Recurring, Window, occurrences, parse_window

UTC_ZONE = ZoneInfo("UTC")
LJUBLJANA = ZoneInfo("Europe/Ljubljana")
PAGE = Path(__file__).parents[3] / "docs" / "windows.md"

REFUSED = {
    "": "at its end: it begins with cron(...) or at(...)",
    "rate(5 minutes) for 2h": "at 'rate(5 minutes)': it begins with cron(...) or at(...)",
    "sunday for 2h": "at 'sunday': it begins with cron(...) or at(...)",
    "cron(0 2 ? * SUN *)": "at its end: for and a duration follow here",
    "cron(0 2 ? * SUN *) 2h": "at '2h': for and a duration follow here",
    "cron(0 2 ? * SUN *) for": "at its end: a duration is missing",
    "cron(0 2 ? * SUN *) for 2": "at '2': a duration reads 90m, 2h, 1h30m, 2d or PT2H",
    "cron(0 2 ? * SUN *) for 2h at UTC": (
        "at 'at': in, or a message behind a colon and a space may follow here"
    ),
    "cron(0 2 ? * SUN *) for 2h in": "at its end: a time zone is missing",
    "cron(0 2 ? * SUN *) for 2h in Mars": (
        "at 'Mars': no time zone of that name; names read Europe/Ljubljana, America/New_York or UTC"
    ),
    "cron(0 2 ? * SUN *) for 2h in UTC soon": (
        "at 'soon': only a message may follow here, behind a colon and a space"
    ),
    "cron(0 2 ? * SUN *)for 2h": "at '2h': for and a duration follow here",
    "cron(0 25 ? * SUN *) for 2h": "at 'cron(0 25 ? * SUN *)': '25' is no hour, which is 0-23",
    "cron (0 2 ? * SUN *) for 2h": "at '(0 2 ? * SUN *)': for and a duration follow here",
    "cron(0 2 ? * SUN * for 2h": "at '2': for and a duration follow here",
    "at(2026-02-29T02:00) for 2h": "at 'at(2026-02-29T02:00)': the calendar has no such instant",
    "at(tomorrow) for 2h": (
        "at 'at(tomorrow)': an instant reads 2026-12-01T04:00+01:00, 2026-12-01T03:00Z, "
        "2026-12-01T04:00 or 2026-12-01"
    ),
    "at(2200-01-02) for 2h": "a window starts in the year 2199 at the latest",
}


def begins(text: str, since: str, until: str) -> list[str]:
    """Return when the occurrences of the window `text` that touch [since, until) begin, in UTC."""
    window = parse_window("w", text, zone=UTC_ZONE)
    found = occurrences(window, since=instant(since), until=instant(until))
    return [format_instant(one.begins) for one in found]


def instant(text: str) -> datetime:
    """Return the instant that `text` means in UTC."""
    return parse_instant(text, zone=UTC_ZONE)


def test_a_recurring_window_is_read_whole() -> None:
    """Start, duration, zone and message, in any case."""
    window = parse_window(
        "w", " CRON(0 2 ? * SUN *) For 2H In europe/ljubljana : DB ", zone=UTC_ZONE
    )
    starts = Recurring(parse_cron("0 2 ? * SUN *"), LJUBLJANA)
    assert Window("w", starts, timedelta(hours=2), "DB") == window


def test_a_single_window_is_read_whole() -> None:
    """Seconds are optional, as EventBridge Scheduler writes them and as people do."""
    window = parse_window("w", "at(2026-12-01T02:00:00) for 90m in Europe/Ljubljana", zone=UTC_ZONE)
    assert (
        Window("w", Once(instant("2026-12-01T01:00"), LJUBLJANA), timedelta(minutes=90)) == window
    )


def test_a_single_window_may_be_as_far_away_as_the_dialect_goes() -> None:
    """EventBridge Scheduler's years end with 2199."""
    window = parse_window("w", "at(2199-12-31T02:00) for 2h", zone=UTC_ZONE)
    assert Once(instant("2199-12-31T02:00"), UTC_ZONE) == window.starts


def test_a_window_without_zone_is_in_that_of_the_stack() -> None:
    """TimeZone is the stack's parameter."""
    window = parse_window("w", "at(2026-12-01T02:00) for 90m", zone=LJUBLJANA)
    assert Once(instant("2026-12-01T01:00"), LJUBLJANA) == window.starts


@pytest.mark.parametrize("text", REFUSED)
def test_an_unreadable_window_is_refused_at_its_fault(text: str) -> None:
    """In the same form as the switch."""
    with pytest.raises(UnreadableValue, match=re.escape(f"{REFUSED[text]}. It reads: cron(")):
        parse_window("w", text, zone=UTC_ZONE)


def test_a_refusal_shows_the_grammar_of_windows() -> None:
    """Whoever reads the alarm needs no manual."""
    with pytest.raises(UnreadableValue, match=r"It reads: cron\(minute hour day-of-month month"):
        parse_window("w", "weekly", zone=UTC_ZONE)


def test_an_occurrence_is_half_open() -> None:
    """It touches a stretch that begins at its start, not one that begins at its end."""
    text = "at(2026-12-01T02:00) for 2h"
    at_start = begins(text, "2026-12-01T02:00", "2026-12-01T02:01")
    at_end = begins(text, "2026-12-01T04:00", "2026-12-01T05:00")
    assert (["2026-12-01T02:00Z"], []) == (at_start, at_end)


def test_a_stretch_that_ends_at_a_start_is_not_touched() -> None:
    """The stretch is half-open, too."""
    assert [] == begins("at(2026-12-01T02:00) for 2h", "2026-12-01", "2026-12-01T02:00")


def test_a_stretch_inside_an_occurrence_is_touched() -> None:
    """Neither end of the occurrence needs to lie in it."""
    text = "at(2026-12-01T02:00) for 2h"
    assert ["2026-12-01T02:00Z"] == begins(text, "2026-12-01T03:00", "2026-12-01T03:01")


def test_lead_time_lets_an_occurrence_begin_earlier_and_end_as_before() -> None:
    """Edges need minutes to attach; the promise of when it is over stays."""
    window = parse_window("w", "at(2026-12-01T02:00) for 2h", zone=UTC_ZONE)
    found = window.next(instant("2026-12-01"), lead_time=timedelta(minutes=10))
    assert found is not None
    assert (instant("2026-12-01T01:50"), instant("2026-12-01T04:00")) == (found.begins, found.ends)


def test_a_window_crosses_midnight_and_new_year() -> None:
    """Starts are local, ends are so much later."""
    text = "cron(30 23 31 12 ? *) for 2h in Europe/Ljubljana"
    assert ["2026-12-31T22:30Z"] == begins(text, "2027-01-01T00:00", "2027-01-01T00:29")


def test_a_window_runs_on_29_february() -> None:
    """Only in leap years, and 2100 is none."""
    text = "cron(0 2 29 2 ? *) for 1h"
    assert ["2096-02-29T02:00Z", "2104-02-29T02:00Z"] == begins(text, "2093-01-01", "2105-01-01")


@pytest.mark.parametrize(
    ("zone", "hour", "night", "expected"),
    [
        # Clocks go forward: a start in the gap is at the first instant after it.
        ("Europe/Ljubljana", "30 2", "2026-03-29", "2026-03-29T01:00Z"),
        ("America/New_York", "30 2", "2026-03-08", "2026-03-08T07:00Z"),
        ("Australia/Lord_Howe", "15 2", "2026-10-03", "2026-10-03T15:30Z"),
        # Clocks go back: a start that comes twice is at its first.
        ("Europe/Ljubljana", "30 2", "2026-10-25", "2026-10-25T00:30Z"),
        ("America/New_York", "30 1", "2026-11-01", "2026-11-01T05:30Z"),
        ("Australia/Lord_Howe", "45 1", "2026-04-04", "2026-04-04T14:45Z"),
        # Clocks that never change.
        ("Asia/Kolkata", "30 2", "2026-03-28", "2026-03-28T21:00Z"),
    ],
)
def test_a_window_runs_once_in_the_night_when_clocks_change(
    zone: str, hour: str, night: str, expected: str
) -> None:
    """It is never skipped and never runs twice; `night` is the UTC day that holds the change."""
    text = f"cron({hour} * * ? *) for 10m in {zone}"
    following = format_instant(instant(night) + timedelta(days=1))
    assert [expected] == begins(text, night, following)


def test_starts_that_fall_into_one_gap_are_one() -> None:
    """02:00, 02:15, 02:30 and 02:45 do not exist that night; the window starts at 03:00, once."""
    text = "cron(0/15 2 * * ? *) for 10m in Europe/Ljubljana"
    assert ["2026-03-29T01:00Z"] == begins(text, "2026-03-29", "2026-03-30")


def test_a_repeated_hour_is_not_run_again() -> None:
    """Every half hour, the one from 02:00 to 03:00 that comes twice gives two starts, not four."""
    text = "cron(0/30 1-3 * * ? *) for 10m in Europe/Ljubljana"
    expected = [
        "2026-10-24T23:00Z",
        "2026-10-24T23:30Z",
        "2026-10-25T00:00Z",
        "2026-10-25T00:30Z",
        "2026-10-25T02:00Z",
        "2026-10-25T02:30Z",
    ]
    assert expected == begins(text, "2026-10-24T12:00", "2026-10-25T12:00")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-10-25T00:29", "2026-10-25T00:00Z"),  # 02:29, first time
        ("2026-10-25T00:59", "2026-10-25T00:30Z"),  # 02:59, first time
        ("2026-10-25T01:10", "2026-10-25T00:30Z"),  # 02:10, second time
        ("2026-10-25T01:59", "2026-10-25T00:30Z"),  # 02:59, second time
        ("2026-10-25T02:00", "2026-10-25T02:00Z"),  # 03:00
    ],
)
def test_the_last_start_is_found_while_clocks_repeat_an_hour(at: str, expected: str) -> None:
    """What clocks show then is not enough to know what has been."""
    window = parse_window("w", "cron(0/30 1-3 * * ? *) for 10m", zone=LJUBLJANA)
    found = window.last(instant(at), lead_time=timedelta(0))
    assert found is not None
    assert expected == format_instant(found.begins)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-10-25T00:29", "2026-10-25T00:30Z"),  # 02:29, first time
        ("2026-10-25T00:30", "2026-10-25T02:00Z"),  # 02:30, first time
        ("2026-10-25T01:10", "2026-10-25T02:00Z"),  # 02:10, second time
        ("2026-10-25T02:00", "2026-10-25T02:30Z"),  # 03:00
    ],
)
def test_the_next_start_is_found_while_clocks_repeat_an_hour(after: str, expected: str) -> None:
    """The second 02:30 is not one."""
    window = parse_window("w", "cron(0/30 1-3 * * ? *) for 10m", zone=LJUBLJANA)
    found = window.next(instant(after), lead_time=timedelta(0))
    assert found is not None
    assert expected == format_instant(found.begins)


def test_a_duration_is_elapsed_time_when_clocks_change() -> None:
    """Three hours from midnight end at 04:00 on the clock when 02:00 to 03:00 does not exist."""
    window = parse_window("w", "at(2026-03-29T00:00) for 3h in Europe/Ljubljana", zone=UTC_ZONE)
    (found,) = occurrences(window, since=instant("2026-03-28"), until=instant("2026-03-30"))
    assert timedelta(hours=3) == found.ends - found.begins


@pytest.mark.parametrize("text", ["at(2026-12-01T02:00) for 2h", "cron(0 2 1 12 ? 2026) for 2h"])
def test_a_window_that_is_past_has_no_next_and_one_to_come_no_last(text: str) -> None:
    """Both kinds know their ends."""
    window = parse_window("w", text, zone=UTC_ZONE)
    last = window.last(instant("2026-12-01T01:59"), lead_time=timedelta(0))
    following = window.next(instant("2026-12-01T02:00"), lead_time=timedelta(0))
    assert (None, None) == (last, following)


def examples(kind: str) -> list[str]:
    """Return the examples of one kind that docs/windows.md shows, one a line; there are some."""
    fenced = re.compile(rf"^```{kind}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    shown = [line for block in fenced.findall(PAGE.read_text()) for line in block.splitlines()]
    assert shown
    return shown


@pytest.mark.parametrize("text", examples("window"))
def test_every_window_that_the_page_shows_is_read(text: str) -> None:
    """The documentation cannot teach what the controller refuses."""
    assert parse_window("w", text, zone=UTC_ZONE).duration


@pytest.mark.parametrize("text", examples("switch"))
def test_every_switch_that_the_page_shows_is_read(text: str) -> None:
    """The documentation cannot teach what the controller refuses."""
    assert parse_switch(text, written=datetime(2026, 11, 30, tzinfo=UTC), zone=UTC_ZONE).says


@pytest.mark.parametrize("text", examples("refused"))
def test_everything_that_the_page_calls_refused_is_refused(text: str) -> None:
    """What the page warns of is still so."""
    with pytest.raises(UnreadableValue):
        parse_switch(text, written=datetime(2026, 11, 30, tzinfo=UTC), zone=UTC_ZONE)
    with pytest.raises(UnreadableValue):
        parse_window("w", text, zone=UTC_ZONE)
