"""
What will happen if neither the switch nor a window changes. Pure.

This is `decide` for every instant of a span at once; a property test compares the two.

    an occurrence that begins               its fate
    --------------------------------------  -----------------------------------
    after T_off                             runs
    up to T_off, and has begun              ended: by an off, or the window's skip
    up to T_off, and has not begun yet      skipped: by an off until then, or the window's skip
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice

from msgspec import Struct

from maintenance.schedule.decision import Schedule
from maintenance.schedule.switch import Switch
from maintenance.schedule.window import Occurrence, occurrences

# A window that runs each minute has forty thousand in four weeks, more than anyone reads.
MAX_OCCURRENCES = 1000


class Fate(StrEnum):
    """What becomes of an occurrence."""

    RUNS = "runs"
    ENDED = "ended"
    SKIPPED = "skipped"


class Stretch(Struct, frozen=True):
    """An interval [begins, ends); `ends` is None if it is unknown."""

    begins: datetime
    ends: datetime | None


class PlannedOccurrence(Struct, frozen=True):
    """An occurrence and its fate; `joined` is the stretch that it is part of, if it runs."""

    occurrence: Occurrence
    fate: Fate
    joined: Stretch | None = None


class Forecast(Struct, frozen=True):
    """
    What will happen in [since, until), each tuple ordered by beginning.

    `switch` is the switch's own stretch. `stretches` are when the site is in maintenance, joined;
    `overlaps` are when it has two causes or more. `until` is earlier than requested if there are
    more than MAX_OCCURRENCES.
    """

    since: datetime
    until: datetime
    switch: Stretch | None
    occurrences: tuple[PlannedOccurrence, ...]
    stretches: tuple[Stretch, ...]
    overlaps: tuple[Stretch, ...]


def forecast(schedule: Schedule, *, since: datetime, until: datetime) -> Forecast:
    """Return what will happen from `since`, which is the present, until `until`."""
    now = schedule.present(since)
    found = _occurrences(schedule, since=now, until=until)
    if len(found) > MAX_OCCURRENCES:
        until = found[MAX_OCCURRENCES].begins
        found = [each for each in found if each.begins < until]
    fates = [(each, _fate(each, schedule.ended(each.window), now)) for each in found]
    own = _own(schedule.switch, now)
    running = [Stretch(each.begins, each.ends) for each, fate in fates if fate is Fate.RUNS]
    causes = sorted([*([own] if own else []), *running], key=lambda each: each.begins)
    stretches = _joined(causes)
    planned = tuple(
        PlannedOccurrence(each, fate, _around(each, stretches) if fate is Fate.RUNS else None)
        for each, fate in fates
    )
    return Forecast(now, until, own, planned, stretches, _overlaps(causes))


def _occurrences(schedule: Schedule, *, since: datetime, until: datetime) -> list[Occurrence]:
    """Return the occurrences that overlap the span, at most MAX_OCCURRENCES + 1."""
    by_window = (occurrences(window, since=since, until=until) for window in schedule.windows)
    merged = heapq.merge(*by_window, key=lambda each: each.begins)
    return list(islice(merged, MAX_OCCURRENCES + 1))


def _fate(occurrence: Occurrence, ended: datetime, now: datetime) -> Fate:
    if occurrence.begins > ended:
        return Fate.RUNS
    return Fate.ENDED if occurrence.begins <= now else Fate.SKIPPED


def _own(switch: Switch | None, now: datetime) -> Stretch | None:
    """Return the switch's own stretch, if it is in force."""
    return Stretch(switch.written, switch.until) if switch and switch.is_in_force(now) else None


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the stretches, those that overlap or touch joined into one."""
    joined: list[Stretch] = []
    for each in stretches:
        last = joined[-1] if joined else None
        if last and (last.ends is None or each.begins <= last.ends):
            joined[-1] = Stretch(last.begins, _later(last.ends, each.ends))
        else:
            joined.append(each)
    return tuple(joined)


def _overlaps(causes: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return when two causes or more hold; `causes` are ordered by beginning."""
    overlaps = []
    reach: Stretch | None = None
    for each in causes:
        if reach and (reach.ends is None or each.begins < reach.ends):
            overlaps.append(Stretch(each.begins, _earlier(reach.ends, each.ends)))
        ends = _later(reach.ends, each.ends) if reach else each.ends
        reach = Stretch(each.begins, ends)
    return _joined(overlaps)


def _around(occurrence: Occurrence, stretches: Sequence[Stretch]) -> Stretch:
    """Return the stretch that an occurrence is part of; stretches do not touch."""
    return stretches[bisect_right(stretches, occurrence.begins, key=lambda each: each.begins) - 1]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other
