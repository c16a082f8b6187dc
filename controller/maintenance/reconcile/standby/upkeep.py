"""
Keep the store and the code complete: pages, settings and tokens, and the state in the code.

    when                                       the store is read and written          the code
    -----------------------------------------  -------------------------------------  ----------
    a run that is no sweep                     if the note says that its pages have   checked
                                               changed
    a scheduled sweep                          the same, and once a day               checked
    a sweep that a person asks for             in any case                            checked
    neither switch nor windows say anything,   by the same rules, but only who may    not
    or windows cannot be read                  pass: all else stays as it is

Reading the store costs money, so a note in the status says what it should have (`StoreNote`). The
code costs nothing to read.
"""

import functools
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.plan import Action
from maintenance.errors import MaintenanceError, Superseded
from maintenance.model import Mode
from maintenance.reconcile.desired_state import DesiredState, DesiredStateReader
from maintenance.reconcile.standby.pages import PageRenderer, PageSource
from maintenance.reconcile.standby.store import StandbyStore, WantedCode, Written, digest
from maintenance.reporting.report import Report
from maintenance.reporting.status import StoreNote
from maintenance.standby.access import allowed_paths
from maintenance.standby.closures import Closure, closures
from maintenance.standby.desired import RenderedPages
from maintenance.standby.state import State
from maintenance.wakeup import Sweep

_READ_ALL_EVERY = timedelta(days=1)
_MAX_ROUNDS = 3


class StandbyUpkeep(Struct, frozen=True):
    """
    Everything that it needs; `clock` returns the present, aware.

    No window is written of more distributions than `max_distributions`.
    """

    store: StandbyStore
    renderer: PageRenderer
    desired_state: DesiredStateReader
    clock: Callable[[], datetime]
    max_distributions: int

    def run(self, report: Report, *, at_once: bool = False) -> Report:
        """
        Return the report of a run with what was done after it; errors are in it.

        With `at_once`, the code is published without a pause.
        """
        if report.store is None:
            return report  # It could not be read, and an error says so.
        for _ in range(_MAX_ROUNDS):
            try:
                desired = self.desired_state.read()
            except MaintenanceError as error:
                return report.with_housekeeping_error(str(error))
            known = self._closures(report, desired)
            source = self.renderer.read(known)
            found, is_done = self._complete(report, source, desired, at_once=at_once)
            if is_done:
                return found
        return report

    def _complete(
        self,
        report: Report,
        source: PageSource,
        desired: DesiredState,
        *,
        at_once: bool,
    ) -> tuple[Report, bool]:
        """Render, write and publish; return the report, and whether that is still desired."""
        before = report.store
        try:
            if self._is_complete(before, source):
                return report, True
            pages = self.renderer.render(source)
            report = _with_pages(report, pages)
            if source.closures is None:
                access = functools.partial(self.store.write_access, pages)
                return self._write(report, source, pages, access), True
            everything = functools.partial(
                self.store.write_all, pages, is_wanted=lambda: self._is_still(desired)
            )
            report = self._write(report, source, pages, everything)
            # Another run may have decided since, and found nothing to write.
            if report.store is not before and not self._is_still(desired):
                return report, False
            return self._publish(report, pages, desired, at_once=at_once), True
        except Superseded:
            return report, False
        except MaintenanceError as error:
            return report.with_housekeeping_error(str(error)), True

    def dry_run(self, report: Report) -> Report:
        """Return the report with what is wrong with the pages, having only read."""
        desired = self.desired_state.read()
        source = self.renderer.read(site_closures(desired))
        return _with_pages(report, self.renderer.render(source))

    def _is_complete(self, note: StoreNote | None, source: PageSource) -> bool:
        """Return whether the store has the pages of this source, and the code is published."""
        if note is None or not source.name or not self._is_written(note, source.name):
            return False
        return source.closures is None or bool(note.code and self.store.has_published(note.code))

    def _is_written(self, note: StoreNote | None, name: str) -> bool:
        """Return whether a reading of the last day has found pages of this name in the store."""
        if note is None or note.read_all is None or note.pages != name:
            return False
        return self.clock() - note.read_all < _READ_ALL_EVERY

    def _write(
        self,
        report: Report,
        source: PageSource,
        pages: RenderedPages,
        write: Callable[[], Written],
    ) -> Report:
        """Write, unless the note says that this is written; return the report with a new note."""
        name, before = _pages_name(source, pages), report.store
        if self._is_written(before, name):
            return report
        written = write()
        if written.state is None:
            return report
        now = self.clock()
        note = note_of(written.state, source.closures, now)
        note = replace(note, read_all=now, pages=name).over(before)
        return replace(report, store=note, notices=(*report.notices, *written.notices))

    def _publish(
        self, report: Report, pages: RenderedPages, desired: DesiredState, *, at_once: bool
    ) -> Report:
        paths = allowed_paths(pages.site.settings) if pages.site else None
        judged = report.store.code if report.store else ""
        wanted = WantedCode(paths, pages.periods, judged=judged)
        published = self.store.publish(
            wanted, is_wanted=lambda: self._is_still(desired), at_once=at_once
        )
        note = replace(report.store, code=published.digest) if report.store else None
        return replace(report, store=note, wake_at=published.due)

    def _closures(self, report: Report, desired: DesiredState) -> tuple[Closure, ...] | None:
        known = site_closures(desired)
        return () if known and len(report.outcomes) > self.max_distributions else known

    def _is_still(self, desired: DesiredState) -> bool:
        return is_same_site(self.desired_state.read(), desired)


