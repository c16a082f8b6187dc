"""Windows: how they are written, and when they are open, also when clocks change."""

import re
from copy import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.cron import parse_cron
from maintenance.schedule.switch import parse_switch
from maintenance.schedule.times import format_instant, parse_instant
from maintenance.schedule.window import (
    Once,
    Recurring,
    Window,
    occurrences,
    over_notices,
    parse_window,
)

UTC_ZONE = ZoneInfo("UTC")
LJUBLJANA = ZoneInfo("Europe/Ljubljana")
PAGE = Path(__file__).parents[3] / "docs" / "windows.md"

REFUSED = {
    "": "at the end: expected 'cron(...)' or 'at(...)'",
    "rate(5 minutes) for 2h": "at 'rate(5 minutes)': expected 'cron(...)' or 'at(...)'",
    "sunday for 2h": "at 'sunday': expected 'cron(...)' or 'at(...)'",
    "cron(0 2 ? * SUN *)": "at the end: expected 'for' and a duration",
    "cron(0 2 ? * SUN *) 2h": "at '2h': expected 'for' and a duration",
    "cron(0 2 ? * SUN *) for": "at the end: a duration is missing",
    "cron(0 2 ? * SUN *) for 2": "at '2': unit missing: write 2m for minutes",
    "cron(0 2 ? * SUN *) for 2h at UTC": "at 'at': expected 'in' or ': message'",
    "cron(0 2 ? * SUN *) for 2h in": "at the end: a time zone is missing",
    "cron(0 2 ? * SUN *) for 2h in Mars": (
        "at 'Mars': unknown time zone: expected one such as Europe/Ljubljana, America/New_York "
        "or UTC"
    ),
    "cron(0 2 ? * SUN *) for 2h in UTC soon": "at 'soon': only ': message' can follow",
    "cron(0 2 ? * SUN *)for 2h": "at '2h': expected 'for' and a duration",
    "cron(0 25 ? * SUN *) for 2h": "at 'cron(0 25 ? * SUN *)': hour must be 0-23, not '25'",
    "cron (0 2 ? * SUN *) for 2h": "at 'cron': expected 'cron(...)' or 'at(...)'",
    "every sunday at 2": "at 'every': expected 'cron(...)' or 'at(...)'",
    "sunday": "at 'sunday': expected 'cron(...)' or 'at(...)'",
    "cron(0 2 ? * SUN * for 2h": "at '2': expected 'for' and a duration",
    "at(2026-02-29T02:00) for 2h": "at 'at(2026-02-29T02:00)': this date does not exist",
    "at(tomorrow) for 2h": (
        "at 'at(tomorrow)': expected a time such as 2026-12-01T04:00+01:00, 2026-12-01T03:00Z, "
        "2026-12-01T04:00 or 2026-12-01"
    ),
    "at(2200-01-02) for 2h": "a window cannot start after the year 2199",
    "cron(0 2 ? * TUE#2 *) +": "at the end: a number of days is missing",
    "cron(0 2 ? * TUE#2 *) + 5d": "at the end: expected 'for' and a duration",
    "cron(0 2 ? * TUE#2 *) + 5d for 2h in": "at the end: a time zone is missing",
    "cron(0 2 ? * TUE#2 *) + 5 for 2h": "at '5': expected a number of days from 1d to 31d",
    "cron(0 2 ? * TUE#2 *) + 32d for 2h": "at '32d': expected a number of days from 1d to 31d",
    "cron(0 2 ? * TUE#2 *) +5d for 2h": (
        "at '+5d': leave blanks around the +, as in cron(...) + 5d"
    ),
    "cron(0 2 ? * TUE#2 *)+5d for 2h": (
        "at 'cron(0 2 ? * TUE#2 *)+5d': leave blanks around the +, as in cron(...) + 5d"
    ),
    "at(2026-12-01) + 5d for 2h": (
        "at 'at(2026-12-01)': + follows only 'cron(...)': write the date itself"
    ),
}


def begins(text: str, since: str, until: str) -> list[str]:
    """Return when those occurrences of the window `text` begin that overlap [since, until)."""
    window = parse_window("w", text, zone=UTC_ZONE)
    found = occurrences(window, since=instant(since), until=instant(until))
    return [format_instant(one.begins) for one in found]


