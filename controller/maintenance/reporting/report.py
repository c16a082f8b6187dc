"""
What a run found and did, as values and as JSON. Pure.

Lambda takes an answer of 6 MB and fails the run otherwise, and a queue takes the record of a failed
run up to 256 KB (doc: Lambda Developer Guide, gettingstarted-limits; SQS Developer Guide,
quotas-messages). So the answer about a large fleet leaves out its behaviors, and the text that a
run fails with ends where it is long enough.
"""

import json
from collections.abc import Collection, Iterable
from copy import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from maintenance.cloudfront.engine import Selection
from maintenance.cloudfront.plan import Action, Plan, Step
from maintenance.model import Association, Distribution
from maintenance.reporting.status import Status, Transition, shortened
from maintenance.schedule.decision import Decision
from maintenance.schedule.times import format_instant

_MOST_ANSWER_BYTES = 5_000_000
_MOST_FAILURE_BYTES = 50_000


class Outcome(Struct, frozen=True):
    """
    What became of one distribution.

    `status` is CloudFront's word, Deployed or InProgress. `error` is the sentence about what could
    not be done; `changed` tells whether CloudFront took an update. `is_preview` marks the
    distribution that always has the newest version and no visitors.
    """

    distribution_id: str
    status: str
    steps: tuple[Step, ...]
    changed: bool = False
    restored: tuple[Association, ...] = ()
    not_restored: tuple[Association, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    is_preview: bool = False


class PrunedVersions(Struct, frozen=True):
    """How many versions a sweep has deleted, and how many their replicas still keep alive."""

    deleted: int = 0
    replicated: int = 0


class Report(Struct, frozen=True):
    """
    The decision of a run and what became of it. A run with faults has failed.

    `input_errors` are about the switch, the settings and the page. `housekeeping_errors` are about
    the steps after the distributions. `notices` are worth knowing and are not errors. `targets` are
    listed as they were found; `status` and `transitions` are what was announced. `upcoming` is the
    decision at the start of a window that is near, `due` is since when the mode is due, `selection`
    the version to attach where the site is to be closed.
    """

    decision: Decision
    outcomes: tuple[Outcome, ...] = ()
    input_errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    upcoming: Decision | None = None
    selection: Selection | None = None
    pruned: PrunedVersions = PrunedVersions()
    targets: tuple[Distribution, ...] = ()
    due: datetime | None = None
    housekeeping_errors: tuple[str, ...] = ()
    status: Status | None = None
    transitions: tuple[Transition, ...] = ()

    @property
    def errors(self) -> tuple[str, ...]:
        """Every sentence about something that could not be done."""
        of_distributions = (error for each in self.outcomes for error in each.errors)
        return (*self.input_errors, *of_distributions, *self.housekeeping_errors)

    @property
    def failure(self) -> str:
        """Every fault in one text, as far as there is room; '' where there is none."""
        errors = self.errors
        text = " | ".join(errors)
        cut = shortened(text, _MOST_FAILURE_BYTES)
        if cut == text:
            return text
        return f"{len(errors)} faults, each of which is in the log: {cut}"

    def with_housekeeping_error(self, error: str) -> "Report":
        """Return the report with one more fault of the upkeep."""
        return replace(self, housekeeping_errors=(*self.housekeeping_errors, error))

    @property
    def has_failures(self) -> bool:
        """Whether anything could not be done with a distribution."""
        return any(each.errors for each in self.outcomes)

    @property
    def has_changes(self) -> bool:
        """Whether anything had to be changed."""
        return any(each.changed for each in self.outcomes)

    def answer(self) -> dict[str, Any]:
        """Return the report as JSON values, as much of it as Lambda takes as an answer."""
        answer = self.document()
        if _fits(answer):
            return answer
        for each in answer["distributions"]:
            each["behaviors"] = []
        answer["notices"].append(
            "the behaviors of so many distributions are too much for an answer of Lambda: make "
            "plan shows them, and the log has those that were changed"
        )
        if _fits(answer):
            return answer
        for each in answer["distributions"]:
            each.update({name: [] for name, value in each.items() if isinstance(value, list)})
        return {**answer, "errors": [self.failure] if self.errors else []}

    def document(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        decision = self.decision
        return {
            "mode": decision.mode.value,
            "reason": decision.reason,
            "until": _instant(decision.until),
            "message": decision.message,
            "next_change": _instant(decision.valid_until),
            "distributions": [outcome_document(each) for each in self.outcomes],
            "notices": list(self.notices),
            "errors": list(self.errors),
        }


def _fits(answer: dict[str, Any]) -> bool:
    return len(json.dumps(answer)) <= _MOST_ANSWER_BYTES


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return what became of one distribution as JSON values."""
    return {
        "distribution_id": outcome.distribution_id,
        "status": outcome.status,
        "preview": outcome.is_preview,
        "changed": outcome.changed,
        "behaviors": [
            {
                "path_pattern": step.path_pattern or "default",
                "action": step.action.value,
                "reason": step.reason,
            }
            for step in outcome.steps
        ],
        "restored": _named(outcome.restored),
        "not_restored": _named(outcome.not_restored),
        "warnings": list(outcome.warnings),
        "errors": list(outcome.errors),
    }


def _named(associations: Iterable[Association]) -> list[str]:
    return [str(each) for each in associations]


def _instant(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None


class Progress(StrEnum):
    """How far a change has come with one distribution."""

    REFUSED = "refused"
    WAITING = "waiting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"


# Here the controller has nothing left to do, or can do nothing.
ACCEPTED: Collection[Progress] = (Progress.REFUSED, Progress.DEPLOYING, Progress.DEPLOYED)


# And here nothing moves any more.
SETTLED: Collection[Progress] = (Progress.REFUSED, Progress.DEPLOYED)


def progress(outcome: Outcome) -> Progress:
    """Return the row of the table that a distribution is in."""
    plan = Plan(outcome.distribution_id, outcome.steps)
    if outcome.errors or plan.with_action(Action.REFUSE):
        return Progress.REFUSED
    if not plan.is_empty:
        return Progress.WAITING
    return Progress.DEPLOYED if outcome.status == "Deployed" else Progress.DEPLOYING


def has_reached(report: Report, wanted: Collection[Progress]) -> bool:
    """Tell whether every distribution has come to one of these."""
    return all(progress(each) in wanted for each in report.outcomes)


def is_everywhere(report: Report) -> bool:
    """Tell whether every edge of every distribution does what the decision says."""
    return has_reached(report, (Progress.DEPLOYED,))
