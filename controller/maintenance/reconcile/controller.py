"""
One run of the controller.

Each run reads everything again; the event that started it is only a reason to do so. Two runs at
the same time are normal: the conditional writes in `distribution` keep them apart.
"""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from maintenance.errors import (
    ApplyError,
    ConfigurationError,
    MaintenanceError,
    ObservationError,
    RunFailed,
)
from maintenance.model import Mode
from maintenance.reconcile import ports
from maintenance.reconcile.desired_state import (
    DesiredState,
    DesiredStateReader,
    HypotheticalSwitch,
)
from maintenance.reconcile.observation import Observation
from maintenance.reconcile.ports import Listing, ReadPage
from maintenance.reporting.announce import Announcer, PreviousStatus
from maintenance.reporting.report import Report
from maintenance.reporting.transitions import RECHECK_AFTER, next_wakeup
from maintenance.schedule.switch import Switch
from maintenance.wakeup import ParameterChanged, Sweep, Wakeup

_MAX_ROUNDS = 3
_KEEPS_CHANGING = (
    f"the desired state changed {_MAX_ROUNDS} times during this run; the next run continues"
)

_STACK_DELETED = "the stack is being deleted, so neither alarm clock nor status was written"
# A run that could not read everything moves no wakeup later.
_NEVER = datetime.min.replace(tzinfo=UTC)


