"""When the mode was due, and how it changes next."""

from datetime import timedelta

import pytest
from maintenance.schedule.decision import Bounds, NextChange, Schedule, bounds_of, decide
from maintenance.schedule.history import last_off, last_readable

from tests.unit.site import SUNDAYS, Site, instant, printed

# 2026-12-06 is a Sunday.
OPEN_SUNDAYS = Site(windows=(SUNDAYS,))


def bounds(site: Site, now: str, *, heard: str | None = None) -> Bounds:
    """Return the bounds of a site at `now`."""
    history = [version for version in site.history if version.written <= instant(now)]
    switch = last_readable(history, site.zone)
    said = Schedule(switch, last_off(history, site.zone), site.parsed_windows, site.lead)
    decision = decide(
        switch=switch,
        last_off=said.last_off,
        windows=said.windows,
        now=instant(now),
        lead_time=site.lead,
    )
    news = instant(heard) if heard else None
    return bounds_of(decision, said, now=instant(now), heard=news)


@pytest.mark.parametrize(
    ("site", "now", "expected"),
    [
        (Site((("2026-12-01T02:00", "on"),)), "2026-12-01T02:05", "2026-12-01T02:00Z"),
        (Site((("2026-12-01T02:00", "on for 1h"),)), "2026-12-01T03:05", "2026-12-01T03:00Z"),
        (Site((("2026-12-01T02:00", "on for 1h"),)), "2026-12-01T02:05", "2026-12-01T02:00Z"),
        (OPEN_SUNDAYS, "2026-12-06T02:05", "2026-12-06T02:00Z"),
        (OPEN_SUNDAYS, "2026-12-06T04:05", "2026-12-06T04:00Z"),
        (Site(windows=(SUNDAYS,), lead_time="10m"), "2026-12-06T01:55", "2026-12-06T01:50Z"),
        (Site((), (SUNDAYS,)), "2026-12-06T02:05", "2026-12-06T02:00Z"),
        (Site((), ("at(2026-12-24T02:00) for 1h",)), "2026-12-06T02:05", None),
        (
            Site((("2026-12-07T09:00", "off"),), (SUNDAYS,)),
            "2026-12-08T02:05",
            "2026-12-07T09:00Z",
        ),
    ],
)
def test_the_mode_is_due_since_the_last_instant_that_could_change_it(
    site: Site, now: str, expected: str | None
) -> None:
    """The switch was written or ran out, or a window began or ended."""
    assert expected == printed(bounds(site, now).due)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("2026-12-06T03:00", "2026-12-06T03:00Z"),
        ("2026-12-06T01:00", "2026-12-06T02:00Z"),
        ("2026-12-06T09:00", "2026-12-06T03:05Z"),
    ],
)
def test_a_change_that_was_heard_of_later_is_due_from_then_on(heard: str, expected: str) -> None:
    """Whoever writes a window at three that began at two has not waited since two."""
    assert expected == printed(bounds(OPEN_SUNDAYS, "2026-12-06T03:05", heard=heard).due)


@pytest.mark.parametrize(
    ("site", "now", "expected"),
    [
        (
            OPEN_SUNDAYS,
            "2026-12-01",
            NextChange(instant("2026-12-06T02:00"), closes=True, window="w0"),
        ),
        (
            OPEN_SUNDAYS,
            "2026-12-06T02:30",
            NextChange(instant("2026-12-06T04:00"), closes=False, window="w0"),
        ),
        (Site((("2026-12-01", "on"),)), "2026-12-02", None),
        (
            Site((("2026-12-01", "on for 2d"),)),
            "2026-12-02",
            NextChange(instant("2026-12-03"), closes=False),
        ),
        (Site(), "2026-12-02", None),
        (Site((), (SUNDAYS,)), "2026-12-06T02:30", None),
        (Site((), ("at(2026-11-01) for 1h",)), "2026-12-02", None),
        (
            Site((), (SUNDAYS,)),
            "2026-12-06T04:30",
            NextChange(instant("2026-12-13T02:00"), closes=True, window="w0"),
        ),
        (
            Site((("2026-12-01", "on until 9999-12-31"),), ("at(2026-12-24) for 1h",)),
            "2026-12-02",
            NextChange(instant("9999-12-31"), closes=False),
        ),
        (
            Site(windows=(SUNDAYS, "at(2026-12-06T03:00) for 5h")),
            "2026-12-06T02:30",
            NextChange(instant("2026-12-06T08:00"), closes=False, window="w1"),
        ),
    ],
)
def test_the_next_change_is_the_next_opening_or_closing(
    site: Site, now: str, expected: NextChange | None
) -> None:
    """By the window that does it, if one does; joined windows open once, at their common end."""
    assert expected == bounds(site, now).next_change


def test_a_switch_from_the_future_is_due_when_it_was_written() -> None:
    """SSM's clock may be ahead of ours."""
    site = Site((("2026-12-01T02:00", "on"),))
    switch = last_readable(site.history, site.zone)
    now = instant("2026-12-01T02:00") - timedelta(seconds=2)
    decision = decide(switch=switch, last_off=None, windows=(), now=now)

    found = bounds_of(decision, Schedule(switch, None, (), site.lead), now=now)

    assert "2026-12-01T02:00Z" == printed(found.due)


def test_a_closed_site_names_the_window_that_closes_it_next() -> None:
    """What ends this maintenance, and what begins the next, are two things to know."""
    site = Site((("2026-12-01T02:00", "on for 1h"),), windows=(SUNDAYS,))

    found = bounds(site, "2026-12-01T02:05")

    assert NextChange(instant("2026-12-01T03:00Z"), closes=False) == found.next_change
    assert site.parsed_windows[0].name == found.next_window
