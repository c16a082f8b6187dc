"""What a change of a window would mean. Times are in UTC unless they have a zone."""

from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from maintenance.cli.windows.preview import (
    clock_notes,
    coming,
    effect,
    find_window,
    overlaps,
    running,
    with_window,
)
from maintenance.schedule.window import parse_window

from tests.unit.site import LIVE, MAINTENANCE, SUNDAYS, ZONE, Site, instant

LJUBLJANA = ZoneInfo("Europe/Ljubljana")


def begins(site: Site, now: str, *, window: int = 0, count: int = 3) -> list[datetime]:
    """Return when the next runs of a window begin."""
    schedule = site.schedule(now)
    found = coming(schedule, schedule.windows[window], now=instant(now))
    return [each.begins for each in islice(found, count)]


def test_the_runs_to_come_are_in_order() -> None:
    """The clock time counts, not the seven days."""
    expected = [instant(f"2026-12-{day}T02:00") for day in ("06", "13", "20")]
    assert expected == begins(Site(windows=[SUNDAYS]), "2026-12-01")


def test_the_run_that_is_open_comes_first() -> None:
    """It can be skipped, too."""
    expected = [instant("2026-12-06T02:00"), instant("2026-12-13T02:00")]
    assert expected == begins(Site(windows=[SUNDAYS]), "2026-12-06T03:00", count=2)


@pytest.mark.parametrize(
    "site",
    [
        Site(windows=[SUNDAYS], skips={"w0": ("2026-12-01", "until 2026-12-06T04:00")}),
        Site(windows=[SUNDAYS], switch=[("2026-12-01", "off until 2026-12-06T04:00")]),
    ],
)
def test_a_run_that_is_skipped_or_ended_is_left_out(site: Site) -> None:
    """Whether by its skip or by an off."""
    assert [instant("2026-12-13T02:00")] == begins(site, "2026-12-06T03:00", count=1)


def test_a_window_that_is_over_has_no_runs() -> None:
    """So there is nothing to skip."""
    assert [] == begins(Site(windows=["at(2026-12-01T02:00) for 1h"]), "2026-12-02")


def test_a_skip_up_to_the_end_of_the_calendar_leaves_no_runs() -> None:
    """Dates end there."""
    skips = {"w0": ("2026-12-01", "until 9999-12-31T23:00Z")}
    assert [] == begins(Site(windows=[SUNDAYS], skips=skips), "2026-12-02")


@pytest.mark.parametrize(("now", "is_running"), [("2026-12-06T03:59", True), ("2026-12-07", False)])
def test_a_window_is_running_while_it_is_open(now: str, *, is_running: bool) -> None:
    """The end is not part of it."""
    schedule = Site(windows=[SUNDAYS]).schedule(now)
    assert is_running is bool(running(schedule, schedule.windows[0], now=instant(now)))


def test_a_window_that_has_not_begun_is_not_running() -> None:
    """It has no last occurrence at all."""
    schedule = Site(windows=["at(2026-12-03) for 1h"]).schedule("2026-12-02")
    assert None is running(schedule, schedule.windows[0], now=instant("2026-12-02"))


def test_a_window_takes_the_place_of_the_one_of_its_name() -> None:
    """The others stay."""
    schedule = Site(windows=[SUNDAYS, SUNDAYS]).schedule("2026-12-01")
    other = parse_window("w0", "cron(0 3 ? * SUN *) for 1h", zone=ZONE)

    changed = with_window(schedule, "w0", other)

    assert {"w0": other, "w1": schedule.windows[1]} == {each.name: each for each in changed.windows}
    assert None is find_window(with_window(changed, "w0", None), "w0")


def test_the_effect_is_the_decision_now_before_and_after() -> None:
    """Here a window is written that should be open already."""
    before = Site().schedule("2026-12-06T03:00")
    after = Site(windows=[SUNDAYS]).schedule("2026-12-06T03:00")
    found = effect(before, after, now=instant("2026-12-06T03:00"))
    assert ((LIVE, MAINTENANCE), (None, instant("2026-12-06T04:00"))) == (found.mode, found.until)


def first_overlaps(*windows: str) -> list[tuple[str, datetime, datetime]]:
    """Return for w0 the overlapping windows, and when the two begin."""
    schedule = Site(windows=windows).schedule("2026-12-01")
    found = overlaps(schedule, schedule.windows[0], now=instant("2026-12-01"))
    return [(each.other.window.name, each.occurrence.begins, each.other.begins) for each in found]


def test_the_first_overlap_with_each_other_window_is_found() -> None:
    """Not that of those which only touch."""
    found = first_overlaps(
        SUNDAYS,
        "cron(0 4 ? * SUN *) for 1h",
        "cron(0 3 13 * ? *) for 3h",
        "at(2026-12-20T01:00) for 90m",
    )
    assert [
        ("w2", instant("2026-12-13T02:00"), instant("2026-12-13T03:00")),
        ("w3", instant("2026-12-20T02:00"), instant("2026-12-20T01:00")),
    ] == found


def test_a_window_that_overlaps_itself_is_found() -> None:
    """The site would stay closed for ever."""
    found = first_overlaps("cron(0 2 * * ? *) for 25h")
    assert [("w0", instant("2026-11-30T02:00"), instant("2026-12-01T02:00"))] == found


def starts(text: str, now: str = "2026-12-01") -> list[tuple[datetime, datetime | None]]:
    """Return the starts within a year that clocks in Ljubljana skip or double."""
    schedule = Site(windows=[text], zone=LJUBLJANA).schedule(now)
    found = clock_notes(schedule, schedule.windows[0], now=instant(now))
    return [(each.start, each.doubled) for each in found]


def test_a_start_that_clocks_skip_or_double_is_found() -> None:
    """Half past two is missing in March and comes twice in October."""
    assert [
        (instant("2027-03-28T01:00"), None),
        (instant("2027-10-31T00:30"), instant("2027-10-31T01:30")),
    ] == starts("cron(30 2 ? * SUN *) for 1h")


@pytest.mark.parametrize("clock", ["30 1", "0 4", "30 3"])
def test_other_starts_of_those_nights_are_not(clock: str) -> None:
    """They exist once."""
    assert [] == starts(f"cron({clock} ? * SUN *) for 1h")


def test_a_start_that_is_skipped_is_not() -> None:
    """It does not run."""
    skips = {"w0": ("2026-12-01", "until 2027-11-01")}
    site = Site(windows=["cron(30 2 ? * SUN *) for 1h"], zone=LJUBLJANA, skips=skips)
    schedule = site.schedule("2026-12-01")
    assert [] == list(clock_notes(schedule, schedule.windows[0], now=instant("2026-12-01")))


def test_a_window_that_runs_each_minute_is_not_looked_at_for_a_year() -> None:
    """A thousand runs are enough."""
    each_minute = "cron(* * * * ? *) for 30s"
    later = instant("2026-12-01") + timedelta(days=2)
    assert [] == first_overlaps(each_minute, f"at({later:%Y-%m-%dT%H:%M}) for 1h")