def instant(text: str) -> datetime:
    """Return the instant that `text` means in UTC."""
    return parse_instant(text, zone=UTC_ZONE)


def test_a_recurring_window_is_read() -> None:
    """Start, duration, zone and message, in any case."""
    window = parse_window(
        "w", " CRON(0 2 ? * SUN *) For 2H In europe/ljubljana : DB ", zone=UTC_ZONE
    )
    starts = Recurring(parse_cron("0 2 ? * SUN *"), LJUBLJANA)
    assert Window("w", starts, timedelta(hours=2), "DB") == window


def test_a_single_window_is_read() -> None:
    """EventBridge Scheduler writes the seconds, people leave them out."""
    window = parse_window("w", "at(2026-12-01T02:00:00) for 90m in Europe/Ljubljana", zone=UTC_ZONE)
    assert (
        Window("w", Once(instant("2026-12-01T01:00"), LJUBLJANA), timedelta(minutes=90)) == window
    )


def test_a_single_window_may_start_up_to_the_last_year_of_the_dialect() -> None:
    """Which is 2199 in EventBridge Scheduler."""
    window = parse_window("w", "at(2199-12-31T02:00) for 2h", zone=UTC_ZONE)
    assert Once(instant("2199-12-31T02:00"), UTC_ZONE) == window.starts


def test_a_window_without_a_zone_is_in_the_zone_of_the_stack() -> None:
    """That is the stack's parameter TimeZone."""
    window = parse_window("w", "at(2026-12-01T02:00) for 90m", zone=LJUBLJANA)
    assert Once(instant("2026-12-01T01:00"), LJUBLJANA) == window.starts


@pytest.mark.parametrize("text", REFUSED)
def test_an_invalid_window_is_refused_with_the_word_that_is_wrong(text: str) -> None:
    """In the same form as the switch."""
    with pytest.raises(UnreadableValue, match=re.escape(f"{REFUSED[text]}. Syntax: cron(")):
        parse_window("w", text, zone=UTC_ZONE)


def test_an_error_shows_the_syntax_of_windows() -> None:
    """The alarm is enough to fix the value."""
    with pytest.raises(UnreadableValue, match=r"Syntax: cron\(minute hour day-of-month month"):
        parse_window("w", "weekly", zone=UTC_ZONE)


def test_an_occurrence_is_half_open() -> None:
    """It holds its start, but not its end."""
    text = "at(2026-12-01T02:00) for 2h"
    at_start = begins(text, "2026-12-01T02:00", "2026-12-01T02:01")
    at_end = begins(text, "2026-12-01T04:00", "2026-12-01T05:00")
    assert (["2026-12-01T02:00Z"], []) == (at_start, at_end)


def test_an_occurrence_that_starts_at_the_end_of_a_span_is_not_in_it() -> None:
    """The span is half-open, too."""
    assert [] == begins("at(2026-12-01T02:00) for 2h", "2026-12-01", "2026-12-01T02:00")


def test_an_occurrence_that_encloses_a_span_overlaps_it() -> None:
    """Although it neither begins nor ends in the span."""
    text = "at(2026-12-01T02:00) for 2h"
    assert ["2026-12-01T02:00Z"] == begins(text, "2026-12-01T03:00", "2026-12-01T03:01")


def test_a_window_crosses_midnight_and_new_year() -> None:
    """Only the start is local time."""
    text = "cron(30 23 31 12 ? *) for 2h in Europe/Ljubljana"
    assert ["2026-12-31T22:30Z"] == begins(text, "2027-01-01T00:00", "2027-01-01T00:29")


def test_a_window_starts_days_after_a_day_that_cron_names() -> None:
    """The Sunday after the second Tuesday is not always the second or third Sunday."""
    text = "cron(0 2 ? * TUE#2 *) + 5D for 2h"
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]
    second_tuesdays = [each for each in days if each.weekday() == 1 and 8 <= each.day <= 14]
    expected = [f"{each + timedelta(days=5)}T02:00Z" for each in second_tuesdays]

    assert expected == begins(text, "2027-01-01", "2028-01-01")


