"""
One run: look, decide, plan, apply, report, and look again.

Everything is recomputed from the switch, the windows and the clock; the event that woke us is only
a reason to look. Two runs at once are normal: the conditional writes of `distribution_run` order
them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from maintenance.desired import Decision, decide, history_matters
from maintenance.distribution_run import DistributionRun
from maintenance.errors import (
    ApplyError,
    ConfigurationError,
    MaintenanceError,
    ObservationError,
    RunFailed,
)
from maintenance.model import Distribution, Mode
from maintenance.observation import ReadSwitch, ReadWindows
from maintenance.plan import Intent, Plan, held, plan_distribution, unmatched
from maintenance.report import Outcome, Report
from maintenance.settings import Settings
from maintenance.switch import Says, Switch
from maintenance.targets import select
from maintenance.wakeup import ParameterChanged

# CloudFront takes a few updates a minute, so more hands would only be throttled sooner.
_HANDS = 4
_LOOKS = 3

type _Act = Callable[[Distribution, Intent], Outcome]


class _Distributions(Protocol):
    def list_distributions(self) -> tuple[Distribution, ...]: ...


class _Parameters(Protocol):
    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch: ...
    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows: ...
    def read_last_off(self) -> datetime | None: ...


class _AlarmClock(Protocol):
    def aim(self, at: datetime | None, *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A decision, and the sentences about what could not be read on the way to it."""

    decision: Decision
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """One distribution of interest, and what it needs as far as the listing tells."""

    distribution: Distribution
    intent: Intent
    plan: Plan


@dataclass(frozen=True, slots=True)
class Controller:
    """Everything that a run needs; `clock` returns the present, aware."""

    settings: Settings
    parameters: _Parameters
    distributions: _Distributions
    distribution_run: DistributionRun
    alarm_clock: _AlarmClock
    clock: Callable[[], datetime]

    def reconcile(self, changed: ParameterChanged | None = None) -> Report:
        """
        Bring about what switch and windows want, aim the alarm clock, and return what became of it.

        `changed` is the change that woke us. Raises ConfigurationError or ObservationError where
        nothing could be done, RunFailed if the answer never came to rest.
        """
        wanted = self._look(changed)
        for _ in range(_LOOKS):
            report = self._go_through(wanted, self.distribution_run.apply)
            if not report.drifted:
                return self._aimed(report)
            # The answer may have moved while this run was at work: look once more.
            again = self._look(changed)
            if again.decision.mode is wanted.decision.mode:
                return self._aimed(replace(report, decision=again.decision))
            wanted = again
        raise RunFailed(f"the answer changed {_LOOKS} times during this run; the next try goes on")

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        """Return what a run would do now, and change nothing."""
        return self._go_through(self._look(changed), self.distribution_run.rehearse)

    def status(self) -> Report:
        """Return what is wanted and what the listing says is there, and change nothing."""
        return self._go_through(self._look(None), None)

    def _look(self, changed: ParameterChanged | None) -> _Wanted:
        read = self.parameters.read_switch(changed=changed)
        windows = self.parameters.read_windows(changed=changed)
        now = self.clock()
        lead_time = self.settings.lead_time
        faults = [*((read.fault,) if read.fault else ()), *windows.faults]
        needed = history_matters(
            switch=read.switch, windows=windows.windows, now=now, lead_time=lead_time
        )
        last_off = None
        try:
            _raise_unknown(windows)
            last_off = self.parameters.read_last_off() if needed else None
        except ObservationError as error:
            if not _decides_alone(read.switch, now):
                raise
            faults.append(str(error))
        decision = decide(
            switch=read.switch,
            last_off=last_off,
            windows=windows.windows,
            now=now,
            lead_time=lead_time,
        )
        return _Wanted(decision, tuple(faults))

    def _aimed(self, report: Report) -> Report:
        """Aim the alarm clock; that it cannot be aimed fails the run, but undoes nothing."""
        try:
            self.alarm_clock.aim(report.decision.next_change, now=self.clock())
        except ApplyError as error:
            return replace(report, own_faults=(*report.own_faults, str(error)))
        return report

    def _go_through(self, wanted: _Wanted, act: _Act | None) -> Report:
        listing = self.distributions.list_distributions()
        targets = select(self.settings.distributions, listing)
        self._guard(wanted.decision, len(targets.distribution_ids))
        tasks = [
            task
            for each in listing
            if (task := self._task(each, wanted.decision, targets.distribution_ids))
        ]
        with ThreadPoolExecutor(max_workers=_HANDS) as hands:
            outcomes = tuple(hands.map(lambda task: _carry_out(task, act), tasks))
        behaviors = [
            behavior
            for each in listing
            if each.distribution_id in targets.distribution_ids
            for behavior in each.behaviors
        ]
        return Report(
            decision=wanted.decision,
            outcomes=outcomes,
            own_faults=(*wanted.faults, *targets.faults),
            notices=unmatched(self.settings.except_paths, behaviors),
        )

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
        self, distribution: Distribution, decision: Decision, targets: frozenset[str]
    ) -> _Task | None:
        """Return the task for a target, or for a distribution where ours sits and is not wanted."""
        settings = self.settings
        is_target = distribution.distribution_id in targets
        if not is_target and not any(held(each, settings.edge) for each in distribution.behaviors):
            return None
        lifted = Mode.UNCHANGED if decision.mode is Mode.UNCHANGED else Mode.LIVE
        intent = Intent(
            mode=decision.mode if is_target else lifted,
            edge=settings.edge,
            except_paths=settings.except_paths,
            occupied_slots=settings.occupied_slots,
        )
        plan = plan_distribution(distribution.distribution_id, distribution.behaviors, intent)
        return _Task(distribution, intent, plan)


def _carry_out(task: _Task, act: _Act | None) -> Outcome:
    listed = Outcome(task.distribution.distribution_id, task.distribution.status, task.plan.steps)
    if act is None or task.plan.is_empty:
        return listed
    try:
        return act(task.distribution, task.intent)
    except MaintenanceError as error:
        # Named in the report, which fails the run at its end; the others go on.
        return Outcome(listed.distribution_id, listed.status, listed.steps, faults=(str(error),))


def _decides_alone(switch: Switch | None, now: datetime) -> bool:
    """
    Tell whether the mode is what the switch says, whatever is not known of history and windows.

    An `on` that holds does, and so does a plain `off` for all that began before it: neither may
    fail to act because something else cannot be read.
    """
    if switch is None:
        return False
    return switch.says is Says.OFF or not switch.is_over(max(now, switch.written))


def _raise_unknown(windows: ReadWindows) -> None:
    if windows.unknown:
        raise ObservationError(" | ".join(windows.unknown))
