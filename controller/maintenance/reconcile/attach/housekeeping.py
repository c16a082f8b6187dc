"""
The work of a run after the site has reached its desired state.

    task                                          when
    --------------------------------------------  ----------------------------------------------
    publish the version of the next window        the site is live and a window starts in a day
    check the page, and publish its version       something changed under page/; in a sweep
    attach the newest version to the preview      there is a preview distribution
      distribution
    delete unused versions of MaintenancePage     in a sweep (the table is in `version`)

A run that has opened a site does none of this, because opening depends on no page; nor does one
whose time for distributions is over, because it has yet to report. The newest version is the one
that is attached, or would be if the site closed now: with the announcement of the decision in
force, or of the next window if it is near. An error here fails the run like any other, so that
operators learn of it while the site is still open.
"""

import functools
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.engine import Engine, Selection
from maintenance.cloudfront.plan import Intent, plan_distribution
from maintenance.errors import MaintenanceError, ObservationError
from maintenance.lambda_edge.version import EdgeVersion, newest_with_page, prunable
from maintenance.model import Distribution, Mode
from maintenance.reconcile import ports
from maintenance.reconcile.attach.distribution import DistributionReconciler
from maintenance.reconcile.ports import Listing
from maintenance.reporting.report import Outcome, PrunedVersions, Report
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, announcement_of
from maintenance.wakeup import PageChanged, Sweep, Wakeup

type _Act = Callable[[Distribution, Intent], Outcome]
type _List = Callable[[], Listing]


class Housekeeping(Struct, frozen=True):
    """
    Everything that it needs; `preview` is the id of the preview distribution, if any.

    `is_late` returns whether the run's time for distributions is over.
    """

    preview: str | None
    engine: Engine
    selector: ports.VersionSelector
    distributions: ports.Distributions
    distribution_reconciler: DistributionReconciler
    versions: ports.Versions
    clock: Callable[[], datetime]
    is_late: Callable[[], bool] = lambda: False

    def run(self, report: Report, wakeup: Wakeup) -> Report:
        """Do what is due after a run, and return its report with what came of it."""
        page_changed = isinstance(wakeup, PageChanged)
        has_opened = report.has_changes and report.decision.mode is not Mode.MAINTENANCE
        if self.is_late() or (has_opened and not page_changed):
            return report
        # A rejected page stays in the bucket, so each sweep reports it until its owner fixes it.
        checks_page = page_changed or isinstance(wakeup, Sweep)
        report, selection = self._select(report, checks_page=checks_page, publish=True)
        list_once = functools.cache(self.distributions.list_distributions)
        if selection and self.preview:
            report = self._reconcile_preview(
                report, list_once, selection, self.distribution_reconciler.apply
            )
        if isinstance(wakeup, Sweep):
            report = self._prune_versions(report, list_once, selection)
        return report

    def dry_run(self, report: Report) -> Report:
        """Return the report with what `run` would do, having only read; versions are left out."""
        report, selection = self._select(report, checks_page=True, publish=False)
        if selection and self.preview:
            report = self._reconcile_preview(
                report,
                self.distributions.list_distributions,
                selection,
                self.distribution_reconciler.dry_run,
            )
        return report

    def _select(
        self, report: Report, *, checks_page: bool, publish: bool
    ) -> tuple[Report, Selection | None]:
        """Return the report with what came of selecting the newest version, and that if needed."""
        if report.selection:
            return report, report.selection
        if not (report.upcoming or self.preview or checks_page):
            return report, None
        announcement = announcement_of(report.upcoming) if report.upcoming else NO_ANNOUNCEMENT
        selection = self.selector.select(announcement, publish=publish)
        report = _with_messages(report, selection)
        if self.preview and announcement.begins:
            # The preview distribution shows the page before the window begins.
            shown = replace(announcement, begins=None)
            selection = self.selector.select(shown, publish=publish)
            report = _with_messages(report, selection)
        return report, selection

    def _reconcile_preview(
        self, report: Report, list_distributions: _List, selection: Selection, act: _Act
    ) -> Report:
        intent = Intent(
            Mode.MAINTENANCE, self.engine, selection.arn, is_fallback=selection.is_fallback
        )
        try:
            outcome = self._preview_outcome(list_distributions(), intent, act)
        except MaintenanceError as error:
            return report.with_housekeeping_error(f"the preview distribution: {error}")
        return replace(report, outcomes=(*report.outcomes, replace(outcome, is_preview=True)))

    def _preview_outcome(self, listing: Listing, intent: Intent, act: _Act) -> Outcome:
        for each in listing:
            if each.distribution_id == self.preview:
                plan = plan_distribution(each.distribution_id, each.behaviors, intent)
                kept = Outcome(each.distribution_id, each.status, plan.steps)
                return kept if plan.is_empty else act(each, intent)
        raise ObservationError(
            f"{self.preview} does not exist in this account: deploy the stack again, or clear its "
            "parameter PreviewOrigin"
        )

    def _prune_versions(
        self, report: Report, list_distributions: _List, selection: Selection | None
    ) -> Report:
        deleted = replicated = 0
        try:
            for version in self._prunable_versions(list_distributions, selection):
                if self.versions.delete(version):
                    deleted += 1
                else:
                    replicated += 1
        except MaintenanceError as error:
            report = report.with_housekeeping_error(str(error))
        return replace(report, pruned=PrunedVersions(deleted, replicated))

    def _prunable_versions(
        self, list_distributions: _List, selection: Selection | None
    ) -> tuple[EdgeVersion, ...]:
        versions = self.versions.list_versions()
        if not versions:
            return ()
        last_good = newest_with_page(versions)
        attached = {
            association.arn
            for distribution in list_distributions()
            for behavior in distribution.behaviors
            for association in behavior.associations
        }
        kept = attached | {each.arn for each in (last_good,) if each}
        kept |= {selection.arn} if selection else set()
        return prunable(versions, kept=kept, now=self.clock())


def _with_messages(report: Report, selection: Selection) -> Report:
    """Return the report with the errors and notices of a selection, each of them once."""
    return replace(
        report,
        input_errors=tuple(dict.fromkeys((*report.input_errors, *selection.errors))),
        notices=tuple(dict.fromkeys((*report.notices, *selection.notices))),
    )
