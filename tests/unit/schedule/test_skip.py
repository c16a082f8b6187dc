"""Skips: their values, and what they do to one window. Times are in UTC."""

import re
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.decision import due_since
from maintenance.schedule.forecast import Fate, forecast
from maintenance.schedule.skip import Skip, parse_skip, skip_value, window_skipped_by

from tests.unit.site import LIVE, MAINTENANCE, SUNDAYS, UNCHANGED, ZONE, Site, instant, modes

PAGE = Path(__file__).parents[3] / "docs" / "windows.md"
WRITTEN = "2026-12-03"
# The Sunday after it.
SKIPPED = {"w0": (WRITTEN, "until 2026-12-06T04:00Z")}


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("until 2026-12-06T04:00Z", "2026-12-06T04:00"),
        ("UNTIL 2026-12-06T04:00+01:00 ", "2026-12-06T03:00"),
        ("until 2026-12-06T04:00", "2026-12-06T03:00"),
        ("until 2026-12-07", "2026-12-06T23:00"),
    ],
)
def test_a_skip_has_an_end(text: str, until: str) -> None:
    """A time without an offset is in the stack's zone."""
    written = instant(WRITTEN)
    skip = parse_skip(text, written=written, zone=ZoneInfo("Europe/Ljubljana"))
    assert Skip(written, instant(until)) == skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"at the end: expected 'until' and a time"),
        ("off until 2026-12-06T04:00Z", r"at 'off': expected 'until' and a time"),
        ("until", r"at the end: a time is missing"),
        ("until sunday", r"at 'sunday': expected a time such as"),
        ("until 2026-12-06T04:00Z: why", r"at the end: nothing can follow"),
        ("until 2026-12-06 04:00", r"at '04:00': nothing can follow"),
        ("until 2025-12-06", r"at '2025-12-06': this is not later than 2026-12-03T00:00Z"),
    ],
)
def test_an_invalid_skip_is_refused(text: str, problem: str) -> None:
    """Each error shows the syntax."""
    with pytest.raises(UnreadableValue, match=f"{problem}.*Syntax: until"):
        parse_skip(text, written=instant(WRITTEN), zone=ZONE)


def test_a_skip_that_is_written_is_read() -> None:
    """The command writes what the controller's parser reads."""
    skip = Skip(instant(WRITTEN), instant("2026-12-06T04:00"))
    assert skip == parse_skip(skip_value(skip.until), written=skip.written, zone=ZONE)


def test_the_skip_in_the_docs_is_valid() -> None:
    """The documentation must not teach what the controller refuses."""
    [text] = re.findall(r"--value '(until [^']*)'", PAGE.read_text(encoding="utf-8"))
    assert (
        instant("2026-12-06T03:00") == parse_skip(text, written=instant(WRITTEN), zone=ZONE).until
    )


def test_the_instants_of_a_skip_are_in_utc() -> None:
    """Whatever the zone in which Parameter Store's client dates it."""
    written = instant(WRITTEN).astimezone(ZoneInfo("Asia/Tokyo"))
    skip = parse_skip("until 2026-12-06", written=written, zone=ZONE)
    assert {UTC} == {skip.written.tzinfo, skip.until.tzinfo}


@pytest.mark.parametrize(
    ("name", "window"),
    [("weekly/skip", "weekly"), ("a/b/skip", "a/b"), ("skip", None), ("skip/weekly", None)],
)
def test_the_name_says_which_window_a_parameter_skips(name: str, window: str | None) -> None:
    """A window may be called skip, because its name does not end with /skip."""
    assert window == window_skipped_by(name)


def test_a_skip_skips_one_occurrence_of_one_window() -> None:
    """The next Sunday runs, and so does the other window."""
    site = Site(windows=[SUNDAYS, "at(2026-12-06T03:00) for 30m"], skips=SKIPPED)
    times = ("2026-12-06T02:30", "2026-12-06T03:00", "2026-12-06T03:30", "2026-12-13T02:00")
    assert [LIVE, MAINTENANCE, LIVE, MAINTENANCE] == modes(site, *times)


