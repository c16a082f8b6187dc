"""Since when the mode is due, and how it changes next."""

from datetime import timedelta

import pytest
from maintenance.schedule.decision import NextChange, Schedule, due_since
from maintenance.schedule.switch import parse_switch

from tests.unit.site import SUNDAYS, ZONE, Site, instant, printed

# 2026-12-06 is a Sunday.
OPEN_SUNDAYS = Site(windows=(SUNDAYS,))


@pytest.mark.parametrize(
    ("site", "now", "expected"),
    [
        (Site((("2026-12-01T02:00", "on"),)), "2026-12-01T02:05", "2026-12-01T02:00Z"),
        (Site((("2026-12-01T02:00", "on for 1h"),)), "2026-12-01T03:05", "2026-12-01T03:00Z"),
        (Site((("2026-12-01T02:00", "on for 1h"),)), "2026-12-01T02:05", "2026-12-01T02:00Z"),
        (OPEN_SUNDAYS, "2026-12-06T02:05", "2026-12-06T02:00Z"),
        (OPEN_SUNDAYS, "2026-12-06T04:05", "2026-12-06T04:00Z"),
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
    """When the switch was written or ran out, or a window began or ended."""
    assert expected == printed(due_since(site.schedule(now), now=instant(now)))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("2026-12-06T03:00", "2026-12-06T03:00Z"),
        ("2026-12-06T01:00", "2026-12-06T02:00Z"),
        ("2026-12-06T09:00", "2026-12-06T03:05Z"),
    ],
)
def test_the_mode_is_due_at_the_earliest_when_the_parameter_was_changed(
    changed: str, expected: str
) -> None:
    """A window that began at two but was written at three is due since three."""
    now = "2026-12-06T03:05"
    due = due_since(OPEN_SUNDAYS.schedule(now), now=instant(now), changed=instant(changed))
    assert expected == printed(due)


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
        (
            Site(windows=("at(2026-12-06T02:00) for 2h", "at(2026-12-06T03:00) for 1h")),
            "2026-12-06T02:30",
            NextChange(instant("2026-12-06T04:00"), closes=False, window="w1"),
        ),
        (
            Site((("2026-12-06T02:10", "on for 2h"),), ("at(2026-12-06T02:10) for 2h",)),
            "2026-12-06T02:30",
            NextChange(instant("2026-12-06T04:10"), closes=False, window="w0"),
        ),
        (
            Site(
                (("2026-12-06", "off for 3h"), ("2026-12-06T01:00", "on for 3h")),
                ("at(2026-12-06T02:00) for 2h",),
            ),
            "2026-12-06T01:30",
            NextChange(instant("2026-12-06T04:00"), closes=False),
        ),
    ],
)
def test_the_next_change_is_when_the_mode_changes(
    site: Site, now: str, expected: NextChange | None
) -> None:
    """It names the window that causes it, if any; joined windows end once, at their common end."""
    assert expected == site.at(now).next_change


def test_a_switch_from_the_future_is_due_when_it_was_written() -> None:
    """SSM's clock may be ahead of ours."""
    written = instant("2026-12-01T02:00")
    schedule = Schedule(parse_switch("on", written=written, zone=ZONE))

    assert written == due_since(schedule, now=written - timedelta(seconds=2))


def test_a_site_in_maintenance_names_its_end_and_the_next_occurrence() -> None:
    """One ends this maintenance, the other begins the next."""
    site = Site((("2026-12-01T02:00", "on for 1h"),), windows=(SUNDAYS,))

    decision = site.at("2026-12-01T02:05")

    assert NextChange(instant("2026-12-01T03:00Z"), closes=False) == decision.next_change
    expected = site.occurrence("2026-12-06T02:00", "2026-12-06T04:00")
    assert expected == decision.next_occurrence
