"""
One run: look, decide, plan, apply, report, and look again.

Everything is recomputed from the switch, the windows and the clock; the event that woke us is only
a reason to look. Two runs at once are normal: the conditional writes of `distribution_run` order
them.
"""

import functools
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from maintenance.desired import Decision
from maintenance.distribution_run import DistributionRun
from maintenance.edge_function import Choice
from maintenance.errors import (
    ApplyError,
    ConfigurationError,
    MaintenanceError,
    ObservationError,
    RunFailed,
)
from maintenance.milestones import next_look
from maintenance.model import Distribution, Mode
from maintenance.outlook import Wanted
from maintenance.overlay import Announcement, announcement_of
from maintenance.plan import Action, Intent, Plan, held, plan_distribution, unmatched
from maintenance.preflight import Verdict
from maintenance.report import Outcome, Report
from maintenance.settings import Settings
from maintenance.targets import select
from maintenance.wakeup import ParameterChanged

# CloudFront takes a few updates a minute, so more hands would only be throttled sooner.
_HANDS = 4
_LOOKS = 3

type _Act = Callable[[Distribution, Intent], Outcome]
type _Listing = tuple[Distribution, ...]


class _Distributions(Protocol):
    def list_distributions(self) -> tuple[Distribution, ...]: ...


class _Outlook(Protocol):
    def look(self, changed: ParameterChanged | None = None) -> Wanted: ...


class _Pace(Protocol):
    def begin(self) -> None: ...
    def heed(self, is_wanted: Callable[[], bool]) -> None: ...


class _AlarmClock(Protocol):
    def aim(self, at: datetime | None, *, now: datetime) -> None: ...


class _Chooser(Protocol):
    def choose(
        self, announcement: Announcement, *, publish: bool = True, attached: Collection[str] = ()
    ) -> Choice: ...


class _Preflight(Protocol):
    def judge(self, version_arn: str, *, attached: Collection[str]) -> Verdict: ...


class _Announcer(Protocol):
    def announce(self, report: Report, *, now: datetime) -> Report: ...
    def announce_failure(self, error: MaintenanceError, *, now: datetime) -> tuple[str, ...]: ...


class _Task(Struct, frozen=True):
    """One distribution of interest, and what it needs as far as the listing tells."""

    distribution: Distribution
    intent: Intent
    plan: Plan

    @property
    def needs_version(self) -> bool:
        """Whether the version that was chosen is to be attached, or would be if it could."""
        return any(map(self.plan.with_action, (Action.ATTACH, Action.REPLACE, Action.REFUSE)))


