"""
Close and open the site by attaching and detaching a function at its distributions.

Ahead of a window, a live distribution where this displaces nothing is armed (`arming`).
A distribution takes part if it is a target, or if our function is still attached to it. The
listing shows which of them need a change; the others cost no call of their own. An error at one
distribution is in its outcome, and the others go on.

Runs at the same time, of which there are some once CloudFront throttles, begin at different
distributions: in the same order, each would write what another has just written (ADR 0059).
"""

import functools
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.engine import Engine, PreflightResult, Selection, attached_version
from maintenance.cloudfront.plan import (
    Intent,
    arm_or_open,
    plan_distribution,
    to_open,
    unmatched_except_paths,
)
from maintenance.cloudfront.targets import fingerprint, resolve_targets
from maintenance.errors import ConfigurationError, FunctionRefused, MaintenanceError
from maintenance.model import Distribution, Mode
from maintenance.reconcile import ports
from maintenance.reconcile.attach.arming import Armed, find_armed, select_ahead
from maintenance.reconcile.attach.distribution import DistributionReconciler
from maintenance.reconcile.attach.site_plan import (
    DistributionPlan,
    SiteDecision,
    SitePlan,
    ahead_notices,
)
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.observation import Observation
from maintenance.reconcile.ports import Listing
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import PersistedState
from maintenance.schedule.announcement import announcement_of
from maintenance.schedule.arming import Arming
from maintenance.settings import Settings

# CloudFront takes a few updates a minute, so more workers would only be throttled sooner.
_WORKERS = 4

type _Act = Callable[[DistributionReconciler, Distribution, Intent], Outcome]


