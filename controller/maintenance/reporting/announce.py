"""
What a run has to tell: the new status, and the phases of a change that nobody was told of. Pure.

    the status before         the run                               is told
    ------------------------  ------------------------------------  ------------------------------
    another mode              as wanted at one target at least      accepted
    none, or not ours         changed a target                      accepted
    none, or not ours         changed nothing                       nothing: it was so already
    accepted, not deployed    every target as wanted and Deployed   deployed
    any                       nobody says what is wanted            nothing

Only targets count: what else the stack holds attached meets no visitor of the site.
"""

from collections.abc import Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

from maintenance.errors import ApplyError, MaintenanceError, ObservationError, UnreadableValue
from maintenance.model import Distribution, Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import (
    ModeChange,
    PersistedState,
    Phase,
    Status,
    TargetStatus,
    Transition,
    decode,
    encode,
    shortened,
    with_error,
)
from maintenance.schedule.times import format_instant

LOOK_AGAIN = timedelta(minutes=1)
# AWS says minutes, and up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging).
STUCK_AFTER = timedelta(minutes=30)


class StatusUpdate(Struct, frozen=True):
    """The status after a run, and what is to be announced."""

    status: Status
    transitions: tuple[Transition, ...] = ()


def update_status(
    report: Report, persisted: PersistedState | None, *, now: datetime
) -> StatusUpdate:
    """Return what to tell after a run; `persisted` is what the status before has left, if any."""
    targets = target_statuses(report, now)
    change, transitions = _change(report, persisted, targets, now)
    decision = report.decision
    error = shortened(" | ".join(report.errors))
    status = Status(
        mode=decision.mode,
        reason=decision.reason,
        until=decision.until.replace(microsecond=0) if decision.until else None,
        message=decision.message,
        next_change=decision.next_change,
        targets=targets,
        persisted=replace(persisted or PersistedState(), last_change=change).after(error, now),
    )
    return StatusUpdate(status, transitions)


def target_statuses(report: Report, now: datetime) -> tuple[TargetStatus, ...]:
    """Return how each target is after the run."""
    outcomes = {each.distribution_id: each for each in report.outcomes}
    return tuple(
        _target_status(each, outcomes[each.distribution_id], now) for each in report.targets
    )


def next_look(report: Report, now: datetime) -> datetime | None:
    """Return when to look again: at the next change, and soon while CloudFront is at work."""
    change = report.decision.valid_until
    if not any(each.is_settling for each in target_statuses(report, now)):
        return change
    return min(change or now + LOOK_AGAIN, now + LOOK_AGAIN)


def with_stuck_named(report: Report, now: datetime) -> Report:
    """Return the report with a warning at each distribution that is stuck."""
    stuck = {each.distribution_id for each in target_statuses(report, now) if each.is_stuck}
    return replace(
        report,
        outcomes=tuple(
            replace(each, warnings=(*each.warnings, _stuck(each.distribution_id)))
            if each.distribution_id in stuck
            else each
            for each in report.outcomes
        ),
    )


def detail(transition: Transition, status: Status, *, stack: str, switch: str) -> dict[str, Any]:
    """Return the detail of the event as JSON values."""
    change, seconds = transition.change, transition.seconds
    return {
        "mode": change.mode.value,
        "previous_mode": change.previous_mode.value if change.previous_mode else None,
        "phase": transition.phase.value,
        "reason": status.reason,
        "until": format_instant(status.until) if status.until else None,
        "message": status.message,
        "distributions": len(status.targets),
        "failed": sum(bool(each.errors) for each in status.targets),
        "seconds": round(seconds) if seconds is not None else None,
        "stack": stack,
        "switch": switch,
    }


def _target_status(distribution: Distribution, outcome: Outcome, now: datetime) -> TargetStatus:
    since = now if outcome.changed else distribution.last_modified
    late = outcome.status != "Deployed" and now - since >= STUCK_AFTER
    return TargetStatus(distribution.distribution_id, outcome.status, late, outcome.errors)


def _stuck(distribution_id: str) -> str:
    minutes = STUCK_AFTER // timedelta(minutes=1)
    return (
        f"{distribution_id} is stuck: CloudFront has said InProgress for {minutes} "
        "minutes, so some edges may still serve what was there before. Look at the AWS Health "
        "Dashboard and ask AWS Support; the controller looks again with each sweep"
    )


def _change(
    report: Report, persisted: PersistedState | None, targets: Sequence[TargetStatus], now: datetime
) -> tuple[ModeChange | None, tuple[Transition, ...]]:
    last = persisted.last_change if persisted else None
    mode, due = report.decision.mode, report.due
    transitions = []
    if mode is Mode.UNCHANGED:
        return last, ()
    if last is None or last.mode is not mode:
        if all(each.errors for each in targets):
            return last, ()
        if last is None and _was_so_already(report, persisted):
            return ModeChange(mode, None, due, accepted=due or now, deployed=due or now), ()
        last = ModeChange(mode, last.mode if last else None, due, accepted=now)
        transitions.append(Transition(Phase.ACCEPTED, last, _seconds(due, now)))
    if last.deployed is None and all(each.is_deployed and not each.errors for each in targets):
        seconds = _seconds(last.accepted, now)
        last = replace(last, deployed=now)
        transitions.append(Transition(Phase.DEPLOYED, last, seconds))
    return last, tuple(transitions)


