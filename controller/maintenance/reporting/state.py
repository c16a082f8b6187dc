"""
What visitors get now, by what is attached and what is deployed. Pure.

One distribution, by those of its behaviors that maintenance closes:

    ours is attached to  status      and                                    state
    -------------------  ----------  -------------------------------------  -------
    any of them          any         it is wrong, and stays so              STUCK
    none                 Deployed                                           OPEN
    none                 InProgress  it was open before this update         OPEN
    none                 InProgress                                         OPENING
    some                 any         the site should be closed              CLOSING
    some                 any         the site should be open                OPENING
    all                  InProgress  it was closed before this update       CLOSED
    all                  InProgress                                         CLOSING
    all                  Deployed                                           CLOSED

A distribution stays as it is if CloudFront has had it InProgress for 30 minutes, if the change is
refused or fails, if no run makes it in time, and if neither the switch nor a window says anything.
It is wrong if ours is attached to other behaviors than it should be, or for too long InProgress.
An update that changes the page of a closed site, or another tool's of an open one, leaves it so.

Armed, ours lets visitors through until its window begins: until then it counts as not attached.

The maintenance function of another stack closes a behavior as ours does, only that this stack never
detaches it: attached to all, it is CLOSED as in the table, and attached to some, it is STUCK.

The site, by its targets:

    no target                                    STUCK if it should be closed, else OPEN
    all in one state                             that state
    one is STUCK                                 STUCK
    it should be open, another stack closes one  STUCK
    it should be closed, and all are done        CLOSED: the open ones have nothing to close
    it should be closed                          CLOSING
    it should be open                            OPENING
    all are closed or CLOSING, open or OPENING   CLOSING, OPENING
    anything else                                STUCK
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.plan import Action
from maintenance.model import Mode
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import PersistedState
from maintenance.reporting.transitions import target_statuses

# As long as Lambda lets a run last (doc: Lambda Developer Guide, gettingstarted-limits).
OVERDUE_AFTER = timedelta(minutes=15)


class SiteState(StrEnum):
    """What visitors get, whatever the switch says; STUCK if it will not become what it should."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    OPENING = "opening"
    STUCK = "stuck"


class Served(StrEnum):
    """What visitors of a distribution get; BOTH if it depends on the edge location or the path."""

    SITE = "site"
    PAGE = "page"
    BOTH = "both"


class DistributionState(Struct, frozen=True):
    """
    The state of one distribution, what its visitors get, and whether that is as requested.

    `siblings` are other stacks whose maintenance functions are attached to it.
    """

    distribution_id: str
    state: SiteState
    served: Served
    is_as_requested: bool
    siblings: tuple[str, ...] = ()


class SiteStates(Struct, frozen=True):
    """The state of the site, of its targets, and of other distributions where ours is attached."""

    state: SiteState
    targets: tuple[DistributionState, ...]
    others: tuple[DistributionState, ...] = ()

    @property
    def counts(self) -> Mapping[SiteState, int]:
        """How many targets are in each state, the most frequent first."""
        return dict(Counter(each.state for each in self.targets).most_common())

    @property
    def served(self) -> Served:
        """What visitors of the site get."""
        served = {each.served for each in self.targets}
        return served.pop() if len(served) == 1 else Served.BOTH if served else Served.SITE

    def of(self, distribution_id: str) -> DistributionState:
        """Return the state of a distribution of the report."""
        every = {each.distribution_id: each for each in (*self.targets, *self.others)}
        return every[distribution_id]


def is_overdue(report: Report, *, now: datetime, last_run: datetime | None = None) -> bool:
    """
    Return whether a change should have been made by now, and no run is trying.

    `last_run` is when a run ended last, if that is known.
    """
    if report.due is None:
        return False
    return now - max(report.due, last_run or report.due) >= OVERDUE_AFTER


def site_state(
    report: Report,
    *,
    now: datetime,
    persisted: PersistedState = PersistedState(),  # noqa: B008 - it is frozen
    overdue: bool = False,
) -> SiteStates:
    """
    Return the state of the site at `now`.

    `persisted` is what the last run left, `overdue` whether no run has done what is due.
    """
    target_ids = {each.distribution_id for each in report.targets}
    inputs = _Inputs(
        stuck={each.distribution_id for each in target_statuses(report, now) if each.is_stuck},
        settled_in=_settled_in(report, persisted, now),
        overdue=overdue,
    )
    targets: list[DistributionState] = []
    others: list[DistributionState] = []
    for each in report.outcomes:
        mode = report.decision.mode
        outcome = _as_armed(each, mode) if persisted.is_armed(now) else each
        is_target = outcome.distribution_id in target_ids
        if is_target:
            targets.append(_state(outcome, mode, inputs))
        elif not outcome.is_preview:
            to_open = Mode.UNCHANGED if mode is Mode.UNCHANGED else Mode.LIVE
            others.append(_state(outcome, to_open, inputs))
    return SiteStates(_whole(report.decision.mode, targets), tuple(targets), tuple(others))


