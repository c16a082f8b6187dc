"""
What a run found and did, as values and as JSON. Pure.

Lambda fails a run whose response exceeds 6 MB, and a queue takes at most 256 KB of the record of a
failed run (doc: Lambda Developer Guide, gettingstarted-limits; SQS Developer Guide,
quotas-messages). So the answer about a large fleet omits its behaviors, and the error of a failed
run is cut.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from maintenance.cloudfront.engine import Selection
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Association, Distribution, Mode
from maintenance.reporting.plans import ComingOccurrence
from maintenance.reporting.status import EndChange, Instant, Status, StoreNote, Transition
from maintenance.reporting.status_document import truncate
from maintenance.schedule.arming import Arming
from maintenance.schedule.decision import Decision
from maintenance.schedule.request import Request, Requester
from maintenance.schedule.switch import Off

_MAX_ANSWER_BYTES = 5_000_000
_MAX_FAILURE_BYTES = 50_000
_BEHAVIORS_OMITTED = (
    "the behaviors of so many distributions do not fit into a response of Lambda: "
    "site-maintenance plan shows them, and the log has those that were changed"
)


class Outcome(Struct, frozen=True):
    """
    What became of one distribution.

    `status` is CloudFront's, Deployed or InProgress. `changed` is whether CloudFront accepted an
    update. `errors` are what could not be done; `refuses_function` if CloudFront did not accept a
    function. `is_settled` is whether its open behaviors owe no displaced function.
    `is_listing_outdated` is whether another run or tool has changed its functions since it was
    listed. `is_preview` marks the distribution without visitors that always has the newest version.
    """

    distribution_id: str
    status: str
    steps: tuple[Step, ...]
    changed: bool = False
    restored: tuple[Association, ...] = ()
    not_restored: tuple[Association, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    refuses_function: bool = False
    is_settled: bool = True
    is_listing_outdated: bool = False
    is_preview: bool = False

    @property
    def is_armed(self) -> bool:
        """Whether ours is attached, and lets visitors through until its window begins."""
        closed = [each for each in self.steps if each.is_closed]
        return bool(closed) and all(each.is_armed for each in closed)

    @property
    def siblings(self) -> tuple[str, ...]:
        """The other stacks whose maintenance functions close behaviors of it."""
        return tuple(dict.fromkeys(each.sibling for each in self.steps if each.sibling))


class PrunedVersions(Struct, frozen=True):
    """How many versions a sweep has deleted, and how many are still in use by replicas."""

    deleted: int = 0
    replicated: int = 0


class Report(Struct, frozen=True):
    """
    The decision of a run and what became of it. A run with errors has failed.

    `input_errors` are about the switch, the settings and the page, `housekeeping_errors` about the
    steps after the distributions; `notices` are no errors. `targets` are as they were listed;
    `status` and `transitions` are what was announced. `upcoming` is the decision at the start of a
    window that is near, `due` is since when the mode is due, and `selection` is the version to
    attach if the site is to be closed. `is_uncertain` is whether what could not be read may change
    the decision, `last_off` the newest off, if it was read. `request` is the version of the switch
    or a window that asks for the mode, and `requester` who wrote that, if it was looked up.
    `planned` is the next occurrence of each window, None if that is unknown or not to be announced,
    and `announced` are the titles of the events that were sent. `end_change` is the end that was
    announced before and the one that is now, if they differ. `read_at` is when the run began to
    read, so the targets were listed after that. `store` is what the standby engine knows of its
    store, `wrote_store` whether it was written, and `wake_at` when the engine has to run again.
    `arming` is when the version of the next window may be attached ahead, if it may.
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
    is_uncertain: bool = False
    last_off: Off | None = None
    request: Request | None = None
    requester: Requester | None = None
    planned: tuple[ComingOccurrence, ...] | None = None
    announced: tuple[str, ...] = ()
    end_change: EndChange | None = None
    read_at: datetime | None = None
    store: StoreNote | None = None
    wrote_store: bool = False
    wake_at: datetime | None = None
    arming: Arming | None = None

    @property
    def requested_by(self) -> str:
        """Who asked for the mode, in short; '' if that is unknown."""
        return self.requester.name if self.requester else ""

    @property
    def errors(self) -> tuple[str, ...]:
        """All errors: first those that explain others."""
        of_distributions = (error for each in self.outcomes for error in each.errors)
        return (*self.input_errors, *of_distributions, *self.housekeeping_errors)

    @property
    def siblings(self) -> Mapping[str, list[str]]:
        """The distributions that other stacks close, by the names of those stacks."""
        found: dict[str, list[str]] = {}
        for each in self.outcomes:
            for stack in each.siblings:
                found.setdefault(stack, []).append(each.distribution_id)
        return found

    @property
    def failure(self) -> str:
        """All errors in one text, cut if it is too long; '' if there are none."""
        errors = self.errors
        text = " | ".join(errors)
        cut = truncate(text, _MAX_FAILURE_BYTES)
        return text if cut == text else f"{len(errors)} errors, all of which are in the log: {cut}"

    @property
    def armed(self) -> tuple[str, ...]:
        """The targets that are armed: ours is attached, and lets visitors through."""
        targets = {each.distribution_id for each in self.targets}
        return tuple(
            each.distribution_id
            for each in self.outcomes
            if each.distribution_id in targets and each.is_armed
        )

    @property
    def has_failures(self) -> bool:
        """Whether anything could not be done with a distribution."""
        return any(each.errors for each in self.outcomes)

    @property
    def has_changes(self) -> bool:
        """Whether any distribution was changed, or the standby engine's store was written."""
        return self.wrote_store or any(each.changed for each in self.outcomes)

    @property
    def is_settled(self) -> bool:
        """Whether the targets were found live as they were listed, and owe no function."""
        return self.decision.mode is Mode.LIVE and all(
            each.is_settled and not (each.changed or each.errors) for each in self.outcomes
        )

    def with_housekeeping_error(self, error: str) -> "Report":
        """Return the report with one more error."""
        return replace(self, housekeeping_errors=(*self.housekeeping_errors, error))

    def answer(self) -> dict[str, Any]:
        """Return the report as JSON values, as much of it as Lambda accepts as a response."""
        full = report_document(self)
        without_behaviors = replace(
            full,
            distributions=[replace(each, behaviors=[]) for each in full.distributions],
            notices=[*full.notices, _BEHAVIORS_OMITTED],
        )
        for document in (full, without_behaviors):
            values: dict[str, Any] = to_builtins(document)
            if len(json.dumps(values)) <= _MAX_ANSWER_BYTES:
                return values
        distributions = [
            OutcomeDocument(each.distribution_id, each.status, each.preview, each.changed)
            for each in full.distributions
        ]
        errors = [self.failure] if self.errors else []
        shortest: dict[str, Any] = to_builtins(
            replace(without_behaviors, distributions=distributions, errors=errors)
        )
        return shortest


