"""
What is to come if nobody writes anything more: occurrences, and maintenance in stretches. Pure.

It is `decide`, asked for every instant of a span at once; a law holds the two together.

    an occurrence that begins                       its fate
    ----------------------------------------------  -------------------------------------------
    after T_off                                     runs
    up to T_off, and has begun                      ended: somebody said off
    up to T_off, and is to begin yet                skipped: somebody said off until then
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

# A window each minute would have forty thousand in four weeks, and nobody reads those.
MOST = 1000


class Fate(StrEnum):
    """What becomes of an occurrence."""

    RUNS = "runs"
    ENDED = "ended"
    SKIPPED = "skipped"


class Stretch(Struct, frozen=True):
    """An interval [begins, ends); `ends` is None where nobody knows it."""

    begins: datetime
    ends: datetime | None


class PlannedOccurrence(Struct, frozen=True):
    """One occurrence and its fate; `joined` is the stretch that it is part of, if it runs."""

    occurrence: Occurrence
    fate: Fate
    joined: Stretch | None = None


class Forecast(Struct, frozen=True):
    """
    What is to come in [since, until), each in the order of its beginnings.

    `switch` is the stretch that the switch holds itself. `stretches` are the maintenance, joined;
    `overlaps` is where two or more reasons for it hold.
    `until` is earlier than asked for where there are more than MOST occurrences.
    """

    since: datetime
    until: datetime
    switch: Stretch | None
    occurrences: tuple[PlannedOccurrence, ...]
    stretches: tuple[Stretch, ...]
    overlaps: tuple[Stretch, ...]


def forecast(schedule: Schedule, *, since: datetime, until: datetime) -> Forecast:
    """Return what is to come from `since`, which is the present, until `until`."""
    now = schedule.present(since)
    found = _occurrences(schedule, since=now, until=until)
    if len(found) > MOST:
        until = found[MOST].begins
        found = [each for each in found if each.begins < until]
    fates = [(each, _fate(each, schedule.t_off, now)) for each in found]
    own = _own(schedule.switch, now)
    reasons = sorted(
        [
            *((own,) if own else ()),
            *(Stretch(each.begins, each.ends) for each, fate in fates if fate is Fate.RUNS),
        ],
        key=lambda each: each.begins,
    )
    stretches = _joined(reasons)
    coming = tuple(
        PlannedOccurrence(each, fate, _around(each, stretches) if fate is Fate.RUNS else None)
        for each, fate in fates
    )
    return Forecast(now, until, own, coming, stretches, _overlaps(reasons))


def _occurrences(schedule: Schedule, *, since: datetime, until: datetime) -> list[Occurrence]:
    """Return the occurrences that touch the span, one more than MOST at most."""
    by_window = (
        occurrences(window, since=since, until=until, lead_time=schedule.lead_time)
        for window in schedule.windows
    )
    merged = heapq.merge(*by_window, key=lambda each: each.begins)
    return list(islice(merged, MOST + 1))


def _fate(occurrence: Occurrence, ended: datetime, now: datetime) -> Fate:
    if occurrence.begins > ended:
        return Fate.RUNS
    return Fate.ENDED if occurrence.begins <= now else Fate.SKIPPED


def _own(switch: Switch | None, now: datetime) -> Stretch | None:
    """Return the switch's own stretch, if it holds."""
    return Stretch(switch.written, switch.until) if switch and switch.is_in_force(now) else None


def _joined(reasons: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the stretches that overlapping and touching ones join to."""
    joined: list[Stretch] = []
    for each in reasons:
        last = joined[-1] if joined else None
        if last and (last.ends is None or each.begins <= last.ends):
            joined[-1] = Stretch(last.begins, _later(last.ends, each.ends))
        else:
            joined.append(each)
    return tuple(joined)


def _overlaps(reasons: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return where each stretch runs into what began before it."""
    overlaps = []
    reach: Stretch | None = None
    for each in reasons:
        if reach and (reach.ends is None or each.begins < reach.ends):
            overlaps.append(Stretch(each.begins, _earlier(reach.ends, each.ends)))
        ends = _later(reach.ends, each.ends) if reach else each.ends
        reach = Stretch(each.begins, ends)
    return _joined(overlaps)


def _around(occurrence: Occurrence, stretches: Sequence[Stretch]) -> Stretch:
    """Return the stretch that an occurrence is part of: of those that are apart, one can be."""
    return stretches[bisect_right(stretches, occurrence.begins, key=lambda each: each.begins) - 1]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other
