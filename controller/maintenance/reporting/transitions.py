"""
The status after a run, and the phases of a change of mode that it announces. Pure.

    the status before         the run                                   announces
    ------------------------  ----------------------------------------  --------------------------
    another mode              at least one target has the new mode, or  accepted
                              is closed in part
    live, all of it armed     found it closed at the window's start     both, as of that instant
    none, or no valid one     changed a target                          accepted
    none, or no valid one     changed nothing                           nothing: it was so already
    accepted, not deployed    every target has it, and is Deployed      deployed
    accepted, not deployed    found that, and replaces only the page    deployed
    any                       the decision is to leave all unchanged    nothing
    maintenance               maintenance with another end              extended, or shortened

Only targets count: visitors of the site never reach other distributions of ours.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.plan import Action, Plan, Step
from maintenance.cloudfront.targets import fingerprint
from maintenance.model import Distribution, Mode
from maintenance.reporting.plans import PlanChange, follow_plans
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import (
    EndChange,
    FailureChange,
    ModeChange,
    PersistedState,
    Phase,
    Status,
    TargetStatus,
    Transition,
    in_whole_seconds,
)
from maintenance.reporting.status_document import truncate
from maintenance.schedule.decision import Decision

RECHECK_AFTER = timedelta(minutes=1)
# AWS says minutes, and up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging).
STUCK_AFTER = timedelta(minutes=30)
_TOGGLING = {Action.ATTACH, Action.DETACH, Action.CLOSE, Action.OPEN}


class StatusUpdate(Struct, frozen=True):
    """The status after a run, and what it announces."""

    status: Status
    transitions: tuple[Transition, ...] = ()
    end_change: EndChange | None = None
    plan_changes: tuple[PlanChange, ...] = ()
    failure: FailureChange | None = None


def update_status(
    report: Report, persisted: PersistedState | None, *, now: datetime
) -> StatusUpdate:
    """Return the status after a run; `persisted` is what the previous one has left, if any."""
    before = persisted or PersistedState()
    targets = target_statuses(report, now)
    last_change, transitions = _advance(report, persisted, targets, now)
    last_change, end_change = _follow_end(report, last_change)
    planned, plan_changes = follow_plans(report.planned, before.planned, now=now)
    decision = report.decision
    error = truncate(" | ".join(report.errors))
    left = PersistedState(
        last_change,
        before.last_error,
        report.last_off or before.last_off,
        fingerprint(report.targets) if report.is_settled else before.settled,
        report.requester,
        planned,
        _toggled(report, before, now),
        report.store.over(before.standby) if report.store else before.standby,
        _armed(report),
    ).after(error, now)
    status = Status(
        mode=decision.mode,
        reason=decision.reason,
        until=_end(decision),
        message=decision.message,
        next_change=decision.next_change,
        targets=targets,
        persisted=left,
    )
    failure = left.failure_since(before)
    return StatusUpdate(status, transitions, end_change, plan_changes, failure)


def _toggled(report: Report, before: PersistedState, now: datetime) -> datetime | None:
    """Return since when an update of a target may close or open it, None if all are done."""
    outcomes = _of_targets(report)
    changed = [each for each in outcomes if each.changed]
    if before.is_armed(now):
        is_open = report.decision.mode is not Mode.MAINTENANCE
        is_called_off = changed and is_open and _armed(report) != before.armed
        # From then on an edge that has not heard of it yet closes the site.
        return before.armed if is_called_off else before.toggled
    if any(_is_toggle(step) for each in changed for step in each.steps):
        return now
    is_done = all(each.status == "Deployed" for each in outcomes)
    is_later = before.toggled and report.read_at and before.toggled < report.read_at
    return None if is_done and is_later else before.toggled


def _of_targets(report: Report) -> list[Outcome]:
    ids = {each.distribution_id for each in report.targets}
    return [each for each in report.outcomes if each.distribution_id in ids]


def _is_toggle(step: Step) -> bool:
    """Return whether visitors get the page after the step and not before, or the other way."""
    if step.action is Action.REPLACE:
        return step.was_armed and not step.is_armed
    return step.action in _TOGGLING and not step.is_armed


def _armed(report: Report) -> datetime | None:
    """Return until when what is attached to targets lets visitors through, None if any closes."""
    steps = [step for each in report.outcomes if not each.is_preview for step in each.steps]
    is_closed = any(each.is_closed and not each.is_armed for each in steps)
    return report.arming.begins if report.arming and report.armed and not is_closed else None


def target_statuses(report: Report, now: datetime) -> tuple[TargetStatus, ...]:
    """Return the status of each target after a run."""
    outcomes = {each.distribution_id: each for each in report.outcomes}
    return tuple(
        _target_status(each, outcomes[each.distribution_id], now) for each in report.targets
    )


def next_wakeup(report: Report, now: datetime, *, after_change: bool = False) -> datetime | None:
    """
    Return when to run again: when the decision changes; soon if uncertain or settling.

    Also when a window is to be announced or armed, and soon `after_change` of a parameter: this run
    may overtake that of a following change.
    """
    announcements = (each.announce_at for each in report.planned or ())
    # The announcements that are due are sent at the end of this run; all else is for the next one.
    ahead = (each for each in announcements if each > now)
    instants = (report.decision.valid_until, _arms_at(report, now), report.wake_at, *ahead)
    valid_until = min(filter(None, instants), default=None)
    is_settling = any(each.is_settling for each in target_statuses(report, now))
    if not (after_change or report.is_uncertain or is_settling):
        return valid_until
    return min(valid_until or now + RECHECK_AFTER, now + RECHECK_AFTER)


def _arms_at(report: Report, now: datetime) -> datetime | None:
    """Return from when on the site is to be armed, if this run read too early to do that."""
    if report.arming is None or report.decision.mode is not Mode.LIVE:
        return None
    # That may have come since: a run can last for minutes.
    return report.arming.at if report.arming.at > (report.read_at or now) else None


def with_stuck_warnings(report: Report, now: datetime) -> Report:
    """Return the report with a warning at each distribution that is stuck."""
    stuck = {each.distribution_id for each in target_statuses(report, now) if each.is_stuck}
    return replace(
        report,
        outcomes=tuple(
            replace(each, warnings=(*each.warnings, _stuck_warning(each.distribution_id)))
            if each.distribution_id in stuck
            else each
            for each in report.outcomes
        ),
    )


def _target_status(distribution: Distribution, outcome: Outcome, now: datetime) -> TargetStatus:
    is_just_updated = outcome.changed or outcome.is_listing_outdated
    since = now if is_just_updated else distribution.last_modified
    is_stuck = outcome.status != "Deployed" and now - since >= STUCK_AFTER
    return TargetStatus(distribution.distribution_id, outcome.status, is_stuck, outcome.errors)


def _stuck_warning(distribution_id: str) -> str:
    minutes = STUCK_AFTER // timedelta(minutes=1)
    return (
        f"{distribution_id} is stuck: it has been InProgress for {minutes} minutes, so some edge "
        "locations may still serve what was there before. Look at the AWS Health Dashboard and ask "
        "AWS Support; the controller checks it again with each sweep"
    )


def _advance(
    report: Report, persisted: PersistedState | None, targets: Sequence[TargetStatus], now: datetime
) -> tuple[ModeChange | None, tuple[Transition, ...]]:
    """Return the last change after the run, and its transitions, by the table of this module."""
    last = persisted.last_change if persisted else None
    mode, due = report.decision.mode, report.due
    transitions = []
    if mode is Mode.UNCHANGED:
        return last, ()
    if last is None or last.mode is not mode:
        if all(each.errors for each in targets) and not _is_closed_in_part(report):
            return last, ()
        until = _end(report.decision)
        if last is None and _was_so_already(report, persisted):
            return ModeChange(mode, None, due, due or now, due or now, until), ()
        now = min(_closed_by_itself(report, persisted, targets) or now, now)
        last = ModeChange(mode, last.mode if last else None, due, accepted=now, until=until)
        transitions.append(Transition(Phase.ACCEPTED, last, _seconds_since(due, now)))
    deployed = now if all(each.is_deployed for each in targets) else None
    if not transitions:
        deployed = deployed or _found_deployed(report)
    if last.deployed is None and deployed and not any(each.errors for each in targets):
        seconds = _seconds_since(last.accepted, deployed)
        last = replace(last, deployed=deployed)
        transitions.append(Transition(Phase.DEPLOYED, last, seconds))
    return last, tuple(transitions)


def _is_closed_in_part(report: Report) -> bool:
    """Return whether a target that should be closed has ours, whatever else it refuses."""
    if report.decision.mode is not Mode.MAINTENANCE:
        return False
    steps = (step for each in _of_targets(report) for step in each.steps)
    return any(step.is_closed and not step.is_armed for step in steps)


def _closed_by_itself(
    report: Report, persisted: PersistedState | None, targets: Sequence[TargetStatus]
) -> datetime | None:
    """Return the start at which every edge has closed every target by its own clock, or None."""
    armed, is_closing = persisted and persisted.armed, report.decision.mode is Mode.MAINTENANCE
    outcomes = _of_targets(report)
    is_kept = all(Plan(each.distribution_id, each.steps).is_empty for each in outcomes)
    is_deployed = all(each.is_deployed and not each.errors for each in targets)
    return armed if armed and is_closing and is_kept and is_deployed else None


def _found_deployed(report: Report) -> datetime | None:
    """Return when every target was Deployed, before a run that neither attaches nor detaches."""
    # Another run may have attached or detached ours since then: both wake at the same change.
    is_outdated = any(each.is_listing_outdated for each in report.outcomes)
    was_deployed = not is_outdated and all(each.status == "Deployed" for each in report.targets)
    is_toggling = any(_is_toggle(step) for each in report.outcomes for step in each.steps)
    return report.read_at if was_deployed and not is_toggling else None


def _follow_end(
    report: Report, last: ModeChange | None
) -> tuple[ModeChange | None, EndChange | None]:
    """Return the last change with the present end, and what to announce if that is another one."""
    until = _end(report.decision)
    is_closed = last is not None and last.mode is report.decision.mode is Mode.MAINTENANCE
    if last is None or not is_closed or last.until == until:
        return last, None
    return replace(last, until=until), EndChange(last.until, until)


def _end(decision: Decision) -> datetime | None:
    return in_whole_seconds(decision.until) if decision.until else None


def _was_so_already(report: Report, persisted: PersistedState | None) -> bool:
    """Return whether the site was already in this mode before any run changed it."""
    outcomes = _of_targets(report)
    is_touched = any((each.changed and not each.is_armed) or each.errors for each in outcomes)
    return not is_touched and (persisted is None or report.decision.mode is Mode.LIVE)


def _seconds_since(instant: datetime | None, now: datetime) -> float | None:
    # SSM's clock, which dates the switch, may be ahead of ours.
    return max(0.0, (now - instant).total_seconds()) if instant else None
