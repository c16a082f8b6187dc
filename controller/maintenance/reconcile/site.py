"""
Go through all distributions: choose the version to attach, plan each, and act.

A distribution is of interest if it is a target, or if ours sits in it and is not wanted there. The
listing tells which of them need anything; the others cost no call of their own. What fails at one
distribution is in its outcome, and the others go on.
"""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.engine import Engine, PreflightResult, Selection, attached_version
from maintenance.cloudfront.plan import (
    Action,
    Intent,
    Plan,
    plan_distribution,
    unmatched_except_paths,
)
from maintenance.cloudfront.targets import resolve_targets
from maintenance.errors import ConfigurationError, MaintenanceError
from maintenance.model import Distribution, Mode
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.distribution import DistributionReconciler
from maintenance.reconcile.ports import ReadPage, VersionSelector
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.announcement import announcement_of
from maintenance.schedule.decision import Decision
from maintenance.settings import Settings

# CloudFront takes a few updates a minute, so more hands would only be throttled sooner.
_HANDS = 4

type Listing = tuple[Distribution, ...]
type _Act = Callable[[Distribution, Intent], Outcome]


class _Preflight(Protocol):
    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult: ...


class Observed(Struct, frozen=True):
    """
    What is wanted, and what the listing says is there.

    `read_page` returns the owner's page files where somebody has begun to read them already.
    """

    desired: DesiredState
    listing: Listing
    read_page: ReadPage | None = None


class _Task(Struct, frozen=True):
    """One distribution of interest, and what it needs as far as the listing tells."""

    distribution: Distribution
    intent: Intent
    plan: Plan

    @property
    def needs_version(self) -> bool:
        """Whether the version that was chosen is to be attached, or would be if it could."""
        return any(map(self.plan.with_action, (Action.ATTACH, Action.REPLACE, Action.REFUSE)))


class SiteReconciler(Struct, frozen=True):
    """Everything that is needed to bring the site to what is wanted of it."""

    settings: Settings
    engine: Engine
    distribution_reconciler: DistributionReconciler
    selector: VersionSelector
    preflight: _Preflight

    def apply(self, observed: Observed) -> Report:
        """Bring about what is wanted; raise ConfigurationError where too much would be closed."""
        return self._go_through(observed, self.distribution_reconciler.apply, publish=True)

    def dry_run(self, observed: Observed) -> Report:
        """Return what `apply` would do, having only read."""
        return self._go_through(observed, self.distribution_reconciler.dry_run)

    def tell(self, observed: Observed) -> Report:
        """Return what the listing alone tells."""
        return self._go_through(observed, None)

    def _go_through(self, observed: Observed, act: _Act | None, *, publish: bool = False) -> Report:
        desired, listing = observed.desired, observed.listing
        targets = resolve_targets(self.settings.distributions, listing)
        self._guard(desired.decision, len(targets.distribution_ids))
        selection = self._choice(observed, publish=publish)
        tasks = [
            task
            for each in listing
            if (task := self._task(each, desired.decision, selection, targets.distribution_ids))
        ]
        verdict = self._verdict(tasks, selection, listing) if act else PreflightResult()
        with ThreadPoolExecutor(max_workers=_HANDS) as hands:
            outcomes = tuple(hands.map(lambda task: self._carry_out(task, act, verdict), tasks))
        meant = tuple(each for each in listing if each.distribution_id in targets.distribution_ids)
        behaviors = [behavior for each in meant for behavior in each.behaviors]
        return Report(
            decision=desired.decision,
            outcomes=outcomes,
            input_errors=(*desired.errors, *targets.errors, *selection.errors),
            notices=(
                *unmatched_except_paths(self.settings.except_paths, behaviors),
                *verdict.notices,
            ),
            coming=desired.coming,
            selection=selection if desired.decision.mode is Mode.MAINTENANCE else None,
            targets=meant,
            due=desired.due,
        )

    def _choice(self, observed: Observed, *, publish: bool) -> Selection:
        """Return the version to attach; opening needs none, and so asks for no page."""
        decision = observed.desired.decision
        if decision.mode is not Mode.MAINTENANCE:
            return Selection("")
        attached = self._attached(observed.listing)
        return self.selector.select(
            announcement_of(decision),
            publish=publish,
            attached=attached,
            # Read before the listing, and so perhaps older than the page that visitors see by now.
            read_page=None if attached else observed.read_page,
        )

    def _attached(self, listing: Listing) -> set[str]:
        """Return the versions of ours that visitors meet now."""
        attached = (
            attached_version(behavior.associations, self.engine)
            for each in listing
            for behavior in each.behaviors
        )
        return {arn for arn in attached if arn}

    def _verdict(
        self, tasks: list[_Task], selection: Selection, listing: Listing
    ) -> PreflightResult:
        """Ask whether the version can be attached, where any distribution needs it."""
        if not any(task.needs_version for task in tasks):
            return PreflightResult()
        return self.preflight.check(selection.arn, attached=self._attached(listing))

    def _carry_out(self, task: _Task, act: _Act | None, verdict: PreflightResult) -> Outcome:
        if not (verdict.errors and task.needs_version):
            return _carried_out(task, act)
        # What else is the matter with the distribution is to be told with it.
        outcome = _carried_out(task, self.distribution_reconciler.dry_run)
        left = f"{outcome.distribution_id} is left as it was"
        errors = (f"{left}: {each}" for each in verdict.errors)
        return replace(outcome, errors=(*outcome.errors, *errors))

    def _guard(self, decision: Decision, number: int) -> None:
        """Refuse to close more than the owner allows; opening is never refused."""
        most = self.settings.max_distributions
        if decision.mode is Mode.MAINTENANCE and number > most:
            message = (
                f"Distributions means {number} distributions, and MaxDistributions allows {most}: "
                "nothing was changed. Name fewer, or raise MaxDistributions"
            )
            raise ConfigurationError(message)

    def _task(
        self,
        distribution: Distribution,
        decision: Decision,
        selection: Selection,
        targets: frozenset[str],
    ) -> _Task | None:
        """Return the task for a target, or for a distribution where ours sits and is not wanted."""
        settings = self.settings
        is_target = distribution.distribution_id in targets
        if not is_target and not any(
            attached_version(each.associations, self.engine) for each in distribution.behaviors
        ):
            return None
        lifted = Mode.UNCHANGED if decision.mode is Mode.UNCHANGED else Mode.LIVE
        intent = Intent(
            mode=decision.mode if is_target else lifted,
            engine=self.engine,
            arn=selection.arn,
            except_paths=settings.except_paths,
            existing_functions=settings.existing_functions,
            is_fallback=selection.is_fallback,
        )
        plan = plan_distribution(distribution.distribution_id, distribution.behaviors, intent)
        return _Task(distribution, intent, plan)


def _carried_out(task: _Task, act: _Act | None) -> Outcome:
    listed = Outcome(task.distribution.distribution_id, task.distribution.status, task.plan.steps)
    if act is None or task.plan.is_empty:
        return listed
    try:
        return act(task.distribution, task.intent)
    except MaintenanceError as error:
        # Named in the report, which fails the run at its end; the others go on.
        return Outcome(listed.distribution_id, listed.status, listed.steps, errors=(str(error),))
