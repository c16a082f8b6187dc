"""
Decide what the site should do from the switch, the windows and the clock. Pure.

`on` holds until somebody ends it or its own `for`/`until` runs out. `off` ends everything that
began before it. A window that begins after the last `off` runs.

T is when the switch was written, the present is max(clock, T), and T_off is the instant of the
newest `off`: when it was written, or the end that its `for`/`until` names. An occurrence of a
window is [start - LeadTime, end), and in force if it holds the present and begins after T_off.

    switch                        windows                      the site is
    ----------------------------  ---------------------------  ---------------------------------
    on                            any                          in maintenance; no window ends it
    on, its end still to come     any                          in maintenance
    on, its end has come          one in force                 in maintenance: it ends nothing
    on, its end has come          none in force                live
    off, off for, off until       all began up to T_off        live: ended early, or skipped
    off, off for, off until       one that began after T_off   in maintenance
    on, ended, after an off       all began up to that T_off   live: they stay ended
    deleted, or never readable    one in force                 in maintenance
    deleted, or never readable    none in force                unchanged: nothing is lifted

Occurrences that overlap or touch, and the switch's own stretch, join: `until` is the end of the
joined stretch. `off` ends occurrences, not joined stretches.
"""

import heapq
from collections.abc import Iterable, Sequence
from datetime import MAXYEAR, UTC, datetime, timedelta

from msgspec import Struct

from maintenance.model import Mode
from maintenance.schedule.reason import _ends, _reason
from maintenance.schedule.switch import Says, Switch, _off_instant
from maintenance.schedule.window import Occurrence, Window

_NEVER = datetime.min.replace(tzinfo=UTC)
_NO_LEAD = timedelta(0)
# After so many occurrences without a gap the stretch has no end that anybody waits for.
_JOINS = 300


class Decision(Struct, frozen=True):
    """
    What the site should do, and why.

    `until` is the end of the maintenance, None where nobody knows it. The answer stays the same,
    word for word, before `next_change`. `next_start` is when the next occurrence that no `off`
    skips begins, LeadTime included. All instants are in UTC.
    """

    mode: Mode
    reason: str
    until: datetime | None = None
    message: str | None = None
    next_change: datetime | None = None
    next_start: datetime | None = None


def decide(
    *,
    switch: Switch | None,
    last_off: datetime | None,
    windows: Sequence[Window],
    now: datetime,
    lead_time: timedelta = _NO_LEAD,
) -> Decision:
    """
    Return what the site should do at `now`, by the table of this module.

    `switch` is None when it was deleted or never readable. `last_off` (see the function of that
    name) counts only where the switch does not say off itself. `lead_time` is not negative.
    """
    present = _present(switch, now)
    ended = ended_up_to(switch, last_off)
    holding = switch if switch and switch.says is Says.ON and not switch.is_over(present) else None
    in_force = _in_force(windows, present, ended, lead_time)
    coming = _coming(windows, max(present, ended), lead_time)
    next_start = coming[0][0] if coming else None
    until = _end_of_stretch(holding, in_force, coming, lead_time)
    changes = [*_ends(holding, in_force), *((next_start,) if next_start else ())]
    return Decision(
        mode=_mode(switch, maintenance=bool(holding or in_force)),
        reason=_reason(switch, holding, in_force, until),
        until=until,
        message=_message(holding, in_force),
        next_change=min(changes, default=None),
        next_start=next_start,
    )


def _present(switch: Switch | None, now: datetime) -> datetime:
    """Return max(clock, T): a switch that we have read is written, even if our clock is late."""
    return max(now, switch.written) if switch else now


def ended_up_to(switch: Switch | None, last_off: datetime | None) -> datetime:
    """Return T_off: what begins at it or before is ended. Before all time where nobody said off."""
    if switch and switch.says is Says.OFF:
        return _off_instant(switch)
    return last_off or _NEVER


def _in_force(
    windows: Sequence[Window], present: datetime, ended: datetime, lead_time: timedelta
) -> tuple[Occurrence, ...]:
    """
    Return the occurrences in force, one per window, first begun first.

    All occurrences of a window are equally long, so if its last is ended or over, all before are.
    """
    last = (window.last(present, lead_time=lead_time) for window in windows)
    open_now = (one for one in last if one and one.begins > ended and one.ends > present)
    return tuple(sorted(open_now, key=lambda one: (one.begins, one.window.name)))


type _Coming = list[tuple[datetime, int, Occurrence]]


def _coming(windows: Sequence[Window], after: datetime, lead_time: timedelta) -> _Coming:
    """Return a heap of the next occurrence of each window that begins later than `after`."""
    if after.year == MAXYEAR:  # how a deleted stack says never; arithmetic ends here
        return []
    coming = [
        (following.begins, index, following)
        for index, window in enumerate(windows)
        if (following := window.next(after, lead_time=lead_time))
    ]
    heapq.heapify(coming)
    return coming


