"""
What `--json` answers to `status` and `plan`, as types; `make docs` writes their schema.

An answer has the fields of the controller's own report and more. Instants are in UTC.
"""

from datetime import datetime
from typing import Any

from msgspec import structs

from maintenance.cli.problems import Problem, problems_of
from maintenance.cli.view import ReportView, StatusView
from maintenance.reporting.report import (
    Outcome,
    OutcomeDocument,
    Progress,
    ReportDocument,
    is_everywhere,
    outcome_document,
    progress,
    report_document,
)
from maintenance.reporting.state import Served, SiteState
from maintenance.reporting.status import LastError


class DistributionPlan(OutcomeDocument, frozen=True, kw_only=True):
    """One distribution: what is to be done, its aliases, and how far the change is."""

    name: str
    progress: Progress


class DistributionStatus(DistributionPlan, frozen=True, kw_only=True):
    """The same, with its state and what its visitors get."""

    state: SiteState
    served: Served


class PlanDocument(ReportDocument, frozen=True, kw_only=True):
    """The answer to `plan`; `hypothetical_switch` is the value that was typed, if one was."""

    hypothetical_switch: str | None
    distributions: list[DistributionPlan]  # type: ignore[assignment]  # nothing writes into them


class StatusDocument(ReportDocument, frozen=True, kw_only=True):
    """
    The answer to `status`.

    `state` is that of the site, and `states` counts its distributions in each. `mode` is what was
    asked for, `everywhere` whether every edge location has it. `problems` are the errors and what
    else an operator must read, each once, with what to do. `last_run` is when the controller ran
    last, to the minute.
    """

    distributions: list[DistributionStatus]  # type: ignore[assignment]  # nothing writes into them
    state: SiteState
    served: Served
    states: dict[SiteState, int]
    stack: str
    account: str
    everywhere: bool
    next_start: datetime | None
    next_window: str | None
    last_run: datetime | None
    last_error: LastError | None
    problems: list[Problem]


def plan_document(view: ReportView, hypothetical: str | None = None) -> PlanDocument:
    """Return the plan for JSON."""
    distributions = [DistributionPlan(**_plan(each, view)) for each in view.report.outcomes]
    members = _members(view) | {"distributions": distributions}
    return PlanDocument(**members, hypothetical_switch=hypothetical)


def status_document(status: StatusView) -> StatusDocument:
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
        last_error=status.last_error,
        problems=list(problems_of(view.report)),
    )


def _members(view: ReportView) -> dict[str, Any]:
    return structs.asdict(report_document(view.report))


def _plan(outcome: Outcome, view: ReportView) -> dict[str, Any]:
    return structs.asdict(outcome_document(outcome)) | {
        "name": view.names.get(outcome.distribution_id, ""),
        "progress": progress(outcome),
    }
