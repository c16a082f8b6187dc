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
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import MAXYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.instants import format_instant
from maintenance.model import Mode
from maintenance.switch import Says, Switch, parse_switch
from maintenance.windows import Occurrence, Window, parse_window

_NEVER = datetime.min.replace(tzinfo=UTC)
_NO_LEAD = timedelta(0)
# After so many occurrences without a gap the stretch has no end that anybody waits for.
_JOINS = 300
_NAMED = 3


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


class Version(Struct, frozen=True):
    """One version of a parameter, as its history holds it."""

    value: str
    written: datetime


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


def _off_instant(switch: Switch) -> datetime:
    return switch.until or switch.written


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


def _ends(holding: Switch | None, in_force: Sequence[Occurrence]) -> tuple[datetime, ...]:
    """Return the known ends of all that keeps the site in maintenance now."""
    own = (holding.until,) if holding and holding.until else ()
    return (*own, *(occurrence.ends for occurrence in in_force))


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


def _reason(
    switch: Switch | None,
    holding: Switch | None,
    in_force: Sequence[Occurrence],
    until: datetime | None,
) -> str:
    """Return the sentence that explains the decision; nothing in it moves with the clock."""
    if not holding and not in_force:
        return _reason_without_maintenance(switch)
    causes = [_cause(holding)] if holding else []
    causes += [
        f"window '{one.window.name}' is open until {_shown(one.ends)}" for one in in_force[:_NAMED]
    ]
    if len(in_force) > _NAMED:
        causes.append(f"{len(in_force) - _NAMED} more windows are open")
    if until and until > max(_ends(holding, in_force)):
        causes.append("the windows that follow leave no gap")
    return f"Maintenance {_duration(holding, until)}: {', '.join(causes)}."


def _duration(holding: Switch | None, until: datetime | None) -> str:
    if until:
        return f"until {_shown(until)}"
    if holding and holding.until is None:
        return "until somebody ends it"
    return "with no end in sight, because windows follow one another without a gap"


def _cause(holding: Switch) -> str:
    if holding.until:
        return f"the switch of {_shown(holding.written)} is on until {_shown(holding.until)}"
    return f"the switch has said on since {_shown(holding.written)}"


def _reason_without_maintenance(switch: Switch | None) -> str:
    if switch is None:
        return (
            "Unchanged: no switch can be read and no window is open, "
            "so nothing is closed and nothing is lifted."
        )
    if switch.says is Says.ON and switch.until:
        return (
            f"Live: the switch was on until {_shown(switch.until)}, which is over, "
            "and no window is open."
        )
    since = f"Live: the switch has said off since {_shown(switch.written)}"
    if switch.until:
        return f"{since} and skips windows that begin up to {_shown(switch.until)}."
    return f"{since}, and no window that began later is open."


def _shown(instant: datetime) -> str:
    """Return the instant as people read it: nobody asks for the fraction of a second."""
    return format_instant(instant.replace(microsecond=0))


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


def last_readable(history: Sequence[Version], zone: ZoneInfo) -> Switch | None:
    """Return what the newest readable version says, or None; `history` is in any order."""
    return next(_readable(history, zone), None)


def last_off(history: Sequence[Version], zone: ZoneInfo) -> datetime | None:
    """Return T_off by the newest version that says off, its `for` or `until` resolved, or None."""
    return next(
        (_off_instant(switch) for switch in _readable(history, zone) if switch.says is Says.OFF),
        None,
    )


def last_readable_window(name: str, history: Sequence[Version], zone: ZoneInfo) -> Window | None:
    """Return the window by the newest readable version of its parameter; None if there is none."""
    for version in _newest_first(history):
        with suppress(
            UnreadableValue
        ):  # as if it had never been written; the reader of now says so
            return parse_window(name, version.value, zone=zone)
    return None


def _readable(history: Sequence[Version], zone: ZoneInfo) -> Iterator[Switch]:
    """Yield what the readable versions say, newest first; the others are as if never written."""
    for version in _newest_first(history):
        with suppress(UnreadableValue):
            yield parse_switch(version.value, written=version.written, zone=zone)


def _newest_first(history: Sequence[Version]) -> list[Version]:
    """Return `history`, newest first; of two with the same instant, the later listed first."""
    return sorted(history, key=lambda version: version.written)[::-1]
