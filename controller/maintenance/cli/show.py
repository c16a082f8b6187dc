"""
What an operator asks: status, plan, windows, history. Nothing here writes anything.

It is the controller that answers, made by `app.assemble` as in Lambda; this only asks it and
shows what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.app import App
from maintenance.cli.calendar_view import Calendar, changes_of_clocks, windows, windows_document
from maintenance.cli.history_view import Page, history, history_document
from maintenance.cli.status_view import Look, plan, plan_document, status, status_document
from maintenance.cli.terminal import Clock, Terminal
from maintenance.cli.watch import Watch
from maintenance.errors import ObservationError, UnreadableValue
from maintenance.model import Distribution, Mode
from maintenance.reconcile.controller import Controller
from maintenance.reconcile.desired_state import DesiredStateReader, HypotheticalSwitch
from maintenance.reporting.report import SETTLED, Progress, Report, is_everywhere, progress
from maintenance.reporting.status import LastError, decode_persisted_state
from maintenance.schedule.decision import Schedule, history_matters
from maintenance.schedule.forecast import forecast
from maintenance.schedule.history import newest_first
from maintenance.schedule.switch import parse_switch
from maintenance.wakeup import ParameterChanged


class ExitCode(IntEnum):
    """What a command ends with; docs/operations.md shows scripts how to use it."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    MAINTENANCE = 3
    NOT_YET = 4
    INTERRUPTED = 130


class _Listed(Struct, frozen=True):
    """What one listing of the distributions said, for all that is asked about it."""

    distributions: tuple[Distribution, ...]

    def list_distributions(self) -> tuple[Distribution, ...]:
        return self.distributions


class Session(Struct, frozen=True):
    """The controller, and the terminal that it is asked from."""

    app: App
    terminal: Terminal
    watch: Watch

    @property
    def clock(self) -> Clock:
        """Return the present, on the clocks of the stack's zone."""
        return Clock(self.app.clock(), self.app.settings.time_zone)

    def status(self, *, wait: timedelta | None, as_exit_code: bool) -> ExitCode:
        """Show the status, once it is so everywhere or `wait` is over."""
        look = self.look() if wait is None else self.watch.wait(self.look, SETTLED, timeout=wait)
        return self.show_status(look, waited=wait is not None, as_exit_code=as_exit_code)

    def has_failed_since(self, instant: datetime) -> bool:
        """Tell whether a run since `instant` has failed, and none has come right after it."""
        try:
            return _is_failing(self._read_last_error(), instant)
        except (ObservationError, UnreadableValue):
            # The status that is shown at the end says so, once.
            return False

    def show_status(
        self,
        look: Look,
        *,
        waited: bool = False,
        as_exit_code: bool = False,
        since: datetime | None = None,
    ) -> ExitCode:
        """
        Show a status and what failed last, and return what it means for a script.

        With `since`, what failed before it is shown, and is no failure of what was done then.
        """
        look = replace(look, last_error=self._last_error())
        self.terminal.answer(status_document(look), "", status(look, self.clock), "")
        report = look.report
        is_refused = any(progress(each) is Progress.REFUSED for each in report.outcomes)
        if report.errors or is_refused or _is_failing(look.last_error, since):
            return ExitCode.FAILED
        if not is_everywhere(report) and (waited or as_exit_code):
            return ExitCode.NOT_YET
        is_maintenance = report.decision.mode is Mode.MAINTENANCE
        return ExitCode.MAINTENANCE if as_exit_code and is_maintenance else ExitCode.DONE

    def plan(self, *, supposed: str | None) -> ExitCode:
        """Show what a run would do now, or would do if the switch said what is supposed."""
        controller = self.with_switch(supposed) if supposed else self.app.controller
        look = self._looked(controller, Controller.plan)
        document = {"supposed": supposed, **plan_document(look)}
        heading = (f"\n  If the switch said {supposed!r} now:",) if supposed else ()
        self.terminal.answer(document, *heading, "", plan(look, self.clock), "")
        report = look.report
        refused = any(progress(each) is Progress.REFUSED for each in report.outcomes)
        return ExitCode.FAILED if report.errors or refused else ExitCode.DONE

    def windows(self, *, weeks: int, zone: ZoneInfo | None) -> ExitCode:
        """Show the coming weeks."""
        clock = self.clock if zone is None else replace(self.clock, zone=zone)
        said, errors = self._said(clock)
        coming = forecast(said, since=clock.now, until=clock.now + timedelta(weeks=weeks))
        changes = changes_of_clocks(coming, clock.zone)
        calendar = Calendar(coming, said.lead_time, changes, errors)
        self.terminal.answer(windows_document(calendar, clock), "", windows(calendar, clock), "")
        return ExitCode.FAILED if errors else ExitCode.DONE

    def history(self, *, page: int) -> ExitCode:
        """Show who set what when."""
        found = self.app.parameters.read_history()
        shown = Page(newest_first(found), page, self.app.settings.time_zone)
        self.terminal.answer(history_document(shown), "", history(shown, self.clock), "")
        return ExitCode.DONE

    def look(self, changed: ParameterChanged | None = None) -> Look:
        """Return the status and what belongs to it; `changed` is a writing to be heeded."""
        return self._looked(self.app.controller, lambda controller: controller.status(changed))

    def with_switch(self, value: str) -> Controller:
        """Return the controller that would be if the switch said this; raise UnreadableValue."""
        app = self.app
        switch = parse_switch(value, written=app.clock(), zone=app.settings.time_zone)
        parameters = HypotheticalSwitch(app.parameters, switch)
        desired_state = DesiredStateReader(parameters, app.settings.lead_time, app.clock)
        return replace(app.controller, desired_state=desired_state)

    def _looked(self, controller: Controller, ask: Callable[[Controller], Report]) -> Look:
        listing = controller.distributions.list_distributions()
        report = ask(replace(controller, distributions=_Listed(listing)))
        names = {
            each.distribution_id: ", ".join(each.aliases) or each.domain_name for each in listing
        }
        return Look(report, names)

    def _last_error(self) -> LastError | None:
        """Return what the controller has left in its status; say so where that is not known."""
        try:
            return self._read_last_error()
        except (ObservationError, UnreadableValue) as error:
            # Whoever asks how the site stands must get it, also without this.
            name = self.app.status_parameter.name
            self.terminal.tell(f"{name} does not say what failed last: {error}")
            return None

    def _read_last_error(self) -> LastError | None:
        text = self.app.status_parameter.read()
        return decode_persisted_state(text).last_error if text else None

    def _said(self, clock: Clock) -> tuple[Schedule, tuple[str, ...]]:
        """Return what has been said so far, and the faults of what could not be read."""
        read, found = self.app.parameters.read_switch(), self.app.parameters.read_windows()
        if found.unknown:
            raise ObservationError(" | ".join(found.unknown))
        lead_time = self.app.settings.lead_time
        said = Schedule(read.switch, windows=found.windows, lead_time=lead_time)
        if history_matters(said, now=clock.now):
            said = replace(said, last_off=self.app.parameters.read_last_off())
        return said, (*((read.error,) if read.error else ()), *found.errors)


def _is_failing(error: LastError | None, since: datetime | None) -> bool:
    if error is None or error.until is not None:
        return False
    # The status counts in whole seconds.
    return since is None or error.since >= since.replace(microsecond=0)
