"""What a value of the switch changes: the end of the maintenance, and the windows."""

from datetime import timedelta

import pytest
from maintenance.cli.switch.effect import Effect, WindowChanges, effect, window_changes
from maintenance.model import Mode
from maintenance.schedule.decision import Decision
from maintenance.schedule.window import Occurrence

from tests.builders import NOW
from tests.unit.site import SUNDAYS, Site, instant

HOUR = timedelta(hours=1)
LIVE = Decision(Mode.LIVE, "")
UNCHANGED = Decision(Mode.UNCHANGED, "")


def closed(hours: int | None) -> Decision:
    """Return a maintenance that ends in so many hours, or at an unknown time."""
    return Decision(Mode.MAINTENANCE, "", until=None if hours is None else NOW + hours * HOUR)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (LIVE, closed(2), Effect.CLOSES),
        (LIVE, closed(None), Effect.CLOSES),
        (UNCHANGED, closed(2), Effect.CLOSES),
        (closed(2), closed(3), Effect.EXTENDS),
        (closed(2), closed(None), Effect.EXTENDS),
        (closed(2), closed(1), Effect.SHORTENS),
        (closed(None), closed(1), Effect.SHORTENS),
        (closed(2), closed(2), Effect.KEEPS_END),
        (closed(None), closed(None), Effect.KEEPS_END),
        (closed(2), LIVE, Effect.OPENS),
        (LIVE, LIVE, Effect.KEEPS_OPEN),
        (UNCHANGED, LIVE, Effect.KEEPS_OPEN),
    ],
)
def test_the_effect_is_the_row_of_the_table(
    before: Decision, after: Decision, expected: Effect
) -> None:
    """An end that comes earlier is called so."""
    assert expected is effect(before, after)


def changes(*writes: tuple[str, str], windows: tuple[str, ...], now: str) -> WindowChanges:
    """Return what the last of the writes changes about the windows at `now`, when it is written."""
    before = Site(switch=(("2026-11-01", "on"), *writes[:-1]), windows=windows)
    after = Site(switch=(("2026-11-01", "on"), *writes), windows=windows)
    return window_changes(before.schedule(now), after.schedule(now), now=instant(now))


def begins(occurrences: tuple[Occurrence, ...]) -> list[str]:
    """Return the names and the first days of occurrences."""
    return [f"{each.window.name} {each.begins:%m-%d}" for each in occurrences]


def test_off_ends_the_windows_that_are_open() -> None:
    """And no later one."""
    now = "2026-12-06T03:00"
    found = changes((now, "off"), windows=(SUNDAYS, "at(2026-12-06T01:00) for 1h"), now=now)

    assert (["w0 12-06"], [], []) == (
        begins(found.ended),
        begins(found.skipped),
        begins(found.resumed),
    )


def test_off_until_skips_the_windows_that_begin_until_then() -> None:
    """Each of them is named."""
    now = "2026-12-01"
    found = changes((now, "off until 2026-12-13T02:00"), windows=(SUNDAYS,), now=now)

    assert ([], ["w0 12-06", "w0 12-13"]) == (begins(found.ended), begins(found.skipped))


def test_a_plain_off_lets_skipped_windows_run_again() -> None:
    """It takes the place of the off that skips them."""
    now = "2026-12-01"
    found = changes(
        ("2026-11-30", "off until 2026-12-07"), (now, "off"), windows=(SUNDAYS,), now=now
    )

    assert ([], [], ["w0 12-06"]) == (
        begins(found.ended),
        begins(found.skipped),
        begins(found.resumed),
    )


def test_on_changes_nothing_about_windows() -> None:
    """Skipped ones stay skipped."""
    now = "2026-12-01"
    found = changes(
        ("2026-11-30", "off until 2026-12-07"), (now, "on for 1h"), windows=(SUNDAYS,), now=now
    )

    assert WindowChanges() == found


def test_windows_are_looked_at_for_a_year() -> None:
    """An off until the last year of the calendar skips more than anyone reads."""
    now = "2026-12-01"
    found = changes((now, "off until 9999-01-01"), windows=(SUNDAYS,), now=now)

    assert "w0 11-28" == begins(found.skipped)[-1]
