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

from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from maintenance.instants import format_instant
from maintenance.model import Distribution, Mode
from maintenance.report import Outcome, Report
from maintenance.status import Memory, Milestone, ModeChange, Phase, Status, TargetStatus
from maintenance.status_document import shortened

LOOK_AGAIN = timedelta(minutes=1)
# AWS says minutes, and up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging).
STUCK_AFTER = timedelta(minutes=30)


class Told(Struct, frozen=True):
    """The status after a run, and what is to be announced."""

    status: Status
    milestones: tuple[Milestone, ...] = ()


def tell(report: Report, memory: Memory | None, *, now: datetime) -> Told:
    """Return what to tell after a run; `memory` is what the status before has left, if any."""
    targets = target_statuses(report, now)
    change, milestones = _change(report, memory, targets, now)
    decision = report.decision
    fault = shortened(" | ".join(report.faults))
    status = Status(
        mode=decision.mode,
        reason=decision.reason,
        until=decision.until.replace(microsecond=0) if decision.until else None,
        message=decision.message,
        next_change=report.bounds.next_change,
        targets=targets,
        memory=replace(memory or Memory(), last_change=change).after(fault, now),
    )
    return Told(status, milestones)


def target_statuses(report: Report, now: datetime) -> tuple[TargetStatus, ...]:
    """Return how each target is after the run."""
    outcomes = {each.distribution_id: each for each in report.outcomes}
    return tuple(
        _target_status(each, outcomes[each.distribution_id], now) for each in report.targets
    )


def next_look(report: Report, now: datetime) -> datetime | None:
    """Return when to look again: at the next change, and soon while CloudFront is at work."""
    change = report.decision.next_change
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


def detail(milestone: Milestone, status: Status, *, stack: str, switch: str) -> dict[str, Any]:
    """Return the detail of the event as JSON values."""
    change, seconds = milestone.change, milestone.seconds
    return {
        "mode": change.mode.value,
        "previous_mode": change.previous_mode.value if change.previous_mode else None,
        "phase": milestone.phase.value,
        "reason": status.reason,
        "until": format_instant(status.until) if status.until else None,
        "message": status.message,
        "distributions": len(status.targets),
        "failed": sum(bool(each.faults) for each in status.targets),
        "seconds": round(seconds) if seconds is not None else None,
        "stack": stack,
        "switch": switch,
    }


def _target_status(distribution: Distribution, outcome: Outcome, now: datetime) -> TargetStatus:
    since = now if outcome.changed else distribution.last_modified
    late = outcome.status != "Deployed" and now - since >= STUCK_AFTER
    return TargetStatus(distribution.distribution_id, outcome.status, late, outcome.faults)


def _stuck(distribution_id: str) -> str:
    minutes = STUCK_AFTER // timedelta(minutes=1)
    return (
        f"{distribution_id} is stuck: CloudFront has said InProgress for {minutes} "
        "minutes, so some edges may still serve what was there before. Look at the AWS Health "
        "Dashboard and ask AWS Support; the controller looks again with each sweep"
    )


def _change(
    report: Report, memory: Memory | None, targets: Sequence[TargetStatus], now: datetime
) -> tuple[ModeChange | None, tuple[Milestone, ...]]:
    last = memory.last_change if memory else None
    mode, due = report.decision.mode, report.bounds.due
    milestones = []
    if mode is Mode.UNCHANGED:
        return last, ()
    if last is None or last.mode is not mode:
        if all(each.faults for each in targets):
            return last, ()
        if last is None and _was_so_already(report, memory):
            return ModeChange(mode, None, due, accepted=due or now, deployed=due or now), ()
        last = ModeChange(mode, last.mode if last else None, due, accepted=now)
        milestones.append(Milestone(Phase.ACCEPTED, last, _seconds(due, now)))
    if last.deployed is None and all(each.is_deployed and not each.faults for each in targets):
        seconds = _seconds(last.accepted, now)
        last = replace(last, deployed=now)
        milestones.append(Milestone(Phase.DEPLOYED, last, seconds))
    return last, tuple(milestones)


def _was_so_already(report: Report, memory: Memory | None) -> bool:
    """Tell whether a mode that no status knows of is none that this run or a failed one began."""
    targets = {each.distribution_id for each in report.targets}
    outcomes = [each for each in report.outcomes if each.distribution_id in targets]
    is_untouched = not any(each.changed or each.faults for each in outcomes)
    return is_untouched and (memory is None or report.decision.mode is Mode.LIVE)


def _seconds(since: datetime | None, now: datetime) -> float | None:
    # The switch is written by SSM's clock, which may be ahead of ours.
    return max(0.0, (now - since).total_seconds()) if since else None