def _was_so_already(report: Report, persisted: PersistedState | None) -> bool:
    """Tell whether a mode that no status knows of is none that this run or a failed one began."""
    targets = {each.distribution_id for each in report.targets}
    outcomes = [each for each in report.outcomes if each.distribution_id in targets]
    is_untouched = not any(each.changed or each.errors for each in outcomes)
    return is_untouched and (persisted is None or report.decision.mode is Mode.LIVE)


def _seconds(since: datetime | None, now: datetime) -> float | None:
    # The switch is written by SSM's clock, which may be ahead of ours.
    return max(0.0, (now - since).total_seconds()) if since else None


_NOTHING_YET = Status(Mode.UNCHANGED, "No run has come to its end yet.")


class _StatusParameter(Protocol):
    @property
    def name(self) -> str: ...
    def read(self) -> str | None: ...
    def write(self, text: str) -> None: ...


class _EventBus(Protocol):
    def send(self, details: Sequence[Mapping[str, Any]]) -> None: ...


class _Before(Struct, frozen=True):
    """The status as it was found: its text, what it remembers, and a notice if it is not ours."""

    text: str | None
    persisted: PersistedState | None
    notices: tuple[str, ...] = ()


class Announcer(Struct, frozen=True):
    """Tells about one switch; `stack` is the name of the stack."""

    status_parameter: _StatusParameter
    event_bus: _EventBus
    stack: str
    switch_parameter: str

    def announce(self, report: Report, *, now: datetime) -> Report:
        """Tell what the run came to; return its report with what was told and what could not be."""
        report = with_stuck_named(report, now)
        try:
            before = self._before()
        except ObservationError as unread:
            return report.with_housekeeping_error(str(unread))
        report = replace(report, notices=(*report.notices, *before.notices))
        told = update_status(report, before.persisted, now=now)
        error = self._written(told.status, over=before)
        if error:
            return replace(report.with_housekeeping_error(error), status=told.status)
        error = self._sent(told)
        if not error:
            return replace(report, status=told.status, transitions=told.transitions)
        return self._taken_back(report.with_housekeeping_error(error), before, now)

    def announce_failure(self, error: MaintenanceError, *, now: datetime) -> tuple[str, ...]:
        """Put the error of a run without a report into the status; return what was in the way."""
        try:
            before = self._before()
            persisted = (before.persisted or PersistedState()).after(shortened(str(error)), now)
            if persisted == before.persisted:
                return ()
            self.status_parameter.write(_failed(before, persisted))
        except (ApplyError, ObservationError) as unwritten:
            return (str(unwritten),)
        return ()

    def _before(self) -> _Before:
        try:
            text = self.status_parameter.read()
        except ObservationError as error:
            message = f"{error}; so it was not written and nothing was announced"
            raise ObservationError(message) from error
        if text is None:
            return _Before(None, None)
        try:
            return _Before(text, decode(text))
        except UnreadableValue as error:
            notice = f"the status {self.status_parameter.name} is written anew: {error}"
            return _Before(None, None, (notice,))

    def _written(self, status: Status, *, over: _Before) -> str | None:
        """Write the status unless it stands so already; return the fault if that is refused."""
        text = encode(status)
        if text == over.text:
            return None
        try:
            self.status_parameter.write(text)
        except ApplyError as error:
            return f"{error}; what was to be announced with it waits for the next run"
        return None

    def _sent(self, told: StatusUpdate) -> str | None:
        """Send what is to be announced; return the fault if that is refused."""
        details = [
            detail(each, told.status, stack=self.stack, switch=self.switch_parameter)
            for each in told.transitions
        ]
        try:
            if details:
                self.event_bus.send(details)
        except ApplyError as error:
            return str(error)
        return None

    def _taken_back(self, report: Report, before: _Before, now: datetime) -> Report:
        """Write the status as of before the announcement that was refused."""
        status = update_status(report, before.persisted, now=now).status
        last_change = before.persisted.last_change if before.persisted else None
        persisted = replace(status.persisted, last_change=last_change)
        status = replace(status, persisted=persisted)
        error = self._written(status, over=_Before(None, None))
        report = replace(report, status=status)
        return report.with_housekeeping_error(error) if error else report


def _failed(before: _Before, persisted: PersistedState) -> str:
    if before.text is None or persisted.last_error is None:
        return encode(replace(_NOTHING_YET, persisted=persisted))
    return with_error(before.text, persisted.last_error)