class Controller(Struct, frozen=True):
    """
    Everything that a run needs; `clock` returns the present, aware.

    `preview` is the id of the preview distribution, which is not part of the site, if there is one.
    """

    preview: str | None
    desired_state: DesiredStateReader
    distributions: ports.Distributions
    stored_files: ports.StoredFilesReader
    site: ports.Site
    housekeeping: ports.Housekeeping | None
    alarm_clock: ports.AlarmClock
    announcer: Announcer
    throttling: ports.Throttling
    clock: Callable[[], datetime]

    def reconcile(self, wakeup: Wakeup) -> Report:
        """
        Do one run, by the steps of docs/architecture.md, and return its report.

        Raises ConfigurationError or ObservationError if nothing could be done, RunFailed if the
        desired state kept changing.
        """
        changed = wakeup if isinstance(wakeup, ParameterChanged) else None
        with self.announce_failure():
            self.throttling.begin()
            observed = self._observe(changed, read_page=changed is not None)
            observed = replace(
                observed,
                is_sweep=isinstance(wakeup, Sweep),
                may_trust_notes=isinstance(wakeup, Sweep) and wakeup.is_scheduled,
                after_change=changed is not None,
            )
            for _ in range(_MAX_ROUNDS):
                desired = observed.desired
                self.throttling.continue_while(
                    functools.partial(self._is_current, desired, changed)
                )
                previous = self._read_previous(observed)
                report = self._apply(observed, previous)
                if not (report.has_changes or report.has_failures):
                    break  # It took too little time for the desired state to have changed.
                current = self.desired_state.read(changed)
                if self.site.is_same(current, desired):
                    desired, report = current, current.update(report)
                    break
                observed = Observation(current, self._list_distributions(), after_change=True)
            else:
                raise RunFailed(_KEEPS_CHANGING)
            report, is_stopped = self._set_wakeup(
                report, desired.read_at, after_change=changed is not None
            )
            if is_stopped:
                return report
            accepted = self.clock()
            if self.housekeeping:
                report = self.housekeeping.run(report, wakeup)
            if report.wake_at:
                report, _ = self._set_wakeup(
                    report, desired.read_at, after_change=changed is not None
                )
        is_outdated = report.has_changes or report.has_failures
        return self.announcer.announce(
            report, now=accepted, previous=None if is_outdated else previous
        )

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        """Return what a run would do now, and change nothing."""
        self.throttling.begin()
        observed = self._observe(changed)
        previous = self.announcer.read_previous()
        persisted = previous.persisted if previous else None
        report = self.site.dry_run(observed, persisted)
        return self.announcer.with_requester(report, persisted)

    def status(self, changed: ParameterChanged | None = None) -> Report:
        """Return the desired state and what the listing alone shows, and change nothing."""
        observed = self._observe(changed)
        previous = self.announcer.read_previous()
        persisted = previous.persisted if previous else None
        report = self.site.summarize(observed, persisted)
        return self.announcer.with_requester(report, persisted)

    def if_switch_said(self, switch: Switch) -> "Controller":
        """Return a controller that plans as if the switch had just been written like this."""
        parameters = HypotheticalSwitch(self.desired_state.parameters, switch)
        return replace(self, desired_state=replace(self.desired_state, parameters=parameters))

    def for_installation(self) -> "Controller":
        """
        Return a controller for the stack's custom resource.

        It does no housekeeping, and takes ours off the preview distribution as off any other.
        """
        site = self.site.for_installation()
        return replace(self, preview=None, housekeeping=None, site=site)

    def _read_previous(self, observed: Observation) -> PreviousStatus | None:
        """Return the status before the run; closing does not wait for it."""
        is_live = observed.desired.decision.mode is Mode.LIVE
        return self.announcer.read_previous() if is_live or observed.is_sweep else None

    def _observe(self, changed: ParameterChanged | None, *, read_page: bool = False) -> Observation:
        """Read the parameters and list the distributions at the same time."""
        # Only a run that closes waits for the page (ADR 0016).
        page = self._start_reading_page() if read_page else None
        with ThreadPoolExecutor(max_workers=1) as worker:
            listing = worker.submit(self._list_distributions)
            return Observation(self.desired_state.read(changed), listing.result(), page)

    def _apply(self, observed: Observation, previous: PreviousStatus | None) -> Report:
        """Close or open the site; if closing is refused, its end must still wake us (ADR 0012)."""
        try:
            return self.site.apply(observed, previous.persisted if previous else None)
        except ConfigurationError:
            desired = observed.desired
            self.alarm_clock.set_wakeup(
                desired.decision.valid_until, read_at=desired.read_at, now=self.clock()
            )
            raise

    def _start_reading_page(self) -> ReadPage:
        worker = ThreadPoolExecutor(max_workers=1)
        page = worker.submit(self.stored_files.read)
        worker.shutdown(wait=False)
        return page.result

    def _list_distributions(self) -> Listing:
        listing = self.distributions.list_distributions()
        return tuple(each for each in listing if each.distribution_id != self.preview)

    def _is_current(self, desired: DesiredState, changed: ParameterChanged | None) -> bool:
        """Return whether this still is the desired state, as far as that can be read."""
        try:
            return self.site.is_same(self.desired_state.read(changed), desired)
        except ObservationError:
            # The read after the last update fails the run if this lasts.
            return True

    def _set_wakeup(
        self, report: Report, read_at: datetime, *, after_change: bool
    ) -> tuple[Report, bool]:
        """
        Set the alarm clock; an error fails the run at its end, but undoes nothing.

        Returns whether it was stopped: then the status is deleted too, and must not appear again.
        """
        now = self.clock()
        at = next_wakeup(report, now, after_change=after_change)
        try:
            is_set = self.alarm_clock.set_wakeup(at, read_at=read_at, now=now)
        except ApplyError as error:
            return report.with_housekeeping_error(str(error)), False
        notices = report.notices if is_set else (*report.notices, _STACK_DELETED)
        return replace(report, notices=notices), not is_set

    @contextmanager
    def announce_failure(self) -> Iterator[None]:
        """Announce the error that ends the run, and raise it with any error that prevented that."""
        try:
            yield
        except MaintenanceError as error:
            now = self.clock()
            hindrances, is_stopped = self._wake_up_soon(error, now)
            if not is_stopped:
                hindrances += self.announcer.announce_failure(error, now=now)
            if hindrances:
                raise RunFailed(" | ".join((str(error), *hindrances))) from error
            raise

    def _wake_up_soon(self, error: MaintenanceError, now: datetime) -> tuple[tuple[str, ...], bool]:
        """
        Set the alarm clock if another run may succeed; return the error if that fails.

        Returns also whether it was stopped, as `_set_wakeup` does.
        """
        if isinstance(error, ConfigurationError):
            return (), False
        try:
            return (), not self.alarm_clock.set_wakeup(now + RECHECK_AFTER, read_at=_NEVER, now=now)
        except ApplyError as hindrance:
            return (str(hindrance),), False