def _as_armed(outcome: Outcome, mode: Mode) -> Outcome:
    """
    Return the outcome with what is attached as armed, as the last run has left it.

    Except for what a maintenance keeps: the run that attached that has not written its status yet.
    """
    kept = Action.KEEP if mode is Mode.MAINTENANCE else None
    steps = (
        replace(each, is_armed=each.is_closed and each.action is not kept) for each in outcome.steps
    )
    return outcome if outcome.changed else replace(outcome, steps=tuple(steps))


class _Attached(StrEnum):
    NONE = "none"
    SOME = "some"
    ALL = "all"


class _Inputs(Struct, frozen=True):
    """What is InProgress for too long, and the mode that a target was in before its update."""

    stuck: Collection[str]
    settled_in: Mapping[str, Mode]
    overdue: bool


def _attached(outcome: Outcome) -> _Attached:
    """Return how many of the behaviors that maintenance closes have ours."""
    if not any(each.has_page for each in outcome.steps):
        return _Attached.NONE
    closes = [each.has_page for each in outcome.steps if not each.stays_open]
    return _Attached.ALL if closes and all(closes) else _Attached.SOME


def _settled_in(report: Report, persisted: PersistedState, now: datetime) -> Mapping[str, Mode]:
    """Return the mode in which a target was everywhere before its last update, by its id."""
    last, toggled = persisted.last_change, persisted.toggled
    if last is None or last.deployed is None or (toggled and last.deployed < toggled <= now):
        return {}
    # In the same second, too: what is InProgress now was updated after it was found Deployed.
    updated = (each for each in report.targets if each.last_modified >= last.deployed)
    return {each.distribution_id: last.mode for each in updated}


def _is_as_requested(outcome: Outcome, attached: _Attached, mode: Mode) -> bool:
    """Return whether ours is attached where this mode wants it, deployed or not."""
    if mode is Mode.UNCHANGED:
        return attached is not _Attached.SOME
    if mode is Mode.LIVE:
        return attached is _Attached.NONE
    return attached is _Attached.ALL or all(each.stays_open for each in outcome.steps)


def _state(outcome: Outcome, mode: Mode, inputs: _Inputs) -> DistributionState:
    """Return the row of the table that this distribution is in."""
    attached, is_deployed = _attached(outcome), outcome.status == "Deployed"
    is_as_requested = _is_as_requested(outcome, attached, mode)
    settled_in = inputs.settled_in.get(outcome.distribution_id)
    is_refused = progress(outcome) is Progress.REFUSED
    is_held = is_refused or inputs.overdue or mode is Mode.UNCHANGED
    if outcome.siblings:
        # Whatever this stack may not do there, its visitors get what the other one does.
        is_held = attached is _Attached.SOME
    if outcome.distribution_id in inputs.stuck or (is_held and not is_as_requested):
        state = SiteState.STUCK
    elif attached is _Attached.NONE:
        is_open = is_deployed or settled_in is Mode.LIVE
        state = SiteState.OPEN if is_open else SiteState.OPENING
    elif attached is _Attached.SOME:
        state = SiteState.CLOSING if mode is Mode.MAINTENANCE else SiteState.OPENING
    else:
        is_closed = is_deployed or settled_in is Mode.MAINTENANCE
        state = SiteState.CLOSED if is_closed else SiteState.CLOSING
    served = _SERVED.get(state) or _served(attached, is_deployed=is_deployed)
    return DistributionState(
        outcome.distribution_id, state, served, is_as_requested, outcome.siblings
    )


_SERVED = {SiteState.OPEN: Served.SITE, SiteState.CLOSED: Served.PAGE}


def _served(attached: _Attached, *, is_deployed: bool) -> Served:
    """Return what visitors get where ours is attached like this."""
    if not is_deployed or attached is _Attached.SOME:
        return Served.BOTH
    return Served.PAGE if attached is _Attached.ALL else Served.SITE


def _whole(mode: Mode, targets: Sequence[DistributionState]) -> SiteState:
    """Return the row of the second table that the site is in."""
    states = {each.state for each in targets}
    if not states:
        return SiteState.STUCK if mode is Mode.MAINTENANCE else SiteState.OPEN
    if len(states) == 1:
        return states.pop()
    if SiteState.STUCK in states or mode is Mode.UNCHANGED:
        return _BY_ITSELF.get(frozenset(states), SiteState.STUCK)
    if mode is Mode.LIVE and any(each.siblings for each in targets):
        return SiteState.STUCK
    is_at_rest = states <= _AT_REST and all(each.is_as_requested for each in targets)
    if mode is Mode.MAINTENANCE:
        return SiteState.CLOSED if is_at_rest else SiteState.CLOSING
    return SiteState.OPENING


_AT_REST = {SiteState.OPEN, SiteState.CLOSED}
# What is left to do where neither the switch nor a window says anything.
_BY_ITSELF = {
    frozenset({SiteState.CLOSING, SiteState.CLOSED}): SiteState.CLOSING,
    frozenset({SiteState.OPENING, SiteState.OPEN}): SiteState.OPENING,
}
