"""When the site is closed, as it is written ahead for the edge's own clock."""

from datetime import datetime

import pytest
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement
from maintenance.standby.closures import Closure, closures, coming_periods, held_periods
from maintenance.standby.plan import DesiredPeriod
from maintenance.standby.state import Period, State

from tests.unit.site import Site, instant

NOW = "2026-12-01T01:00"
UPGRADE = "at(2026-12-01T02:00) for 1h: Upgrade"


def _closures(*windows: str, switch: tuple[str, str] = (NOW, "off")) -> tuple[Closure, ...]:
    site = Site(switch=[switch], windows=windows)
    return closures(site.schedule(NOW), now=instant(NOW))


def _at(clock: str) -> datetime:
    return instant(f"2026-12-01T{clock}")


def _note(message: str | None, until: str | None = None) -> Announcement:
    return Announcement(message, _at(until) if until else None)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ((), ()),
        ((UPGRADE,), (Closure(_at("02:00"), _at("03:00"), _note("Upgrade", "03:00")),)),
        (
            (UPGRADE, "at(2026-12-01T03:00) for 1h: Restart"),
            (
                Closure(_at("02:00"), _at("03:00"), _note("Upgrade", "04:00")),
                Closure(_at("03:00"), _at("04:00"), _note("Restart", "04:00")),
            ),
        ),
    ],
    ids=["nothing", "one window", "two windows that touch"],
)
def test_windows_close_with_their_own_messages(
    windows: tuple[str, ...], expected: tuple[Closure, ...]
) -> None:
    """The announced end is that of the whole stretch."""
    assert expected == _closures(*windows)


def test_a_closure_that_has_begun_names_no_beginning() -> None:
    """So that two runs find the same one."""
    assert (Closure(None, None, NO_ANNOUNCEMENT),) == _closures(switch=(NOW, "on"))


def test_an_on_that_ends_leaves_the_window_after_it() -> None:
    """Each has its own end."""
    found = _closures(UPGRADE, switch=(NOW, "on for 30m: Now"))

    assert found == (
        Closure(None, _at("01:30"), _note("Now", "01:30")),
        Closure(_at("02:00"), _at("03:00"), _note("Upgrade", "03:00")),
    )


def test_without_a_switch_a_window_lifts_nothing_at_its_end() -> None:
    """As the controller would not open the site."""
    site = Site(switch=[], windows=[UPGRADE])

    [closure] = closures(site.schedule(NOW), now=instant(NOW))

    assert (_at("02:00"), None) == (closure.begins, closure.ends)


def test_an_open_end_stays_open_behind_many_windows() -> None:
    """Windows during an on change nothing that shows, however many there are."""
    found = _closures("cron(* * * * ? *) for 30s", "cron(0 2 * * ? *) for 1h", switch=(NOW, "on"))

    assert (Closure(None, None, NO_ANNOUNCEMENT),) == found


def test_more_changes_than_are_looked_at_leave_the_last_closure_an_end() -> None:
    """A later run extends it; without an end, the edge would never open again by itself."""
    minutes = [
        f"at(2026-12-01T{hour:02}:{minute:02}) for 1m: {hour}.{minute}"
        for hour in (1, 2)
        for minute in range(60)
    ]

    found = _closures(*minutes)

    assert all(each.ends for each in found)


def test_a_closure_becomes_a_period_in_whole_seconds() -> None:
    """It begins with its first second and ends with its last one, whatever part of them it has."""
    ends = _at("03:00").replace(microsecond=1)
    period = Closure(None, ends, _note("Upgrade")).period(_at("02:00").replace(microsecond=9))

    begun = int(_at("02:00").timestamp())
    assert DesiredPeriod(begun, begun + 3_601, "Upgrade") == period


def test_only_coming_periods_of_a_state_are_kept() -> None:
    """What has begun is decided by the switch, even if windows cannot be read."""
    periods = (Period(10, 20, "r"), Period(30, 0, "r", "Later"))

    assert (DesiredPeriod(30, 0, "Later"),) == coming_periods(State(1, (), "", periods), after=15)
    assert () == coming_periods(None, after=15)


def test_the_period_that_holds_now_is_held_without_its_end() -> None:
    """Of several, the one that visitors get."""
    periods = (Period(10, 20, "r", "Now"), Period(30, 0, "r", "Later"))

    assert (DesiredPeriod(1, 0, "Now"),) == held_periods(State(1, (), "", periods), now=15)
    assert () == held_periods(State(1, (), "", periods), now=25)
    assert () == held_periods(None, now=15)


def test_an_end_is_known_behind_many_windows() -> None:
    """Although the windows during the on are too many to look at each."""
    found = _closures("cron(1-50 * * * ? *) for 30s", switch=(NOW, "on for 1h"))

    assert (Closure(None, _at("02:00"), _note(None, "02:00")),) == found