def test_days_that_are_added_may_lead_to_another_month_or_across_a_clock_change() -> None:
    """They are calendar days: the start keeps its local time."""
    text = "cron(30 23 L 10 ? *) + 1d for 1h in Europe/Ljubljana"
    across = "cron(0 2 ? 10 SAT#4 *) + 2d for 1h in Europe/Ljubljana"

    assert ["2026-11-01T22:30Z"] == begins(text, "2026-10-01", "2026-12-01")
    assert ["2026-10-26T01:00Z"] == begins(across, "2026-10-01", "2026-12-01")


def test_the_last_start_is_found_with_days_added() -> None:
    """A run asks whether an occurrence that has begun is still open."""
    window = parse_window("w", "cron(0 2 1 1 ? 2026) + 31d for 2h", zone=UTC_ZONE)
    before = window.last(instant("2026-02-01T01:59"))
    after = window.last(instant("2026-02-01T02:00"))

    assert (None, instant("2026-02-01T02:00")) == (before, after and after.begins)
    assert window.next(instant("2026-02-01T02:00")) is None


def test_a_window_runs_on_29_february() -> None:
    """Only in leap years, and 2100 is not one."""
    text = "cron(0 2 29 2 ? *) for 1h"
    assert ["2096-02-29T02:00Z", "2104-02-29T02:00Z"] == begins(text, "2093-01-01", "2105-01-01")


