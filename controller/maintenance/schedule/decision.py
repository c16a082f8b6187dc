"""
Decide what the site should do from the switch, the windows and the clock. Pure.

`on` holds until someone ends it or its own `for`/`until` runs out. `off` ends everything that
began before it. A window that begins after the last `off` runs.

T is when the switch was written, the present is max(clock, T), and T_off is the instant of the
newest `off`: when it was written, that of the command that wrote it, or the end that its
`for`/`until` names. The skip of a window is an `off until` for it alone: its T_off is the later
one of the two. An occurrence of a window is [begins, ends), and in force if it holds the present
and begins after T_off.

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
joined stretch, `begins` its beginning if a window began it. `off` ends occurrences, not joined
stretches.
"""

import heapq
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, UTC, datetime

from msgspec import Struct

from maintenance.model import Mode
from maintenance.schedule.reason import Causes, End, explain
from maintenance.schedule.switch import Off, Says, Switch
from maintenance.schedule.window import Occurrence, Window

_NEVER = datetime.min.replace(tzinfo=UTC)
# After this many occurrences without a gap, the end counts as unknown.
_MAX_JOINS = 300


class Schedule(Struct, frozen=True):
    """
    Everything that a decision follows from, except the clock.

    `switch` is None if it was deleted or never readable. `last_off` is the newest off of its
    history or, if there is none, that of the status; both are read only if they matter.
    """

    switch: Switch | None
    last_off: Off | None = None
    windows: Sequence[Window] = ()

    @property
    def off(self) -> Off | None:
        """Return the newest off; the history may give it the earlier instant of its command."""
        own = self.switch.off if self.switch else None
        known = filter(None, (self.last_off, own))
        return max(known, key=lambda off: off.written, default=None)

    @property
    def t_off(self) -> datetime:
        """Return T_off: what begins then or before is ended. Before all time without any off."""
        return self.off.until if self.off else _NEVER

    def ended(self, window: Window) -> datetime:
        """Return up to when what begins of `window` is ended or skipped, by an off or its skip."""
        return max(self.t_off, window.skip.until) if window.skip else self.t_off

    def present(self, now: datetime) -> datetime:
        """Return max(clock, T): a switch that was read is written, even if our clock is late."""
        return max(now, self.switch.written) if self.switch else now

    def last_occurrences(self, at: datetime) -> Iterator[Occurrence]:
        """
        Yield for each window its last occurrence that begins at `at` or before.

        All occurrences of a window are equally long: if this one is over, so are those before it.
        """
        occurrences = (window.last(at) for window in self.windows)
        return (each for each in occurrences if each)

    def next_occurrences(self, after: datetime) -> Iterator[Occurrence]:
        """Yield for each window its first occurrence after `after` that its skip leaves."""
        found = (
            self._next(each, max(after, each.skip.until) if each.skip else after)
            for each in self.windows
        )
        return (each for each in found if each)

    def has_run_since_skip(self, window: Window, at: datetime) -> bool:
        """Return whether an occurrence that nothing skips has begun at `at`."""
        following = self._next(window, self.ended(window))
        return following is not None and following.begins <= at

    def _next(self, window: Window, after: datetime) -> Occurrence | None:
        # A deleted stack leaves an off until the last year, in which dates cannot grow any more.
        return window.next(after) if after.year < MAXYEAR else None


class NextChange(Struct, frozen=True):
    """When the mode changes next, whether the site then closes, and the window that causes it."""

    at: datetime
    closes: bool
    window: str | None = None


class Decision(Struct, frozen=True):
    """
    What the site should do, and why. All instants are in UTC.

    `until` is the end of the maintenance, None if it is unknown; `begins` is when it began, None if
    the switch began it or that is unknown. The decision stays the same, word for word, before
    `valid_until`. `next_change` is when the mode changes if the switch does not.
    `next_occurrence` is the first to come that no `off` skips.
    """

    mode: Mode
    reason: str
    until: datetime | None = None
    message: str | None = None
    valid_until: datetime | None = None
    next_change: NextChange | None = None
    next_occurrence: Occurrence | None = None
    begins: datetime | None = None


def decide(schedule: Schedule, *, now: datetime) -> Decision:
    """Return what the site should do at `now`, by the table of this module."""
    switch, present = schedule.switch, schedule.present(now)
    causes = causes_of(schedule, present)
    coming = _coming(schedule, max(present, schedule.t_off))
    following = coming[0][-1] if coming else None
    changes = [*(end.at for end in causes.ends), *((following.begins,) if following else ())]
    end = _end_of_stretch(causes, coming)
    return Decision(
        mode=_mode(switch, causes),
        reason=explain(switch, causes, end, schedule.t_off, _skipping(schedule, present)),
        until=end.at if end else None,
        message=causes.message,
        valid_until=min(changes, default=None),
        next_change=_reopening(switch, end) if causes else _closing(following),
        next_occurrence=following,
        begins=_beginning_of_stretch(schedule, causes) if causes else None,
    )


