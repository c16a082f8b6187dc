"""
What a run does when the site is as it should be: nobody waits for it.

    done                                        when
    ------------------------------------------  ------------------------------------------------
    the version of the next window is baked     the site is live and a window starts within a day
    the page is checked and baked               something changed under page/; in a sweep
    the preview distribution gets the newest  there is one; after the sites, never before
    unused versions of MaintenancePage go       in a sweep (the table is in edge_version.py)

A run that has opened a site does none of it: opening depends on no page. The newest version is the
one that is attached, or would be if the site closed now: with what the decision in force says, or
that of the next window if it is near. A failure here is a fault of the run like any other, so an
operator hears of it while the site is still open.
"""

import functools
from collections.abc import Callable
from copy import replace
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.engine import Engine, Selection
from maintenance.cloudfront.plan import Intent, plan_distribution
from maintenance.errors import MaintenanceError, ObservationError
from maintenance.lambda_edge.version import EdgeVersion, newest_with_page, prunable
from maintenance.model import Distribution, Mode
from maintenance.reconcile.distribution import DistributionReconciler
from maintenance.reconcile.ports import VersionSelector
from maintenance.reporting.report import Outcome, PrunedVersions, Report
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, announcement_of
from maintenance.wakeup import PageChanged, Sweep, Wakeup

type _Act = Callable[[Distribution, Intent], Outcome]
type _Listing = Callable[[], tuple[Distribution, ...]]


class _Distributions(Protocol):
    def list_distributions(self) -> tuple[Distribution, ...]: ...


class _Versions(Protocol):
    def list_versions(self) -> tuple[EdgeVersion, ...]: ...
    def delete(self, version: EdgeVersion) -> bool: ...


class Housekeeping(Struct, frozen=True):
    """Prepares; `preview` is the id of the preview distribution, if there is one."""

    preview: str | None
    engine: Engine
    selector: VersionSelector
    distributions: _Distributions
    distribution_reconciler: DistributionReconciler
    versions: _Versions
    clock: Callable[[], datetime]

    def follow(self, report: Report, wakeup: Wakeup) -> Report:
        """Return the report of a run, and of what was prepared after it."""
        is_page_news = isinstance(wakeup, PageChanged)
        opened = report.drifted and report.decision.mode is not Mode.MAINTENANCE
        if opened and not is_page_news:
            return report
        # A page that was refused lies there still, and is told of until somebody has mended it.
        judges_page = is_page_news or isinstance(wakeup, Sweep)
        report, selection = self._choose(report, judges_page=judges_page, publish=True)
        listing = functools.cache(self.distributions.list_distributions)
        if selection and self.preview:
            report = self._reconcile_preview(
                report, listing, selection, self.distribution_reconciler.apply
            )
        if isinstance(wakeup, Sweep):
            report = self._forgotten(report, listing, selection)
        return report

    def show(self, report: Report) -> Report:
        """Return a report that also says what would be prepared; change nothing."""
        report, selection = self._choose(report, judges_page=True, publish=False)
        if selection and self.preview:
            listing = self.distributions.list_distributions
            report = self._reconcile_preview(
                report, listing, selection, self.distribution_reconciler.dry_run
            )
        return report

    def _choose(
        self, report: Report, *, judges_page: bool, publish: bool
    ) -> tuple[Report, Selection | None]:
        """Return the newest version, None where nobody needs it, and the report with its faults."""
        if report.selection:
            return report, report.selection
        if not (report.coming or self.preview or judges_page):
            return report, None
        said = announcement_of(report.coming) if report.coming else NO_ANNOUNCEMENT
        selection = self.selector.select(said, publish=publish)
        return replace(report, input_errors=(*report.input_errors, *selection.errors)), selection

    def _reconcile_preview(
        self, report: Report, listing: _Listing, selection: Selection, act: _Act
    ) -> Report:
        intent = Intent(
            Mode.MAINTENANCE, self.engine, selection.arn, is_fallback=selection.is_fallback
        )
        try:
            outcome = self._outcome(listing(), intent, act)
        except MaintenanceError as error:
            return report.with_housekeeping_error(f"the preview distribution: {error}")
        return replace(report, outcomes=(*report.outcomes, replace(outcome, is_preview=True)))

    def _outcome(self, listed: tuple[Distribution, ...], intent: Intent, act: _Act) -> Outcome:
        for each in listed:
            if each.distribution_id == self.preview:
                plan = plan_distribution(each.distribution_id, each.behaviors, intent)
                kept = Outcome(each.distribution_id, each.status, plan.steps)
                return kept if plan.is_empty else act(each, intent)
        raise ObservationError(
            f"{self.preview} does not exist in this account: deploy the stack anew, or set its "
            "parameter PreviewOrigin to nothing"
        )

    def _forgotten(self, report: Report, listing: _Listing, selection: Selection | None) -> Report:
        deleted = replicated = 0
        try:
            for version in self._disposable(listing, selection):
                if self.versions.delete(version):
                    deleted += 1
                else:
                    replicated += 1
        except MaintenanceError as error:
            report = report.with_housekeeping_error(str(error))
        return replace(report, pruned=PrunedVersions(deleted, replicated))

    def _disposable(
        self, listing: _Listing, selection: Selection | None
    ) -> tuple[EdgeVersion, ...]:
        versions = self.versions.list_versions()
        if not versions:
            return ()
        last_good = newest_with_page(versions)
        attached_version = {
            association.arn
            for distribution in listing()
            for behavior in distribution.behaviors
            for association in behavior.associations
        }
        kept = attached_version | {each.arn for each in (last_good,) if each}
        kept |= {selection.arn} if selection else set()
        return prunable(versions, kept=kept, now=self.clock())