class BehaviorDocument(Struct, frozen=True):
    """The step for one behavior, as JSON."""

    path_pattern: str
    action: Action
    reason: str


class OutcomeDocument(Struct, frozen=True):
    """What became of one distribution, as JSON."""

    distribution_id: str
    status: str
    preview: bool
    changed: bool
    behaviors: list[BehaviorDocument] = []
    restored: list[str] = []
    not_restored: list[str] = []
    warnings: list[str] = []
    errors: list[str] = []


class ReportDocument(Struct, frozen=True):
    """
    A report, as JSON.

    `arming` is when the version of the next window may be attached, and when the window begins;
    `armed` are the distributions where it is attached, and lets visitors through until then.
    """

    mode: Mode
    reason: str
    until: Instant | None
    message: str | None
    valid_until: Instant | None
    arming: Arming | None
    armed: list[str]
    requested_by: str
    requested_by_arn: str
    distributions: list[OutcomeDocument]
    announced: list[str]
    end_change: EndChange | None
    notices: list[str]
    errors: list[str]


def report_document(report: Report) -> ReportDocument:
    """Return the document of a report."""
    decision = report.decision
    return ReportDocument(
        mode=decision.mode,
        reason=decision.reason,
        until=decision.until,
        message=decision.message,
        valid_until=decision.valid_until,
        arming=report.arming,
        armed=list(report.armed),
        requested_by=report.requested_by,
        requested_by_arn=report.requester.arn if report.requester else "",
        distributions=list(map(outcome_document, report.outcomes)),
        announced=list(report.announced),
        end_change=report.end_change,
        notices=list(report.notices),
        errors=list(report.errors),
    )


def outcome_document(outcome: Outcome) -> OutcomeDocument:
    """Return the document of an outcome."""
    return OutcomeDocument(
        distribution_id=outcome.distribution_id,
        status=outcome.status,
        preview=outcome.is_preview,
        changed=outcome.changed,
        behaviors=[
            BehaviorDocument(step.path_pattern or "default", step.action, step.reason)
            for step in outcome.steps
        ],
        restored=list(map(str, outcome.restored)),
        not_restored=list(map(str, outcome.not_restored)),
        warnings=list(outcome.warnings),
        errors=list(outcome.errors),
    )
