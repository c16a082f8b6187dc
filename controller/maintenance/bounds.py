"""
When the mode was due to be what it is, and how it changes next. Pure.

`due` is the latest instant up to now at which the answer can have changed: the switch was written
or ran out, or an occurrence of a window began or ended. It is where waiting for CloudFront begins.
"""

from collections.abc import Iterable
from datetime import MAXYEAR, datetime

from msgspec import Struct

from maintenance.desired import Decision
from maintenance.model import Mode
from maintenance.said import Said
from maintenance.status import NextChange
from maintenance.windows import Occurrence


class Bounds(Struct, frozen=True):
    """
    Where a decision comes from and where it goes, as far as switch and windows tell.

    `next_window` is the name of the window whose occurrence begins at the decision's next start.
    """

    due: datetime | None = None
    next_change: NextChange | None = None
    next_window: str | None = None


def bounds_of(
    decision: Decision, said: Said, *, now: datetime, heard: datetime | None = None
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


def _due(said: Said, now: datetime) -> datetime | None:
    switch, present = said.switch, said.present(now)
    instants = [switch.written, switch.until] if switch else []
    for one in _last(said, present):
        instants += [one.begins, one.ends]
    return max((each for each in instants if each and each <= present), default=None)


def _next_change(decision: Decision, said: Said, next_window: str | None) -> NextChange | None:
    if decision.mode is not Mode.MAINTENANCE:
        at = decision.next_start
        return NextChange(at, closes=True, window=next_window) if at else None
    # Without a switch that can be read nothing is lifted, not even what only a window has closed.
    at = decision.until if said.switch else None
    return NextChange(at, closes=False, window=_ending(said, at)) if at else None


def _beginning(said: Said, at: datetime) -> str | None:
    return next((one.window.name for one in _last(said, at) if one.begins == at), None)


def _ending(said: Said, at: datetime) -> str | None:
    if at.year == MAXYEAR:  # arithmetic ends here, and no window lasts so long
        return None
    return next((one.window.name for one in _last(said, at) if one.ends == at), None)


def _last(said: Said, at: datetime) -> Iterable[Occurrence]:
    for window in said.windows:
        occurrence = window.last(at, lead_time=said.lead_time)
        if occurrence:
            yield occurrence
