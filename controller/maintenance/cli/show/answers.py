"""The answers of status and plan as types for `--json`."""

from typing import Any

from msgspec import structs

from maintenance.cli.documents import (
    DistributionPlan,
    DistributionStatus,
    LastErrorDocument,
    PlanDocument,
    StatusDocument,
)
from maintenance.cli.show.status_problems import status_problems
from maintenance.cli.show.view import ReportView, StatusView
from maintenance.cli.terminal import Clock
from maintenance.reporting.progress import is_everywhere, progress
from maintenance.reporting.report import Outcome, outcome_document, report_document
from maintenance.reporting.status import LastError


def plan_document(view: ReportView, hypothetical: str | None = None) -> PlanDocument:
    """Return the plan for JSON."""
    distributions = [DistributionPlan(**_plan(each, view)) for each in view.report.outcomes]
    members = _members(view) | {"distributions": distributions}
    return PlanDocument(**members, hypothetical_switch=hypothetical)


def status_document(status: StatusView, clock: Clock) -> StatusDocument:
    """Return the status for JSON."""
    view, states = status.view, status.states
    following = view.report.decision.next_occurrence
    distributions = [
        DistributionStatus(**_plan(each, view), state=of.state, served=of.served)
        for each in view.report.outcomes
        for of in (states.of(each.distribution_id),)
    ]
    members = _members(view) | {"distributions": distributions}
    return StatusDocument(
        **members,
        state=states.state,
        served=states.served,
        states=dict(states.counts),
        stack=status.stack.name,
        account=status.stack.account,
        everywhere=is_everywhere(view.report),
        next_start=following.begins if following else None,
        next_window=following.window.name if following else None,
        last_run=status.last_run.at,
        last_error=_last_error(status.last_error),
        problems=list(status_problems(status, clock)),
    )


def _last_error(error: LastError | None) -> LastErrorDocument | None:
    return LastErrorDocument(error.message, error.since, error.until) if error else None


def _members(view: ReportView) -> dict[str, Any]:
    return structs.asdict(report_document(view.report))


def _plan(outcome: Outcome, view: ReportView) -> dict[str, Any]:
    return structs.asdict(outcome_document(outcome)) | {
        "name": view.names.get(outcome.distribution_id, ""),
        "progress": progress(outcome),
    }