class StandbyHousekeeping(Struct, frozen=True):
    """The work of a run after the site has reached its desired state; `remembered` is the note."""

    upkeep: StandbyUpkeep
    remembered: Callable[[], StoreNote | None]

    def run(self, report: Report, wakeup: object) -> Report:
        """
        Complete the store and the code, and return the report with what came of it.

        A run that has opened the site leaves that to the next one: opening depends on no page.
        """
        reads_all = isinstance(wakeup, Sweep) and not wakeup.is_scheduled
        if any(step.action is Action.OPEN for each in report.outcomes for step in each.steps):
            return report
        if report.store and not reads_all:
            report = replace(report, store=report.store.over(self.remembered()))
        return self.upkeep.run(report)

    def dry_run(self, report: Report) -> Report:
        """Return the report with the errors of the pages, which `run` would find."""
        return self.upkeep.dry_run(report)


def site_closures(desired: DesiredState) -> tuple[Closure, ...] | None:
    """Return when the site is closed; None if that is unknown, or is to stay as it is."""
    return None if desired.decision.mode is Mode.UNCHANGED else known_closures(desired)


def known_closures(desired: DesiredState) -> tuple[Closure, ...] | None:
    """Return when the switch and the windows close the site; None if that is unknown."""
    schedule = desired.schedule
    return closures(schedule, now=schedule.present(desired.read_at)) if schedule else None


def is_same_site(one: DesiredState, other: DesiredState) -> bool:
    """Return whether both close the site at the same times, with the same announcements."""
    return (one.visible, site_closures(one)) == (other.visible, site_closures(other))


def _with_pages(report: Report, pages: RenderedPages) -> Report:
    """Return the report with what is wrong with the pages."""
    errors = dict.fromkeys((*report.input_errors, *pages.errors))
    notices = dict.fromkeys((*report.notices, *pages.notices))
    return replace(report, input_errors=tuple(errors), notices=tuple(notices))


def note_of(state: State, known: Sequence[Closure] | None, now: datetime) -> StoreNote:
    """Return the note of a state that is as these closures desire it."""
    return StoreNote(state.generation, times_name(known), read=now)


def times_name(known: Sequence[Closure] | None) -> str:
    """Return a digest of the closures, '' if they are not known."""
    return "" if known is None else digest(repr(known).encode())


def _pages_name(source: PageSource, pages: RenderedPages) -> str:
    """
    Return the name of the source, which says what the store should have.

    A page with errors or notices has a name of its own, so each run renders it and reports them.
    """
    if source.name and not (pages.errors or pages.notices):
        return source.name
    site, periods = pages.site, (*pages.periods, *pages.fallback_periods)
    named = [each.rendering for period in periods for each in period.renderings]
    access = (dict(site.settings), site.default.rendering) if site else None
    document = [times_name(source.closures), named, access, dict(pages.tokens or {})]
    return digest(json.dumps(document, sort_keys=True).encode())