@pytest.mark.parametrize(
    ("zone", "hour", "night", "expected"),
    [
        # Clocks go forward: a start in the gap moves to the first instant after it.
        ("Europe/Ljubljana", "30 2", "2026-03-29", "2026-03-29T01:00Z"),
        ("America/New_York", "30 2", "2026-03-08", "2026-03-08T07:00Z"),
        ("Australia/Lord_Howe", "15 2", "2026-10-03", "2026-10-03T15:30Z"),
        # Clocks go back: a start that comes twice is the first of the two.
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
    """It is never skipped and never runs twice; `night` is the day of the change in UTC."""
    text = f"cron({hour} * * ? *) for 10m in {zone}"
    following = format_instant(instant(night) + timedelta(days=1))
    assert [expected] == begins(text, night, following)


def test_several_starts_in_one_gap_become_one() -> None:
    """02:00, 02:15, 02:30 and 02:45 do not exist that night; the window starts once, at 03:00."""
    text = "cron(0/15 2 * * ? *) for 10m in Europe/Ljubljana"
    assert ["2026-03-29T01:00Z"] == begins(text, "2026-03-29", "2026-03-30")


def test_starts_in_a_repeated_hour_are_not_repeated() -> None:
    """02:00 and 02:30 come twice; each is one start."""
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
    """What clocks show does not say which pass it is."""
    window = parse_window("w", "cron(0/30 1-3 * * ? *) for 10m", zone=LJUBLJANA)
    found = window.last(instant(at))
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
    """The second 02:30 is not a start."""
    window = parse_window("w", "cron(0/30 1-3 * * ? *) for 10m", zone=LJUBLJANA)
    found = window.next(instant(after))
    assert found is not None
    assert expected == format_instant(found.begins)


def test_a_duration_is_elapsed_time_when_clocks_change() -> None:
    """Three hours from midnight end at 04:00 local time if 02:00 to 03:00 does not exist."""
    window = parse_window("w", "at(2026-03-29T00:00) for 3h in Europe/Ljubljana", zone=UTC_ZONE)
    (found,) = occurrences(window, since=instant("2026-03-28"), until=instant("2026-03-30"))
    assert timedelta(hours=3) == found.ends - found.begins


@pytest.mark.parametrize("text", ["at(2026-12-01T02:00) for 2h", "cron(0 2 1 12 ? 2026) for 2h"])
def test_a_past_window_has_no_next_occurrence_and_a_future_one_has_no_last(text: str) -> None:
    """Whether `at` or `cron` with a year."""
    window = parse_window("w", text, zone=UTC_ZONE)
    last = window.last(instant("2026-12-01T01:59"))
    following = window.next(instant("2026-12-01T02:00"))
    assert (None, None) == (last, following)


@pytest.mark.parametrize(
    ("text", "is_over"),
    [
        ("at(2026-12-01T02:00) for 2h", True),
        ("at(2026-12-01T02:00) for 121m", False),
        ("at(2026-12-01T04:01) for 2h", False),
        ("cron(0 2 ? * SUN *) for 2h", False),
        ("cron(0 2 1 12 ? 2026) for 2h", True),
        ("cron(0 2 1 12 ? 2020-2026) for 121m", False),
        ("cron(0 2 1 12 ? 2026/5) for 2h", False),
    ],
)
def test_a_window_is_over_if_it_has_ended_and_has_no_next_start(
    text: str, *, is_over: bool
) -> None:
    """At four, the instant at which it ends or does not."""
    at_four = instant("2026-12-01T04:00")
    window = parse_window("w", text, zone=UTC_ZONE)

    assert is_over is window.is_over(at_four)
    assert is_over is bool(over_notices([window], at_four))


def test_windows_that_are_over_share_a_notice() -> None:
    """It stays short in a stack that never deletes one."""
    over = [
        parse_window(f"w{number}", "at(2026-12-01) for 2h", zone=UTC_ZONE) for number in range(7)
    ]
    (few,) = over_notices(over[:5], instant("2026-12-02"))
    (many,) = over_notices(reversed(over), instant("2026-12-02"))

    assert few.startswith("windows that are over and never begin again: w0, w1, w2, w3, w4. ")
    assert "begin again: w0, w1, w2, w3, w4 and 2 more. Delete them" in many


@pytest.mark.parametrize(
    "text", ["at(2025-12-24T18:00) for 14h: Merry Christmas!", "cron(10 7/5 7 * ? 2020) for 2h"]
)
def test_a_window_that_was_over_when_it_was_written_is_refused(text: str) -> None:
    """A wrong year must not leave the site open during planned work."""
    with pytest.raises(UnreadableValue, match=r"this was over when it was written at 2026-11-30T0"):
        parse_window("w", text, zone=UTC_ZONE, written=instant("2026-11-30T08:00"))


def test_a_window_that_was_open_when_it_was_written_is_valid() -> None:
    """It opens at once."""
    text = "at(2026-11-30T07:00) for 2h"
    written = instant("2026-11-30T08:00")
    window = parse_window("w", text, zone=UTC_ZONE, written=written)
    assert replace(parse_window("w", text, zone=UTC_ZONE), written=written) == window


def fenced(kind: str) -> list[str]:
    """Return the lines of the blocks of one kind in docs/windows.md; there must be some."""
    blocks = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    return [line for block in blocks for line in block.splitlines()]


def table(section: str) -> list[tuple[str, str]]:
    """Return the rows of the table in a section of docs/windows.md; there must be some."""
    text = PAGE.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*) \| (.*) \|$", text, re.MULTILINE)
    assert rows
    return [(first.strip("`"), second.strip("`")) for first, second in rows[1:]]


@pytest.mark.parametrize("text", [*fenced("window"), *(value for _, value in table("Windows"))])
def test_every_window_in_the_docs_is_valid(text: str) -> None:
    """The documentation must not teach what the controller refuses."""
    assert parse_window("w", text, zone=UTC_ZONE).duration


@pytest.mark.parametrize("text", fenced("switch"))
def test_every_value_of_the_switch_in_the_docs_is_valid(text: str) -> None:
    """The documentation must not teach what the controller refuses."""
    assert parse_switch(text, written=datetime(2026, 11, 30, tzinfo=UTC), zone=UTC_ZONE).says


@pytest.mark.parametrize(("text", "error"), table("What is refused"))
def test_every_value_that_the_docs_call_refused_is_refused(text: str, error: str) -> None:
    """By both parsers, and one of them says what the docs say."""
    written = datetime(2026, 11, 30, tzinfo=UTC)
    with pytest.raises(UnreadableValue) as of_switch:
        parse_switch(text, written=written, zone=UTC_ZONE)
    with pytest.raises(UnreadableValue) as of_window:
        parse_window("w", text, zone=UTC_ZONE, written=written)
    assert f": {error}. Syntax: " in f"{of_switch.value} {of_window.value}"