class SiteReconciler(Struct, frozen=True):
    """
    Decides and plans, and has `distribution_reconciler` do what is planned.

    `shuffle` returns the plans of distributions in a random order.
    """

    settings: Settings
    engine: Engine
    distribution_reconciler: DistributionReconciler
    selector: ports.VersionSelector
    preflight: ports.Preflight
    shuffle: Callable[[tuple[DistributionPlan, ...]], Iterable[DistributionPlan]]

    def apply(self, observed: Observation, previous: PersistedState | None) -> Report:
        """
        Attach or detach our function, and return what became of it.

        If CloudFront refuses a function, a version is selected again: a sweep that has read an
        earlier desired state deletes what nothing has used for a week.
        """
        plan = self.plan(self.decide(observed, publish=True), previous)
        report = self._report(plan, DistributionReconciler.apply)
        if not any(each.refuses_function for each in report.outcomes):
            return report
        decision = plan.decision
        observed = Observation(decision.desired, decision.listing)
        selection = self._select(observed, decision.attached, decision.armed, publish=True)
        if selection.arn == decision.selection.arn:
            return report
        decision = replace(decision, selection=selection)
        return self._report(self.plan(decision), DistributionReconciler.apply)

    def dry_run(self, observed: Observation, previous: PersistedState | None) -> Report:
        """Return what `apply` would do, having only read."""
        plan = self.plan(self.decide(observed), previous)
        return self._report(plan, DistributionReconciler.dry_run)

    def summarize(self, observed: Observation, previous: PersistedState | None) -> Report:
        """Return what the listing shows, without another call."""
        return self._report(self.plan(self.decide(observed), previous), None)

    def is_same(self, one: DesiredState, other: DesiredState) -> bool:
        """Return whether both have the same mode and announcement."""
        return one.visible == other.visible

    def for_installation(self) -> "SiteReconciler":
        """Return this one: what it attaches is complete."""
        return self

    def without_limit(self) -> "SiteReconciler":
        """Return one that also looks at more distributions than it may close."""
        return replace(self, settings=replace(self.settings, max_distributions=sys.maxsize))

    def decide(self, observed: Observation, *, publish: bool = False) -> SiteDecision:
        """
        Return what the site should do; with `publish`, a missing version is published.

        Raises ConfigurationError if that would close more distributions than the owner allows.
        """
        desired, listing = observed.desired, observed.listing
        found = resolve_targets(self.settings.distributions, listing)
        targets = tuple(each for each in listing if each.distribution_id in found.distribution_ids)
        refusals = self._refusals(desired, len(found.distribution_ids))
        attached = frozenset(
            each for each in self._attached_versions(listing) if not self.engine.is_former(each)
        )
        armed, unread = find_armed(self.selector, desired, attached)
        selection = Selection("", errors=refusals)
        if not refusals:
            selection = self._select(observed, attached, armed, publish=publish)
        if selection.is_fallback and not desired.is_near:
            armed, unread = find_armed(self.selector, desired, attached, is_fallback=True)
        errors = (*desired.errors, *found.errors, *unread, *selection.errors)
        return SiteDecision(desired, listing, targets, selection, attached, armed, errors)

    def plan(self, decision: SiteDecision, previous: PersistedState | None = None) -> SitePlan:
        """
        Return the plan for every target, and for other distributions that must be opened.

        If the fingerprint of the targets is the settled one, no live one of them owes anything.
        """
        target_ids = {each.distribution_id for each in decision.targets}
        settled = previous.settled if previous else ""
        is_settled = settled and fingerprint(decision.targets) == settled
        may_owe = decision.mode is Mode.LIVE and not is_settled
        plans = (
            self._plan_target(each, decision, may_owe=may_owe)
            if each.distribution_id in target_ids
            else self._plan_other(each, decision)
            for each in decision.listing
        )
        behaviors = [behavior for each in decision.targets for behavior in each.behaviors]
        notices = unmatched_except_paths(self.settings.except_paths, behaviors)
        planned = tuple(each for each in plans if each)
        return SitePlan(decision, planned, (*notices, *ahead_notices(planned)))

    def _report(self, plan: SitePlan, act: _Act | None) -> Report:
        with (
            ThreadPoolExecutor(max_workers=1) as checker,
            ThreadPoolExecutor(max_workers=_WORKERS) as workers,
        ):
            checked = checker.submit(self._check_version, plan, act)
            outcome = functools.partial(self._outcome, act=act, preflight=checked.result)
            shuffled = self.shuffle(plan.distributions)
            found = {each.distribution_id: each for each in workers.map(outcome, shuffled)}
        outcomes = tuple(found[each.distribution.distribution_id] for each in plan.distributions)
        decision, desired = plan.decision, plan.decision.desired
        return Report(
            decision=desired.decision,
            outcomes=outcomes,
            input_errors=decision.errors,
            notices=(
                *desired.notices,
                *plan.notices,
                *decision.selection.notices,
                *checked.result().notices,
            ),
            upcoming=desired.upcoming,
            selection=decision.selection if decision.mode is Mode.MAINTENANCE else None,
            targets=decision.targets,
            due=desired.due,
            is_uncertain=desired.is_uncertain,
            last_off=desired.last_off,
            request=desired.request,
            planned=desired.planned,
            read_at=desired.read_at,
            arming=self._arming(decision),
        )

    def _refusals(self, desired: DesiredState, number: int) -> tuple[str, ...]:
        """
        Return why a window that is near would not close the site; () if it would.

        Raises ConfigurationError if closing is refused now. Opening never is.
        """
        most = self.settings.max_distributions
        if number <= most:
            return ()
        message = (
            f"Distributions matches {number} distributions, and MaxDistributions allows {most}: "
            "nothing was changed. Match fewer, or raise MaxDistributions"
        )
        if desired.decision.mode is Mode.MAINTENANCE:
            raise ConfigurationError(message)
        return (message,) if desired.ahead else ()

    def _attached_versions(self, listing: Listing) -> frozenset[str]:
        behaviors = (behavior for each in listing for behavior in each.behaviors)
        versions = (attached_version(each.associations, self.engine) for each in behaviors)
        return frozenset(filter(None, versions))

    def _select(
        self,
        observed: Observation,
        attached: frozenset[str],
        armed: Armed,
        *,
        publish: bool,
    ) -> Selection:
        """Return the version to attach; opening needs none, and so does not wait for the page."""
        decision = observed.desired.decision
        if observed.desired.ahead:
            is_opening = not (observed.is_sweep or armed.keys() >= attached)
            return select_ahead(
                self.selector, observed.desired, armed, publish=publish, is_opening=is_opening
            )
        if decision.mode is not Mode.MAINTENANCE:
            return Selection("")
        return self.selector.select(
            announcement_of(decision),
            publish=publish,
            attached=attached,
            # Reading began before the listing, so the page may be older than the one attached.
            read_page=None if attached else observed.read_page,
        )

    def _plan_target(
        self, distribution: Distribution, decision: SiteDecision, *, may_owe: bool
    ) -> DistributionPlan:
        mode = decision.mode
        if mode is Mode.LIVE and decision.selection.arn:
            mode = Mode.MAINTENANCE
        elif decision.outdated & self._attached_versions((distribution,)):
            mode = Mode.LIVE if mode is Mode.UNCHANGED else mode
        plan = self._plan_distribution(distribution, decision, mode)
        is_armed = any(step.is_armed for step in plan.plan.steps)
        return replace(plan, may_owe=may_owe and not is_armed)

    def _plan_other(
        self, distribution: Distribution, decision: SiteDecision
    ) -> DistributionPlan | None:
        """Return the plan to open what is no target any more, None if ours is not attached."""
        attached = self._attached_versions((distribution,))
        if not attached:
            return None
        stays = decision.mode is Mode.UNCHANGED and attached.isdisjoint(decision.armed)
        mode = Mode.UNCHANGED if stays else Mode.LIVE
        return self._plan_distribution(distribution, decision, mode)

    def _plan_distribution(
        self, distribution: Distribution, decision: SiteDecision, mode: Mode
    ) -> DistributionPlan:
        is_ahead = mode is not decision.mode and mode is Mode.MAINTENANCE
        intent = replace(self._intent(decision, mode), is_ahead=is_ahead)
        resolved = arm_or_open(intent, distribution.behaviors)
        plan = plan_distribution(distribution.distribution_id, distribution.behaviors, resolved)
        # One that is opened may be armed by the next run.
        is_unarmed = intent.is_ahead and not resolved.is_ahead and plan.is_empty
        return DistributionPlan(distribution, intent, plan, is_unarmed=is_unarmed)

    def _intent(self, decision: SiteDecision, mode: Mode) -> Intent:
        settings = self.settings
        return Intent(
            mode=mode,
            engine=self.engine,
            arn=decision.selection.arn,
            except_paths=settings.except_paths,
            existing_functions=settings.existing_functions,
            is_fallback=decision.selection.is_fallback,
            armed=decision.armed,
        )

    def _arming(self, decision: SiteDecision) -> Arming | None:
        """Return when targets are armed for the next window, None if all would lose a function."""
        intent = self._intent(decision, Mode.MAINTENANCE)
        intent = replace(intent, is_ahead=True, armed=decision.attached)
        can_arm = any(arm_or_open(intent, each.behaviors).is_ahead for each in decision.targets)
        return decision.desired.arming if can_arm else None

    def _check_version(self, plan: SitePlan, act: _Act | None) -> PreflightResult:
        """Find out whether the version can be attached, if any distribution needs it."""
        if not (act and any(each.needs_version for each in plan.distributions)):
            return PreflightResult()
        decision = plan.decision
        return self.preflight.check(decision.selection.arn, attached=decision.attached)

    def _outcome(
        self, plan: DistributionPlan, act: _Act | None, preflight: Callable[[], PreflightResult]
    ) -> Outcome:
        """Return what became of a distribution; only its first write waits for the preflight."""
        if not plan.needs_version:
            return self._attempt(plan, act, self.distribution_reconciler)
        reconciler = replace(self.distribution_reconciler, may_write=lambda: not preflight().errors)
        outcome = self._attempt(plan, act, reconciler)
        refusals = preflight().errors
        if not refusals:
            return outcome
        errors = (f"{outcome.distribution_id} is left as it was: {each}" for each in refusals)
        return replace(outcome, changed=False, errors=(*outcome.errors, *errors))

    def _attempt(
        self, plan: DistributionPlan, act: _Act | None, reconciler: DistributionReconciler
    ) -> Outcome:
        distribution = plan.distribution
        distribution_id = distribution.distribution_id
        listed = Outcome(distribution_id, distribution.status, plan.plan.steps)
        if act is None or (plan.plan.is_empty and not plan.may_owe):
            return listed
        try:
            is_open = plan.plan.is_empty or plan.intent.is_ahead
            owes = plan.may_owe and is_open and reconciler.owes(distribution_id)
            if plan.plan.is_empty and not owes:
                return listed
            if owes and plan.intent.is_ahead:
                opened = act(reconciler, distribution, to_open(plan.intent))
                if plan.plan.is_empty or opened.changed or opened.restored or opened.errors:
                    return opened  # The next run arms what this one has repaired.
            return act(reconciler, distribution, plan.intent)
        except MaintenanceError as error:
            # The report fails the run at its end; the other distributions go on.
            is_refused = isinstance(error, FunctionRefused)
            return replace(listed, errors=(str(error),), refuses_function=is_refused)