def test_a_skip_within_an_occurrence_ends_it() -> None:
    """As an off does, for this window alone."""
    site = Site(windows=[SUNDAYS], skips={"w0": ("2026-12-06T02:30", "until 2026-12-06T04:00Z")})
    decision = site.at("2026-12-06T02:30")
    assert (LIVE, instant("2026-12-13T02:00")) == (decision.mode, decision.valid_until)


def test_a_skip_does_not_end_an_on() -> None:
    """It says something about the window only."""
    site = Site(switch=[("2026-12-06", "on")], windows=[SUNDAYS], skips=SKIPPED)
    assert MAINTENANCE == site.at("2026-12-06T02:30").mode


def test_a_skip_opens_nothing_without_a_switch() -> None:
    """Without a readable switch nothing is lifted."""
    site = Site(switch=[], windows=[SUNDAYS], skips=SKIPPED)
    assert UNCHANGED == site.at("2026-12-06T02:30").mode


def test_a_later_off_reaches_further_than_a_skip() -> None:
    """Whichever ends more."""
    site = Site(switch=[("2026-12-03", "off until 2026-12-14")], windows=[SUNDAYS], skips=SKIPPED)
    assert [LIVE, LIVE] == modes(site, "2026-12-06T02:30", "2026-12-13T02:00")
    assert "w0" not in site.at("2026-12-13T02:00").reason


def test_the_reason_names_a_skip_until_the_window_runs_again() -> None:
    """It explains why the site is open although a window is planned now."""
    site = Site(windows=[SUNDAYS], skips=SKIPPED)
    skipped = (
        "Live: the switch has been off since 2026-11-01T00:00Z, and no window that began later is "
        "open. Window 'w0' skips what begins up to 2026-12-06T04:00Z."
    )
    times = ("2026-12-04", "2026-12-06T02:30", "2026-12-12", "2026-12-13T04:00")
    assert [skipped, skipped, skipped, skipped.partition(" Window")[0]] == [
        site.at(time).reason for time in times
    ]


@pytest.mark.parametrize(
    ("count", "more"), [(3, ""), (4, " So does 1 more."), (5, " So do 2 more.")]
)
def test_the_reason_names_three_skips_and_counts_the_others(count: int, more: str) -> None:
    """The status parameter is short."""
    skips = {f"w{index}": SKIPPED["w0"] for index in range(count)}
    reason = Site(windows=[SUNDAYS] * count, skips=skips).at("2026-12-04").reason
    last = "Window 'w2' skips what begins up to 2026-12-06T04:00Z."
    assert reason.endswith(f"{last}{more}")


def test_a_skip_up_to_the_end_of_the_calendar_leaves_nothing_to_come() -> None:
    """Dates cannot grow any more."""
    skips = {"w0": (WRITTEN, "until 9999-12-31T23:59:59Z")}
    decision = Site(windows=[SUNDAYS], skips=skips).at("2026-12-04")
    assert (LIVE, None) == (decision.mode, decision.valid_until)


def test_a_window_that_a_skip_has_ended_is_live_since_the_skip() -> None:
    """The time to open is counted from there."""
    written = "2026-12-06T02:30"
    site = Site(windows=[SUNDAYS], skips={"w0": (written, "until 2026-12-06T04:00Z")})
    now = instant("2026-12-06T02:31")
    assert instant(written) == due_since(site.schedule("2026-12-06T02:31"), now=now)


def test_a_forecast_shows_what_a_skip_skips() -> None:
    """Beside the occurrences that run."""
    schedule = Site(windows=[SUNDAYS], skips=SKIPPED).schedule("2026-12-04")
    since = instant("2026-12-04")
    coming = forecast(schedule, since=since, until=since + timedelta(days=14))
    assert [Fate.SKIPPED, Fate.RUNS] == [each.fate for each in coming.occurrences]
