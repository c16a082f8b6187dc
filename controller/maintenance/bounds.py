"""
When the mode was due to be what it is, and how it changes next. Pure.

`due` is the latest instant up to now at which the answer can have changed: the switch was written
or ran out, or an occurrence of a window began or ended. It is where waiting for CloudFront begins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta

from maintenance.desired import Decision
from maintenance.model import Mode
from maintenance.status import NextChange
from maintenance.switch import Switch
from maintenance.windows import Occurrence, Window


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a decision comes from and where it goes, as far as switch and windows tell."""

    due: datetime | None = None
    next_change: NextChange | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision was made from."""

    switch: Switch | None
    windows: Sequence[Window]
    lead_time: timedelta


def bounds_of(
    decision: Decision, rules: Rules, *, now: datetime, heard: datetime | None = None
) -> Bounds:
    """
    Return what comes before and after the decision that was made at `now`.

    `heard` is the time of the change that woke us: a window that was deleted, or written when it
    should have begun already, is due from then on.
    """
    due = _due(rules, now)
    if due and heard:
        due = max(due, min(heard, now))
    return Bounds(due, _next_change(decision, rules))


def _due(rules: Rules, now: datetime) -> datetime | None:
    switch = rules.switch
    present = max(now, switch.written) if switch else now
    instants = [switch.written, switch.until] if switch else []
    for one in _last(rules, present):
        instants += [one.begins, one.ends]
    return max((each for each in instants if each and each <= present), default=None)


def _next_change(decision: Decision, rules: Rules) -> NextChange | None:
    if decision.mode is not Mode.MAINTENANCE:
        at = decision.next_start
        return NextChange(at, closes=True, window=_beginning(rules, at)) if at else None
    # Without a switch that can be read nothing is lifted, not even what only a window has closed.
    at = decision.until if rules.switch else None
    return NextChange(at, closes=False, window=_ending(rules, at)) if at else None


def _beginning(rules: Rules, at: datetime) -> str | None:
    return next((one.window.name for one in _last(rules, at) if one.begins == at), None)


def _ending(rules: Rules, at: datetime) -> str | None:
    if at.year == MAXYEAR:  # arithmetic ends here, and no window lasts so long
        return None
    return next((one.window.name for one in _last(rules, at) if one.ends == at), None)


def _last(rules: Rules, at: datetime) -> Iterable[Occurrence]:
    for window in rules.windows:
        occurrence = window.last(at, lead_time=rules.lead_time)
        if occurrence:
            yield occurrence
