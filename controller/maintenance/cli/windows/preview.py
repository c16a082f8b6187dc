"""
What a change of a window would mean: which occurrences run, and what to warn of. Pure.

A change is a schedule before and one after it, so whatever an operator is shown comes from the
rule that the controller follows (`decision.py`).
"""

from collections.abc import Iterator
from datetime import MAXYEAR, datetime, timedelta
from itertools import islice, pairwise

from msgspec import Struct
from msgspec.structs import replace

from maintenance.model import Mode
from maintenance.schedule.decision import Schedule, decide
from maintenance.schedule.times import clock_changes, wall_time
from maintenance.schedule.window import Occurrence, Window, occurrences

_YEAR = timedelta(days=366)
_SECOND = timedelta(seconds=1)
# A window that runs each minute has half a million a year.
_MOST = 1000
# No clocks change by more.
_LARGEST_CHANGE = timedelta(hours=3)


class Overlap(Struct, frozen=True):
    """The first occurrence that overlaps one of another window, or the next of its own."""

    occurrence: Occurrence
    other: Occurrence


class ClockNote(Struct, frozen=True):
    """A start that clocks, in the window's zone, skip (`doubled` is None) or show twice."""

    start: datetime
    doubled: datetime | None


class Effect(Struct, frozen=True):
    """The mode and the end of the maintenance now, before and after a change."""

    mode: tuple[Mode, Mode]
    until: tuple[datetime | None, datetime | None]


def find_window(schedule: Schedule, name: str) -> Window | None:
    """Return the window of that name."""
    return next((each for each in schedule.windows if each.name == name), None)


def with_window(schedule: Schedule, name: str, window: Window | None) -> Schedule:
    """Return the schedule with this window in place of the one of that name, None for nothing."""
    others = (each for each in schedule.windows if each.name != name)
    return replace(schedule, windows=(*others, *((window,) if window else ())))


def effect(before: Schedule, after: Schedule, *, now: datetime) -> Effect:
    """Return what a change does at once."""
    one, other = decide(before, now=now), decide(after, now=now)
    return Effect((one.mode, other.mode), (one.until, other.until))


def running(schedule: Schedule, window: Window, *, now: datetime) -> Occurrence | None:
    """Return the occurrence that keeps the site closed now, if there is one."""
    last = window.last(now)
    is_open = last and last.ends > now and last.begins > schedule.ended(window)
    return last if is_open else None


def coming(schedule: Schedule, window: Window, *, now: datetime) -> Iterator[Occurrence]:
    """Yield the occurrences that run, in order: the one that is open, and those still to come."""
    open_now = running(schedule, window, now=now)
    if open_now:
        yield open_now
    after = max(now, schedule.ended(window))
    while after.year < MAXYEAR and (following := window.next(after)):
        yield following
        after = following.begins


def skip_next(
    schedule: Schedule, window: Window, *, now: datetime
) -> tuple[Occurrence, datetime] | None:
    """Return the next occurrence that runs, and up to when to skip that one alone."""
    found = coming(schedule, window, now=now)
    skipped = next(found, None)
    if skipped is None:
        return None
    following = next(found, None)
    # Up to its end, so that a small edit of the window does not bring it back.
    return skipped, min(skipped.ends, following.begins - _SECOND) if following else skipped.ends


def overlaps(schedule: Schedule, window: Window, *, now: datetime) -> Iterator[Overlap]:
    """Yield the first overlap with each other window and with itself, within a year."""
    own = list(_within_a_year(schedule, window, now))
    for one, following in pairwise(own):
        if following.begins < one.ends:
            yield Overlap(one, following)
            break
    for other in sorted(schedule.windows, key=lambda each: each.name):
        if other.name != window.name:
            found = _first_overlap(own, list(_within_a_year(schedule, other, now)))
            yield from (found,) if found else ()


def clock_notes(schedule: Schedule, window: Window, *, now: datetime) -> Iterator[ClockNote]:
    """Yield the starts within a year that clocks skip or show twice."""
    zone = window.starts.zone
    for change in clock_changes(zone, since=now, until=now + _YEAR):
        near = occurrences(window, since=change - _LARGEST_CHANGE, until=change + _LARGEST_CHANGE)
        before = (change - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta(0)
        after = change.astimezone(zone).utcoffset() or timedelta(0)
        for each in near:
            start = each.begins
            if start <= schedule.ended(window):
                continue
            if after > before and start == change:
                yield ClockNote(start, None)
            again = start + (before - after)
            if after < before and start < change <= again:
                yield ClockNote(start, again)


def local_start(note: ClockNote, window: Window) -> datetime:
    """Return what the window's clocks show at the start, naive."""
    return wall_time(note.start, window.starts.zone)


def _within_a_year(schedule: Schedule, window: Window, now: datetime) -> Iterator[Occurrence]:
    found = coming(schedule, window, now=now)
    return (each for each in islice(found, _MOST) if each.begins < now + _YEAR)


def _first_overlap(own: list[Occurrence], others: list[Occurrence]) -> Overlap | None:
    """Return the first overlap of two lists, both in order."""
    one, other = 0, 0
    while one < len(own) and other < len(others):
        mine, theirs = own[one], others[other]
        if mine.begins < theirs.ends and theirs.begins < mine.ends:
            return Overlap(mine, theirs)
        if mine.ends <= theirs.ends:
            one += 1
        else:
            other += 1
    return None
