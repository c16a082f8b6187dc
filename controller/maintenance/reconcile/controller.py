"""
One run: look, decide, plan, apply, report, and look again.

Everything is recomputed from the switch, the windows and the clock; the event that woke us is only
a reason to look. Two runs at once are normal: the conditional writes in `distribution` order them.
"""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from maintenance.errors import (
    ApplyError,
    MaintenanceError,
    ObservationError,
    RunFailed,
)
from maintenance.model import Mode
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.ports import ReadPage
from maintenance.reconcile.site import Listing, Observed, SiteReconciler
from maintenance.reporting.announce import next_look
from maintenance.reporting.report import Report
from maintenance.schedule.announcement import Announcement
from maintenance.wakeup import ParameterChanged

_LOOKS = 3


class _Distributions(Protocol):
    def list_distributions(self) -> Listing: ...


class _Outlook(Protocol):
    def read(self, changed: ParameterChanged | None = None) -> DesiredState: ...


class _Pace(Protocol):
    def begin(self) -> None: ...
    def continue_while(self, is_wanted: Callable[[], bool]) -> None: ...


class _AlarmClock(Protocol):
    def set_wakeup(self, at: datetime | None, *, now: datetime) -> None: ...


class _PageFiles(Protocol):
    def read(self) -> dict[str, bytes]: ...


class _Announcer(Protocol):
    def announce(self, report: Report, *, now: datetime) -> Report: ...
    def announce_failure(self, error: MaintenanceError, *, now: datetime) -> tuple[str, ...]: ...


class Controller(Struct, frozen=True):
    """
    Everything that a run needs; `clock` returns the present, aware.

    `preview` is the id of the preview distribution, if there is one: it is no part of the site.
    """

    preview: str | None
    desired_state: _Outlook
    distributions: _Distributions
    page_files: _PageFiles
    site_reconciler: SiteReconciler
    alarm_clock: _AlarmClock
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
        # Who has written something may want to close, which is done with the owner's page.
        observed = self._observe(changed, with_page=changed is not None)
        for _ in range(_LOOKS):
            answer = observed.desired.answer
            self.pace.continue_while(functools.partial(self._is_answer, answer, changed))
            report = self.site_reconciler.apply(observed)
            if not (report.drifted or any(each.errors for each in report.outcomes)):
                return report
            # The answer may have moved while this run was at work: look once more.
            again = self.desired_state.read(changed)
            if again.answer == answer:
                return replace(report, decision=again.decision, due=again.due, coming=again.coming)
            observed = Observed(again, self._listing())
        raise RunFailed(f"the answer changed {_LOOKS} times during this run; the next try goes on")

    def _is_answer(
        self, answer: tuple[Mode, Announcement], changed: ParameterChanged | None
    ) -> bool:
        """Tell whether this still is the answer; where nobody can tell, it is."""
        try:
            return self.desired_state.read(changed).answer == answer
        except ObservationError:
            # The look at the end of the run tells it.
            return True

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        """Return what a run would do now, and change nothing."""
        return self.site_reconciler.dry_run(self._observe(changed))

    def status(self, changed: ParameterChanged | None = None) -> Report:
        """Return what is wanted and what the listing says is there, and change nothing."""
        return self.site_reconciler.tell(self._observe(changed))

    def _observe(self, changed: ParameterChanged | None, *, with_page: bool = False) -> Observed:
        """Look, and list meanwhile: neither needs the other, and a listing takes its time."""
        read_page = self._read_ahead() if with_page else None
        with ThreadPoolExecutor(max_workers=1) as hands:
            listing = hands.submit(self._listing)
            return Observed(self.desired_state.read(changed), listing.result(), read_page)

    def _read_ahead(self) -> ReadPage:
        """Begin to read the page, which only what is returned waits for (ADR 0016)."""
        hand = ThreadPoolExecutor(max_workers=1)
        page = hand.submit(self.page_files.read)
        hand.shutdown(wait=False)
        return page.result

    def _listing(self) -> Listing:
        """Return every distribution but the preview's, which is no site."""
        listing = self.distributions.list_distributions()
        return tuple(each for each in listing if each.distribution_id != self.preview)

    def _aimed(self, report: Report) -> Report:
        """Aim the alarm clock; that it cannot be aimed fails the run, but undoes nothing."""
        now = self.clock()
        try:
            self.alarm_clock.set_wakeup(next_look(report, now), now=now)
        except ApplyError as error:
            return report.with_housekeeping_error(str(error))
        return report

    def without_preview(self) -> "Controller":
        """Return a controller for which the preview distribution is one where ours sits."""
        return replace(self, preview=None)
