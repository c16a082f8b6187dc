"""
The windows to announce before they begin. Pure.

    the occurrence was announced  it is now                              announces
    ----------------------------  -------------------------------------  ---------
    no                            to begin within the notice             planned
    yes                           as it was announced                    nothing
    yes                           begun                                  nothing
    yes                           at another time, within the notice     changed
    yes                           at a later time, or skipped, or gone   cancelled

Of each window only the next occurrence counts. The status has room for a few, so further ones are
announced as the first of them begin. A window that cannot be read is neither changed nor cancelled.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.reporting.status import Planned, in_whole_seconds
from maintenance.schedule.request import Request
from maintenance.schedule.window import Occurrence

# In the status; each takes up to 200 bytes there.
MAX_PLANNED = 4
_MAX_NAME = 64
# The clock that dates the switch may be ahead of ours, and then an occurrence has begun already.
_CLOCK_TOLERANCE = timedelta(seconds=5)


class ComingOccurrence(Struct, frozen=True):
    """The next occurrence of a window: when to announce it, its message, and who asked for it."""

    planned: Planned
    announce_at: datetime
    message: str | None = None
    request: Request | None = None


class PlanChange(Struct, frozen=True):
    """What is planned of a window now, and what was announced before; None is nothing."""

    window: str
    now: ComingOccurrence | None
    before: Planned | None = None


def coming_occurrence(occurrence: Occurrence, *, notice: timedelta) -> ComingOccurrence:
    """Return an occurrence that is announced so long before it begins."""
    window = occurrence.window
    name = window.name if len(window.name) <= _MAX_NAME else f"{window.name[: _MAX_NAME - 1]}…"
    begins, ends = map(in_whole_seconds, (occurrence.begins, occurrence.ends))
    request = Request(window.written, window.name) if window.written else None
    planned = Planned(name, begins, ends)
    return ComingOccurrence(planned, begins - notice, window.message, request)


def follow_plans(
    coming: Sequence[ComingOccurrence] | None, announced: Sequence[Planned], *, now: datetime
) -> tuple[tuple[Planned, ...], tuple[PlanChange, ...]]:
    """
    Return what stays announced, and what to announce, by the table of this module.

    `coming` is None if it is unknown or not to be announced.
    """
    to_come = [each for each in announced if each.begins > now]
    if coming is None:
        return tuple(to_come), ()
    certain = (each for each in to_come if each.begins > now + _CLOCK_TOLERANCE)
    changes = [change for each in certain if (change := _change(each, coming, now))]
    kept = [each for each in to_come if not any(change.before == each for change in changes)]
    known = {each.window for each in to_come}
    due = (each for each in coming if each.announce_at <= now and each.planned.window not in known)
    changed = [each.now.planned for each in changes if each.now]
    room = MAX_PLANNED - len(kept) - len(changed)
    new = sorted(due, key=lambda each: each.planned.begins)[: max(0, room)]
    changes += [PlanChange(each.planned.window, each) for each in new]
    left = (*kept, *changed, *(each.planned for each in new))
    return tuple(sorted(left, key=lambda each: (each.begins, each.window))), tuple(changes)


def _change(
    announced: Planned, coming: Sequence[ComingOccurrence], now: datetime
) -> PlanChange | None:
    """Return what has become of an announced occurrence, None if it is as it was announced."""
    following = next((each for each in coming if each.planned.window == announced.window), None)
    if following and following.planned == announced:
        return None
    is_near = following is not None and following.announce_at <= now
    return PlanChange(announced.window, following if is_near else None, announced)