def _end_of_stretch(
    holding: Switch | None,
    in_force: Sequence[Occurrence],
    coming: _Coming,
    lead_time: timedelta,
) -> datetime | None:
    """Return when the maintenance of now ends, or None: there is none, or nobody knows the end."""
    ends = _ends(holding, in_force)
    if not ends or (holding and holding.until is None):
        return None
    return _joined(max(ends), list(coming), lead_time)


def _joined(end: datetime, coming: _Coming, lead_time: timedelta) -> datetime | None:
    """Return the end of the stretch that lasts until `end` at least, or None after _JOINS joins."""
    for _ in range(_JOINS):
        if not coming or coming[0][0] > end:
            return end
        _, index, occurrence = heapq.heappop(coming)
        end = max(end, occurrence.ends)
        if following := occurrence.window.next(occurrence.begins, lead_time=lead_time):
            heapq.heappush(coming, (following.begins, index, following))
    return None


def _mode(switch: Switch | None, *, maintenance: bool) -> Mode:
    if maintenance:
        return Mode.MAINTENANCE
    return Mode.LIVE if switch else Mode.UNCHANGED


def _message(holding: Switch | None, in_force: Sequence[Occurrence]) -> str | None:
    """Return the switch's message, or that of the window that has been open longest and has one."""
    own = (holding.message,) if holding else ()
    return next(filter(None, (*own, *(one.window.message for one in in_force))), None)


def history_matters(
    *, switch: Switch | None, windows: Sequence[Window], now: datetime, lead_time: timedelta
) -> bool:
    """
    Return whether `decide` needs `last_off`, that is, whether the switch's history must be read.

    It does where the switch says on and a window is open or still to come. That the window begins
    after the switch was written is no reason to spare the reading: before it, somebody may have
    written `off until X` with X still to come.
    """
    if switch is None or switch.says is Says.OFF:
        return False
    present = _present(switch, now)
    return bool(
        _in_force(windows, present, _NEVER, lead_time) or _coming(windows, present, lead_time)
    )


class NextChange(Struct, frozen=True):
    """When the mode changes next, whether the site then closes, and the window's name if it has."""

    at: datetime
    closes: bool
    window: str | None = None


class Schedule(Struct, frozen=True):
    """All that a decision follows from but the clock; the members are those of `decide`."""

    switch: Switch | None
    last_off: datetime | None
    windows: Sequence[Window]
    lead_time: timedelta

    def present(self, now: datetime) -> datetime:
        """Return max(clock, T)."""
        return max(now, self.switch.written) if self.switch else now


class Bounds(Struct, frozen=True):
    """
    Where a decision comes from and where it goes, as far as switch and windows tell.

    `next_window` is the name of the window whose occurrence begins at the decision's next start.
    """

    due: datetime | None = None
    next_change: NextChange | None = None
    next_window: str | None = None


def bounds_of(
    decision: Decision, said: Schedule, *, now: datetime, heard: datetime | None = None
) -> Bounds:
    """
    Return what comes before and after the decision that was made at `now`.

    `heard` is the time of the change that woke us: a window that was deleted, or written when it
    should have begun already, is due from then on.
    """
    due = _due(said, now)
    if due and heard:
        due = max(due, min(heard, now))
    start = decision.next_start
    next_window = _beginning(said, start) if start else None
    return Bounds(due, _next_change(decision, said, next_window), next_window)


def _due(said: Schedule, now: datetime) -> datetime | None:
    switch, present = said.switch, said.present(now)
    instants = [switch.written, switch.until] if switch else []
    for one in _last(said, present):
        instants += [one.begins, one.ends]
    return max((each for each in instants if each and each <= present), default=None)


def _next_change(decision: Decision, said: Schedule, next_window: str | None) -> NextChange | None:
    if decision.mode is not Mode.MAINTENANCE:
        at = decision.next_start
        return NextChange(at, closes=True, window=next_window) if at else None
    # Without a switch that can be read nothing is lifted, not even what only a window has closed.
    at = decision.until if said.switch else None
    return NextChange(at, closes=False, window=_ending(said, at)) if at else None


def _beginning(said: Schedule, at: datetime) -> str | None:
    return next((one.window.name for one in _last(said, at) if one.begins == at), None)


def _ending(said: Schedule, at: datetime) -> str | None:
    if at.year == MAXYEAR:  # arithmetic ends here, and no window lasts so long
        return None
    return next((one.window.name for one in _last(said, at) if one.ends == at), None)


def _last(said: Schedule, at: datetime) -> Iterable[Occurrence]:
    for window in said.windows:
        occurrence = window.last(at, lead_time=said.lead_time)
        if occurrence:
            yield occurrence
