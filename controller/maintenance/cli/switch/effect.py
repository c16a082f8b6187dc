"""
What a new value of the switch changes about the maintenance: its end, and the windows. Pure.

    before          after           the new end is            the value
    --------------  --------------  ------------------------  -----------------------------------
    open            in maintenance  any                       closes the site
    in maintenance  in maintenance  later, or unknown at last extends the maintenance
    in maintenance  in maintenance  earlier, or known at last shortens it
    in maintenance  in maintenance  the same                  keeps its end
    in maintenance  open                                      opens the site
    open            open                                      keeps the site open

`open` is whatever is no maintenance, also a site that neither the switch nor a window decides.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from maintenance.model import Mode
from maintenance.schedule.decision import Decision, Schedule
from maintenance.schedule.forecast import Fate, forecast
from maintenance.schedule.window import Occurrence

# Beyond a year an operator decides nothing by the windows.
_HORIZON = timedelta(days=366)
_DAY = timedelta(days=1)


class Effect(StrEnum):
    """What a value of the switch does to the site."""

    CLOSES = "closes"
    EXTENDS = "extends"
    SHORTENS = "shortens"
    KEEPS_END = "keeps end"
    OPENS = "opens"
    KEEPS_OPEN = "keeps open"


def effect(before: Decision, after: Decision) -> Effect:
    """Return the row of the table that two decisions are in."""
    was_closed, is_closed = (each.mode is Mode.MAINTENANCE for each in (before, after))
    if not is_closed:
        return Effect.OPENS if was_closed else Effect.KEEPS_OPEN
    if not was_closed:
        return Effect.CLOSES
    if before.until == after.until:
        return Effect.KEEPS_END
    if before.until is not None and (after.until is None or after.until > before.until):
        return Effect.EXTENDS
    return Effect.SHORTENS


class WindowChanges(Struct, frozen=True):
    """The occurrences of windows that a value of the switch ends, skips, or lets run again."""

    ended: tuple[Occurrence, ...] = ()
    skipped: tuple[Occurrence, ...] = ()
    resumed: tuple[Occurrence, ...] = ()


def window_changes(before: Schedule, after: Schedule, *, now: datetime) -> WindowChanges:
    """Return what becomes of the windows, looking a year ahead at most."""
    until = min(max(now, before.t_off, after.t_off) + _DAY, now + _HORIZON)
    was, becomes = (dict(_fates(each, now, until)) for each in (before, after))
    changed = [each for each in becomes if was.get(each) is not becomes[each]]
    return WindowChanges(
        ended=tuple(each for each in changed if becomes[each] is Fate.ENDED),
        skipped=tuple(each for each in changed if becomes[each] is Fate.SKIPPED),
        resumed=tuple(each for each in changed if becomes[each] is Fate.RUNS),
    )


def _fates(schedule: Schedule, now: datetime, until: datetime) -> Iterator[tuple[Occurrence, Fate]]:
    for each in forecast(schedule, since=now, until=until).occurrences:
        yield each.occurrence, each.fate
