"""
When the site is closed, now and in the coming windows, and what visitors then read. Pure.

It is `decide` for one instant of change after another, so the edge closes and opens by its own
clock when the controller would. A closure that is followed by no decision at all, because the
switch was deleted, has no end: then nothing is lifted.
"""

import itertools
import math
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from maintenance.model import Mode
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement, announcement_of
from maintenance.schedule.decision import Schedule, decide
from maintenance.standby.plan import DesiredPeriod, desired_period
from maintenance.standby.rendering import Rendering
from maintenance.standby.state import MAX_PERIODS, Period, State, without_past

# Windows that touch, each with its own message, have no instant of opening between them.
_MAX_CHANGES = 4 * MAX_PERIODS


class Closure(Struct, frozen=True):
    """
    A time when the site is closed with one announcement.

    `begins` is None if it has begun, and `ends` if it has no end.
    """

    begins: datetime | None
    ends: datetime | None
    announcement: Announcement

    def period(self, now: datetime, rendering: Rendering | None = None) -> DesiredPeriod:
        """
        Return the period of the store, with its answers if they are rendered.

        Raises ConfigurationError if an answer is too large.
        """
        begins = math.floor((self.begins or now).timestamp())
        ends = math.ceil(self.ends.timestamp()) if self.ends else 0
        return desired_period(begins, ends, self.announcement.message or "", rendering)


def closures(schedule: Schedule, *, now: datetime) -> tuple[Closure, ...]:
    """Return the closure of now, if there is one, and the coming ones that a state can hold."""
    found = itertools.islice(_joined(_changes(schedule, now)), MAX_PERIODS)
    return tuple(replace(each, begins=None) if each.begins == now else each for each in found)


def coming_periods(state: State | None, after: float) -> tuple[DesiredPeriod, ...]:
    """Return the periods of a stored state that begin after this Unix time."""
    ahead = without_past(state, after) if state else ()
    return tuple(_as_desired(each) for each in ahead if each.begins > after)


def held_periods(state: State | None, now: float) -> tuple[DesiredPeriod, ...]:
    """Return the period in which a stored state closes the site now, without its end."""
    begun = [each for each in without_past(state, now) if each.begins <= now] if state else []
    return tuple(replace(_as_desired(each), ends=0) for each in begun[:1])


def _as_desired(period: Period) -> DesiredPeriod:
    return DesiredPeriod(period.begins, period.ends, period.message)


class _Change(Struct, frozen=True):
    """The mode from an instant on, and its announcement."""

    at: datetime
    mode: Mode
    announcement: Announcement


def _changes(schedule: Schedule, now: datetime) -> Iterator[_Change]:
    """Yield the decision of now, and of each instant at which it changes."""
    at: datetime | None = now
    ends: datetime | None = None
    for _ in range(_MAX_CHANGES):
        if at is None:
            return
        decision = decide(schedule, now=at)
        ends = decision.until
        # The period says when it begins; its page need not.
        announcement = replace(announcement_of(decision), begins=None)
        yield _Change(at, decision.mode, announcement)
        at = decision.valid_until
    if ends and schedule.switch:
        # What follows is for a later run; the last closure has its end even so.
        yield _Change(ends, Mode.LIVE, NO_ANNOUNCEMENT)


def _joined(changes: Iterable[_Change]) -> Iterator[Closure]:
    """Yield the closures, each with all changes that do not show to visitors."""
    running: Closure | None = None
    for each in changes:
        if each.mode is Mode.UNCHANGED:
            continue
        is_closed = each.mode is Mode.MAINTENANCE
        if running and is_closed and running.announcement == each.announcement:
            continue
        if running:
            yield replace(running, ends=each.at)
        running = Closure(each.at, None, each.announcement) if is_closed else None
    if running:
        yield running
