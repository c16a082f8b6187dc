"""
The commands that only read: status, plan, windows, history.

They ask the controller itself, assembled as in Lambda, and show its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from maintenance.app import App
from maintenance.aws.cloudformation import DeployedSettings
from maintenance.aws.operator.run_history import RunHistory
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.read_ahead import Listing, begin, read_ahead, read_last_run_ahead
from maintenance.cli.show.answers import plan_document, status_document
from maintenance.cli.show.history_view import Page, history_document, render_history
from maintenance.cli.show.plan_view import render_plan
from maintenance.cli.show.problems import complete, is_cut, with_errors_of_last_run
from maintenance.cli.show.status_view import render_status
from maintenance.cli.show.view import LastRun, ReportView, Stack, StatusView
from maintenance.cli.terminal import Clock, Terminal
from maintenance.cli.unknown_state import UnknownState
from maintenance.cli.watch import Watch
from maintenance.cli.windows.calendar_view import (
    Calendar,
    find_clock_changes,
    render_windows,
    windows_document,
)
from maintenance.errors import ConfigurationError, ObservationError, UnreadableValue
from maintenance.model import Mode
from maintenance.reconcile.controller import Controller
from maintenance.reporting.progress import SETTLED, Progress, is_everywhere, progress
from maintenance.reporting.report import Report
from maintenance.reporting.state import is_overdue, site_state
from maintenance.reporting.status import LastError, ModeChange, PersistedState
from maintenance.reporting.status_document import decode_persisted_state
from maintenance.schedule.decision import Schedule
from maintenance.schedule.forecast import forecast
from maintenance.schedule.history import newest_first
from maintenance.schedule.switch import Switch, parse_switch
from maintenance.schedule.window import over_notices
from maintenance.wakeup import ParameterChanged
from maintenance.wiring.attach import AttachEngine

if TYPE_CHECKING:
    from maintenance.wiring.standby import StandbyEngine

# An error is logged by the run whose end dates it, and may last for weeks after.
_RUN = timedelta(minutes=15)


class Session(Struct, frozen=True):
    """
    One run of the command line: the controller of a stack, and the operator's terminal.

    `runs` is what the deployed controller's runs have left in CloudWatch.
    """

    app: App
    terminal: Terminal
    watch: Watch
    deployed: DeployedSettings
    runs: RunHistory

    @property
    def clock(self) -> Clock:
        """The present, on the clocks of the stack's zone."""
        return Clock(self.app.clock(), self.app.settings.time_zone)

    @property
    def stack(self) -> Stack:
        """Which stack this is."""
        return Stack(self.app.settings.stack_name, self.deployed.account)

    @property
    def attach_engine(self) -> AttachEngine:
        """The engine that attaches functions; raise ConfigurationError if it is the other one."""
        engine = self.app.engine
        if not isinstance(engine, AttachEngine):
            raise ConfigurationError(
                f"the stack {self.stack.name} has the standby engine, which attaches and displaces "
                "no function: there is nothing to restore"
            )
        return engine

    @property
    def standby_engine(self) -> StandbyEngine:
        """The engine with a standby function; raise ConfigurationError if it is the other one."""
        engine = self.app.engine
        if isinstance(engine, AttachEngine):
            raise ConfigurationError(
                f"the stack {self.stack.name} has no standby function: deploy it with "
                "Engine=standby first (docs/deploy.md#choose-the-engine)"
            )
        return engine

    def status(self, *, wait: timedelta | None, as_exit_code: bool) -> ExitCode:
        """Show the status; with `wait`, once every distribution has settled or the time is over."""
        if wait is None:
            return self._show(begin(self._read_ahead)(), as_exit_code=as_exit_code)
        last_change = self.last_change()
        view = self.watch.wait(
            self.read_status, until=SETTLED, timeout=wait, last_change=last_change
        )
        return self.show_status(view, waited=True, as_exit_code=as_exit_code)

    def _read_ahead(self) -> StatusView:
        """Return the status and what the last run left, all of it read at once."""
        app = read_ahead(self.app)
        session = replace(self, app=app, runs=read_last_run_ahead(self.runs, app.clock()))
        return session._status_view(session._read_status_anyhow(), None)  # noqa: SLF001 - its own

    def has_failed_since(self, instant: datetime) -> bool:
        """Return whether a run since `instant` has failed, and none after it has succeeded."""
        try:
            return _is_failing(self._read_persisted().last_error, instant)
        except (ObservationError, UnreadableValue):
            # show_status reports it, once.
            return False

    def show_status(
        self,
        view: ReportView,
        *,
        waited: bool = False,
        as_exit_code: bool = False,
        since: datetime | None = None,
    ) -> ExitCode:
        """
        Show a status with the last error, and return the exit code.

        An error from before `since` is shown, but does not count as a failure.
        """
        status = self._status_view(view, since)
        return self._show(status, waited=waited, as_exit_code=as_exit_code, since=since)

    def _show(
        self,
        status: StatusView,
        *,
        waited: bool = False,
        as_exit_code: bool = False,
        since: datetime | None = None,
    ) -> ExitCode:
        clock = self.clock
        screen = render_status(status, clock)
        self.terminal.answer(status_document(status, clock), "", screen, "")
        report = status.view.report
        if _is_failed(report) or _is_failing(status.last_error, since):
            return ExitCode.FAILED
        if not is_everywhere(report) and (waited or as_exit_code):
            return ExitCode.NOT_YET
        is_maintenance = report.decision.mode is Mode.MAINTENANCE
        return ExitCode.MAINTENANCE if as_exit_code and is_maintenance else ExitCode.DONE

    def plan(self, *, hypothetical: str | None) -> ExitCode:
        """Show what a run would do now, or if the switch had the hypothetical value."""
        view = self.read_plan(self.parse_switch(hypothetical) if hypothetical else None)
        screen = render_plan(view, self.clock, hypothetical)
        self.terminal.answer(plan_document(view, hypothetical), "", screen, "")
        return ExitCode.FAILED if _is_failed(view.report) else ExitCode.DONE

    def windows(self, *, weeks: int, zone: ZoneInfo | None) -> ExitCode:
        """Show the coming weeks, on the clocks of `zone` or of the stack's zone."""
        clock = self.clock if zone is None else replace(self.clock, zone=zone)
        schedule, errors = self.read_schedule()
        coming = forecast(schedule, since=clock.now, until=clock.now + timedelta(weeks=weeks))
        clock_changes = find_clock_changes(coming, clock.zone)
        notices = over_notices(schedule.windows, clock.now)
        calendar = Calendar(coming, clock_changes, errors, notices)
        screen = render_windows(calendar, clock, width=self.terminal.out.width)
        self.terminal.answer(windows_document(calendar, clock), "", screen, "")
        return ExitCode.FAILED if errors else ExitCode.DONE

    def history(self, *, page: int) -> ExitCode:
        """Show who changed the switch and the windows."""
        entries = newest_first(self.app.parameters.read_history())
        shown = Page(entries, page, self.app.settings.time_zone)
        self.terminal.answer(history_document(shown), "", render_history(shown, self.clock), "")
        return ExitCode.DONE

    def read_status(self, changed: ParameterChanged | None = None) -> ReportView:
        """Return the status, read no older than `changed`."""
        return self._read(self.app.controller, lambda controller: controller.status(changed))

    def _read_status_anyhow(self) -> ReportView:
        """Return the status, and at least what visitors get if the rest is refused or unknown."""
        controller = self.app.controller
        try:
            return self.read_status()
        except ConfigurationError as error:
            unlimited = replace(controller, site=controller.site.without_limit())
            view = self._read(unlimited, Controller.status)
            errors = (str(error), *view.report.input_errors)
            return replace(view, report=replace(view.report, input_errors=errors))
        except ObservationError as error:
            unknown = UnknownState(self.app.clock(), str(error))
            view = self._read(replace(controller, desired_state=unknown), Controller.status)
            return replace(view, is_decided=False)

    def parse_switch(self, value: str) -> Switch:
        """Return what the switch would say if this were written now; raise UnreadableValue."""
        return parse_switch(value, written=self.app.clock(), zone=self.app.settings.time_zone)

    def read_plan(self, switch: Switch | None = None) -> ReportView:
        """Return what a run would do now, or if the switch had just been written like this."""
        controller = self.app.controller
        if switch:
            controller = controller.if_switch_said(switch)
        return self._read(controller, Controller.plan)

    def last_change(self) -> ModeChange | None:
        """Return the last change of mode, None if there is none or it cannot be read."""
        try:
            return self._read_persisted().last_change
        except (ObservationError, UnreadableValue):
            # show_status reports it, once.
            return None

    def _read(self, controller: Controller, ask: Callable[[Controller], Report]) -> ReportView:
        listing = begin(controller.distributions.list_distributions)
        report = ask(replace(controller, distributions=Listing(listing)))
        names = {each.distribution_id: each.name for each in listing()}
        return ReportView(report, names, stack=self.watch.stack)

    def _status_view(self, view: ReportView, since: datetime | None) -> StatusView:
        """Return a report with what the last run left, unless that is from before `since`."""
        now = self.app.clock()
        persisted = self._persisted()
        error = persisted.last_error
        if error and _is_failing(error, since):
            report = with_errors_of_last_run(view.report, self._complete(error))
            view = replace(view, report=report)
        last_run = self._last_run(now)
        states = site_state(
            view.report,
            now=now,
            persisted=persisted,
            overdue=is_overdue(view.report, now=now, last_run=last_run.at),
        )
        past = None if _is_failing(error, since) else error
        return StatusView(view, states, self.stack, last_run, error, past)

    def _persisted(self) -> PersistedState:
        """Return what the last run left, nothing if that cannot be read."""
        try:
            return self._read_persisted()
        except (ObservationError, UnreadableValue) as error:
            # The rest of the status must be shown even so.
            name = self.app.status_parameter.name
            self.terminal.info(f"cannot read the last error from {name}: {error}")
            return PersistedState()

    def _read_persisted(self) -> PersistedState:
        text = self.app.status_parameter.read()
        return decode_persisted_state(text) if text else PersistedState()

    def _complete(self, error: LastError) -> Sequence[str]:
        """Return the errors of the last failed run, those that the status has cut from the log."""
        logged: Sequence[str] = ()
        try:
            if is_cut(error.message):
                logged = self.runs.errors(error.since - _RUN, error.since + _RUN)
        except ObservationError as unread:
            self.terminal.info(f"the end of the last error is missing: {unread}")
        return complete(error.message, logged)

    def _last_run(self, now: datetime) -> LastRun:
        sweep, deployed = self.deployed.sweep, self.deployed.deployed
        try:
            return LastRun(self.runs.last_run(now), "", sweep, deployed)
        except ObservationError as error:
            return LastRun(None, str(error), sweep, deployed)

    def read_schedule(self) -> tuple[Schedule, tuple[str, ...]]:
        """Return the schedule, and the errors about values that cannot be read."""
        read = self.app.controller.desired_state.read_schedule()
        if read.unknown:
            raise ObservationError(" | ".join(read.unknown))
        return read.schedule, read.errors


def _is_failed(report: Report) -> bool:
    is_refused = any(progress(each) is Progress.REFUSED for each in report.outcomes)
    return bool(report.errors) or is_refused


def _is_failing(error: LastError | None, since: datetime | None) -> bool:
    if error is None or error.until is not None:
        return False
    # The status counts in whole seconds.
    return since is None or error.since >= since.replace(microsecond=0)