def history_matters(schedule: Schedule, *, now: datetime) -> bool:
    """
    Return whether `decide` needs `last_off`, that is, whether the switch's history must be read.

    If the switch does not say off, it does whenever a window is open or still to come, even one
    that begins after the switch was written: an earlier `off until X` may skip it. If the switch
    says off, it does if a window is open that this off ends, because a late command may have
    written it.
    """
    switch, present = schedule.switch, schedule.present(now)
    open_now = [each for each in schedule.last_occurrences(present) if each.ends > present]
    if switch and switch.says is Says.OFF:
        return switch.until is None and any(each.begins <= switch.written for each in open_now)
    return bool(open_now) or any(True for _ in schedule.next_occurrences(present))


def due_since(
    schedule: Schedule, *, now: datetime, changed: datetime | None = None
) -> datetime | None:
    """
    Return the last instant up to `now` that could change the mode, or None if there was none.

    `changed` is when a parameter was changed, if that woke the controller: a window that was
    deleted, or written when it should have begun already, is due from then on.
    """
    present = schedule.present(now)
    instants = [schedule.switch.written, schedule.switch.until] if schedule.switch else []
    for occurrence in schedule.last_occurrences(present):
        instants += [occurrence.begins, occurrence.ends]
        skip = occurrence.window.skip
        instants += [skip.written] if skip and occurrence.begins <= skip.written else []
    due = max((each for each in instants if each and each <= present), default=None)
    return max(due, min(changed, now)) if due and changed else due


def _mode(switch: Switch | None, causes: Causes) -> Mode:
    if causes:
        return Mode.MAINTENANCE
    return Mode.LIVE if switch else Mode.UNCHANGED


def causes_of(schedule: Schedule, present: datetime) -> Causes:
    """Return what keeps the site in maintenance: the occurrences in force, longest open first."""
    switch = schedule.switch
    in_force = (
        each
        for each in schedule.last_occurrences(present)
        if each.begins > schedule.ended(each.window) and each.ends > present
    )
    return Causes(
        switch if switch and switch.is_in_force(present) else None,
        tuple(sorted(in_force, key=lambda each: (_open_since(each, schedule), each.window.name))),
    )


def _skipping(schedule: Schedule, present: datetime) -> tuple[Window, ...]:
    """Return the windows with a skip that have not run since; ordered by name."""
    found = (
        each
        for each in schedule.windows
        if each.skip
        and each.skip.until > schedule.t_off
        # Until it runs, because the decision must stay the same until it changes.
        and not schedule.has_run_since_skip(each, present)
    )
    return tuple(sorted(found, key=lambda each: each.name))


def _open_since(occurrence: Occurrence, schedule: Schedule) -> datetime:
    """Return when its window opened, whose earlier occurrences may overlap or touch this one."""
    begins, length = occurrence.begins, occurrence.ends - occurrence.begins
    for _ in range(_MAX_JOINS):
        after = max(schedule.ended(occurrence.window), begins - length - datetime.resolution)
        first = occurrence.window.next(after)
        if first is None or first.begins >= begins:
            return begins
        begins = first.begins
    return _NEVER


type _Coming = list[tuple[datetime, str, Occurrence]]


def _coming(schedule: Schedule, after: datetime) -> _Coming:
    """Return a heap of the next occurrence of each window that begins later than `after`."""
    coming = [(each.begins, each.window.name, each) for each in schedule.next_occurrences(after)]
    heapq.heapify(coming)
    return coming


def _end_of_stretch(causes: Causes, coming: _Coming) -> End | None:
    """
    Return when the present maintenance ends, or None if there is none or its end is unknown.

    Consumes `coming`.
    """
    if not causes.ends or causes.is_open_ended:
        return None
    end = max(causes.ends)
    for _ in range(_MAX_JOINS):
        if not coming or coming[0][0] > end.at:
            return end
        _, name, occurrence = heapq.heappop(coming)
        end = max(end, End(occurrence.ends, name))
        if following := occurrence.window.next(occurrence.begins):
            heapq.heappush(coming, (following.begins, name, following))
    return None


def _beginning_of_stretch(schedule: Schedule, causes: Causes) -> datetime | None:
    """Return when the present maintenance began, None if the switch began it or it is unknown."""
    switch = schedule.switch
    on = switch if switch and switch.says is Says.ON else None
    own = (causes.switch.written,) if causes.switch else ()
    begins = min((*own, *(each.begins for each in causes.occurrences)))
    for _ in range(_MAX_JOINS):
        before = [
            each.begins
            for each in schedule.last_occurrences(begins - datetime.resolution)
            if each.begins > schedule.ended(each.window) and each.ends >= begins
        ]
        if on and on.written < begins and not (on.until and on.until < begins):
            before.append(on.written)
        if not before:
            return None if on and on.written == begins else begins
        begins = min(before)
    return None


def _closing(following: Occurrence | None) -> NextChange | None:
    if following is None:
        return None
    return NextChange(following.begins, closes=True, window=following.window.name)


def _reopening(switch: Switch | None, end: End | None) -> NextChange | None:
    # Without a readable switch nothing is lifted, not even what only a window has closed.
    if switch is None or end is None:
        return None
    return NextChange(end.at, closes=False, window=end.window or None)