class Controller(Struct, frozen=True):
    """Everything that a run needs; `clock` returns the present, aware."""

    settings: Settings
    outlook: _Outlook
    distributions: _Distributions
    distribution_run: DistributionRun
    alarm_clock: _AlarmClock
    chooser: _Chooser
    preflight: _Preflight
    announcer: _Announcer
    pace: _Pace
    clock: Callable[[], datetime]

    def reconcile(
        self,
        changed: ParameterChanged | None = None,
        *,
        before_telling: Callable[[Report], Report] = lambda report: report,
    ) -> Report:
        """
        Bring about what switch and windows want, aim the alarm clock, and return what became of it.

        It is announced, too, after `before_telling` has added what else belongs to the run.
        `changed` is the change that woke us. Raises ConfigurationError or ObservationError where
        nothing could be done, RunFailed if the answer never came to rest.
        """
        try:
            report = self._aimed(self._brought_about(changed))
            accepted = self.clock()
            report = before_telling(report)
        except MaintenanceError as error:
            untold = self.announcer.announce_failure(error, now=self.clock())
            if untold:
                raise RunFailed(" | ".join((str(error), *untold))) from error
            raise
        return self.announcer.announce(report, now=accepted)

    def _brought_about(self, changed: ParameterChanged | None) -> Report:
        self.pace.begin()
        wanted, listing = self._observe(changed)
        for _ in range(_LOOKS):
            self.pace.heed(functools.partial(self._is_answer, wanted.answer, changed))
            report = self._go_through(wanted, listing, self.distribution_run.apply, publish=True)
            if not (report.drifted or any(each.faults for each in report.outcomes)):
                return report
            # The answer may have moved while this run was at work: look once more.
            again = self.outlook.look(changed)
            if again.answer == wanted.answer:
                return replace(
                    report, decision=again.decision, bounds=again.bounds, coming=again.coming
                )
            wanted, listing = again, self._listing()
        raise RunFailed(f"the answer changed {_LOOKS} times during this run; the next try goes on")

    def _is_answer(
        self, answer: tuple[Mode, Announcement], changed: ParameterChanged | None
    ) -> bool:
        """Tell whether this still is the answer; where nobody can tell, it is."""
        try:
            return self.outlook.look(changed).answer == answer
        except ObservationError:
            # The look at the end of the run tells it.
            return True

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        """Return what a run would do now, and change nothing."""
        return self._go_through(*self._observe(changed), self.distribution_run.rehearse)

    def status(self, changed: ParameterChanged | None = None) -> Report:
        """Return what is wanted and what the listing says is there, and change nothing."""
        return self._go_through(*self._observe(changed), None)

    def _observe(self, changed: ParameterChanged | None) -> tuple[Wanted, _Listing]:
        """Look, and list meanwhile: neither needs the other, and a listing takes its time."""
        with ThreadPoolExecutor(max_workers=1) as hands:
            listing = hands.submit(self._listing)
            return self.outlook.look(changed), listing.result()

    def _listing(self) -> _Listing:
        """Return every distribution but the rehearsal's, which is no site."""
        rehearsal = self.settings.rehearsal_distribution
        listing = self.distributions.list_distributions()
        return tuple(each for each in listing if each.distribution_id != rehearsal)

    def _aimed(self, report: Report) -> Report:
        """Aim the alarm clock; that it cannot be aimed fails the run, but undoes nothing."""
        now = self.clock()
        try:
            self.alarm_clock.aim(next_look(report, now), now=now)
        except ApplyError as error:
            return report.with_upkeep_fault(str(error))
        return report

    def without_rehearsal(self) -> "Controller":
        """Return a controller for which the rehearsal distribution is one where ours sits."""
        return replace(self, settings=replace(self.settings, rehearsal_distribution=None))

    def _go_through(
        self, wanted: Wanted, listing: _Listing, act: _Act | None, *, publish: bool = False
    ) -> Report:
        targets = select(self.settings.distributions, listing)
        self._guard(wanted.decision, len(targets.distribution_ids))
        choice = self._choice(wanted.decision, listing, publish=publish)
        tasks = [
            task
            for each in listing
            if (task := self._task(each, wanted.decision, choice, targets.distribution_ids))
        ]
        verdict = self._verdict(tasks, choice, listing) if act else Verdict()
        with ThreadPoolExecutor(max_workers=_HANDS) as hands:
            outcomes = tuple(hands.map(lambda task: self._carry_out(task, act, verdict), tasks))
        meant = tuple(each for each in listing if each.distribution_id in targets.distribution_ids)
        behaviors = [behavior for each in meant for behavior in each.behaviors]
        return Report(
            decision=wanted.decision,
            outcomes=outcomes,
            own_faults=(*wanted.faults, *targets.faults, *choice.faults),
            notices=(*unmatched(self.settings.except_paths, behaviors), *verdict.notices),
            coming=wanted.coming,
            choice=choice if wanted.decision.mode is Mode.MAINTENANCE else None,
            targets=meant,
            bounds=wanted.bounds,
        )

    def _choice(self, decision: Decision, listing: _Listing, *, publish: bool) -> Choice:
        """Return the version to attach; opening needs none, and so asks for no page."""
        if decision.mode is not Mode.MAINTENANCE:
            return Choice(self.settings.edge)
        said = announcement_of(decision)
        return self.chooser.choose(said, publish=publish, attached=self._attached(listing))

    def _attached(self, listing: _Listing) -> set[str]:
        """Return the versions of ours that visitors meet now."""
        behaviors = (behavior for each in listing for behavior in each.behaviors)
        return {arn for each in behaviors if (arn := held(each, self.settings.edge))}

    def _verdict(self, tasks: list[_Task], choice: Choice, listing: _Listing) -> Verdict:
        """Ask whether the version can be attached, where any distribution needs it."""
        if not any(task.needs_version for task in tasks):
            return Verdict()
        return self.preflight.judge(choice.edge.version_arn, attached=self._attached(listing))

    def _carry_out(self, task: _Task, act: _Act | None, verdict: Verdict) -> Outcome:
        if not (verdict.faults and task.needs_version):
            return _carried_out(task, act)
        # What else is the matter with the distribution is to be told with it.
        outcome = _carried_out(task, self.distribution_run.rehearse)
        left = f"{outcome.distribution_id} is left as it was"
        faults = (f"{left}: {each}" for each in verdict.faults)
        return replace(outcome, faults=(*outcome.faults, *faults))

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
        choice: Choice,
        targets: frozenset[str],
    ) -> _Task | None:
        """Return the task for a target, or for a distribution where ours sits and is not wanted."""
        settings = self.settings
        is_target = distribution.distribution_id in targets
        if not is_target and not any(held(each, settings.edge) for each in distribution.behaviors):
            return None
        lifted = Mode.UNCHANGED if decision.mode is Mode.UNCHANGED else Mode.LIVE
        intent = Intent(
            mode=decision.mode if is_target else lifted,
            edge=choice.edge,
            except_paths=settings.except_paths,
            occupied_slots=settings.occupied_slots,
            stands_in=choice.stands_in,
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
        return Outcome(listed.distribution_id, listed.status, listed.steps, faults=(str(error),))
