"""
The wiring: read the environment and the clock, make the clients, and put the controller together.

All other modules are given what they need, except `__main__` for the command line.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from msgspec import Struct
from msgspec.structs import replace

from maintenance.aws.clients import CLIENT, MAKING_CLIENTS, lazy
from maintenance.aws.cloudfront import CloudFront
from maintenance.aws.errors import reject_truncated_responses
from maintenance.aws.event_bus import EventBus
from maintenance.aws.parameters import Parameters
from maintenance.aws.scheduler import AlarmClock
from maintenance.aws.status_parameter import StatusParameter
from maintenance.aws.time_limit import limit_calls, limited
from maintenance.deadline import RunTime
from maintenance.errors import ApplyError, RunFailed
from maintenance.model import Timer
from maintenance.reconcile.command import CommandWriter
from maintenance.reconcile.controller import Controller
from maintenance.reconcile.desired_state import DesiredStateReader
from maintenance.reconcile.engine_switch import EngineSwitch
from maintenance.reconcile.install import Installation
from maintenance.reporting.announce import Announcer
from maintenance.reporting.brief import Verdict, brief_answer
from maintenance.reporting.events import EventSite
from maintenance.reporting.report import Report
from maintenance.reporting.requesters import Requesters
from maintenance.reporting.telemetry import count_report, log_report, logger
from maintenance.schedule.switch import parse_switch
from maintenance.settings import Settings, StandbySettings
from maintenance.wakeup import (
    UNADDRESSED,
    Addressed,
    Command,
    PlanRequested,
    StatusRequested,
    Wakeup,
    refuse_other_site,
)
from maintenance.wiring.clients import Clients, make_alarm_clock

if TYPE_CHECKING:
    from maintenance.reconcile.standby.former import FormerStandby
    from maintenance.wiring.attach import AttachEngine
    from maintenance.wiring.standby import StandbyEngine

TIMER = Timer(elapsed=time.monotonic, sleep=time.sleep)
# The controller's Timeout in template.yaml.
_RUN_SECONDS = 900.0


def now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)


class App(Struct, frozen=True):
    """The controller of a stack with its engine and everything else that a wakeup may need."""

    settings: Settings
    parameters: Parameters
    status_parameter: StatusParameter
    alarm_clock: AlarmClock
    controller: Controller
    engine: AttachEngine | StandbyEngine
    clients: Clients
    run_time: RunTime
    clock: Callable[[], datetime]

    def run(self, wakeup: Wakeup, *, seconds: float = _RUN_SECONDS) -> dict[str, Any]:
        """
        Return the report as JSON values before `seconds` are over.

        Raises MaintenanceError if something failed.
        """
        self._begin(seconds)
        match wakeup:
            case PlanRequested():
                refuse_other_site(wakeup.addressed, site=self.settings.switch_parameter)
                report = self._controller_if(wakeup.value).plan()
                return self._answer(self.engine.housekeeping.dry_run(report), wakeup.addressed)
            case StatusRequested(addressed):
                refuse_other_site(addressed, site=self.settings.switch_parameter)
                return self._answer(
                    self.engine.housekeeping.dry_run(self.controller.status()), addressed
                )
            case Command():
                refuse_other_site(wakeup.addressed, site=self.settings.switch_parameter)
                report, verdict = self._apply_command(wakeup)
                return self._finish(report, wakeup.addressed, verdict)
            case _:
                return self._finish(self.controller.reconcile(wakeup))

    def install(self, request: Mapping[str, Any], *, seconds: float = _RUN_SECONDS) -> None:
        """
        Do what a request of CloudFormation asks for before `seconds` are over.

        Raises MaintenanceError if that fails.
        """
        self._begin(seconds)
        request_type = request.get("RequestType")
        if request_type == "Create":
            self.alarm_clock.restart()
        controller = self.controller.for_installation()
        Installation(
            self.settings.stack_name,
            controller,
            self.parameters,
            self.status_parameter,
            self.engine_switch(controller),
        ).handle(request)
        if request_type == "Delete":
            # In this order: a run that finds it stopped writes no status.
            _tolerate("alarm clock kept", self.alarm_clock.stop)
            _tolerate("status kept", self.status_parameter.delete)

    def engine_switch(self, controller: Controller) -> EngineSwitch:
        """Return what judges whether the stack can have another engine now, and switches it."""
        return EngineSwitch(
            self.settings.stack_name,
            controller,
            controller.distributions,
            self.settings.edge.owns,
            self._former_standby,
        )

    def _former_standby(self, function_arn: str, store_arn: str) -> FormerStandby:
        """Return the standby function and the store of the engine that the stack had before."""
        from maintenance.reconcile.standby.former import FormerStandby  # noqa: PLC0415
        from maintenance.wiring.standby import standby_store  # noqa: PLC0415

        name = function_arn.rpartition("/")[2]
        store = standby_store(self.clients, StandbySettings(name, store_arn))
        return FormerStandby(store, self.clock)

    def _controller_if(self, value: str) -> Controller:
        """Return the controller as it would be if the switch said this value; '' as it is."""
        if not value:
            return self.controller
        switch = parse_switch(value, written=self.clock(), zone=self.settings.time_zone)
        return self.controller.if_switch_said(switch)

    def _begin(self, seconds: float) -> None:
        self.run_time.begin(seconds)
        logger.append_keys(version=self.settings.version)

    def _apply_command(self, command: Command) -> tuple[Report, Verdict]:
        writer = CommandWriter(self.parameters, self.settings.time_zone, self.clock)
        with self.controller.announce_failure():
            applied = writer.apply(command)
        report = self.controller.reconcile(applied.changed or command)
        report = replace(
            report,
            notices=(*applied.notices, *report.notices),
            input_errors=(*applied.errors, *report.input_errors),
        )
        return report, applied.verdict

    def _finish(
        self, report: Report, addressed: Addressed = UNADDRESSED, verdict: Verdict | None = None
    ) -> dict[str, Any]:
        log_report(report)
        count_report(report, stack_name=self.settings.stack_name, now=self.clock())
        if report.errors:
            raise RunFailed(report.failure)
        return self._answer(report, addressed, verdict)

    def _answer(
        self, report: Report, addressed: Addressed, verdict: Verdict | None = None
    ) -> dict[str, Any]:
        if not addressed.brief:
            return report.answer()
        previous = None if verdict else self.controller.announcer.read_previous()
        return brief_answer(
            report,
            site=self.settings.switch_parameter,
            now=self.clock(),
            verdict=verdict,
            persisted=previous.persisted if previous else None,
        )


def _tolerate(message: str, act: Callable[[], None]) -> None:
    """Log a leftover instead of failing: it must not keep a stack whose site is open."""
    try:
        act()
    except ApplyError as error:
        logger.warning(message, notice=str(error))


def app_of_process(own_arn: str) -> App:
    """Return the app by this process's environment variables, the same one while they stay."""
    return _cached_app(Settings.from_env(os.environ), own_arn)


@functools.lru_cache(maxsize=1)
def _cached_app(settings: Settings, own_arn: str) -> App:
    return assemble(settings, own_arn=own_arn)


def make_app(own_arn: str) -> App:
    """Return a new app by this process's environment variables."""
    return assemble(Settings.from_env(os.environ), own_arn=own_arn)


def is_aws_emulated() -> bool:
    """Return whether this process calls an emulator, such as the sandbox, in place of AWS."""
    return "AWS_ENDPOINT_URL" in os.environ


def assemble(
    settings: Settings,
    *,
    own_arn: str,
    clock: Callable[[], datetime] = now,
    timer: Timer = TIMER,
    session: boto3.Session | None = None,
) -> App:
    """
    Put a controller together. `own_arn` is its function's; `clock` returns the present, aware.

    The clients are made from `session`, by default a new one in us-east-1.
    """
    session = session or boto3.Session(region_name="us-east-1")
    run_time = RunTime(timer.elapsed)
    with MAKING_CLIENTS:
        reject_truncated_responses(session.events)
        limit_calls(session.events, run_time.calls)
        ssm = session.client("ssm", config=CLIENT)
        cloudfront_client = session.client("cloudfront", config=CLIENT)
    zone, switch = settings.time_zone, settings.switch_parameter
    status_parameter = StatusParameter(ssm, switch_parameter=switch)
    parameters = Parameters(ssm, switch_parameter=switch, zone=zone, clock=clock, sleep=timer.sleep)
    cloudfront = CloudFront(limited(cloudfront_client, run_time.distributions))
    alarm_clock = make_alarm_clock(session, settings, own_arn, timer)
    announcer = Announcer(
        status_parameter,
        EventBus(lazy(lambda: session.client("events", config=CLIENT))),
        Requesters(parameters.versions, switch, zone, own_arn),
        EventSite(settings.stack_name, switch, zone, settings.rollout),
        version=settings.version,
    )
    desired_state = DesiredStateReader(
        parameters,
        announcer.read_last_off,
        # The edge closes by its own clock, in time.
        timedelta(0) if settings.standby else settings.lead_time,
        clock,
        settings.notice,
    )
    clients = Clients(session, settings, run_time, timer, clock, _python_path(), desired_state)
    engine = _engine(clients, cloudfront, announcer)
    controller = Controller(
        preview=settings.preview_distribution,
        desired_state=desired_state,
        distributions=cloudfront,
        stored_files=engine.stored_files,
        site=engine.site,
        housekeeping=engine.housekeeping,
        alarm_clock=alarm_clock,
        announcer=announcer,
        throttling=engine.throttling,
        clock=clock,
    )
    return App(
        settings,
        parameters,
        status_parameter,
        alarm_clock,
        controller,
        engine,
        clients,
        run_time,
        clock,
    )


def _engine(
    clients: Clients, cloudfront: CloudFront, announcer: Announcer
) -> AttachEngine | StandbyEngine:
    """Return the engine that the settings name; a cold start imports no other."""
    standby = clients.settings.standby
    if standby is None:
        from maintenance.wiring.attach import attach_engine  # noqa: PLC0415

        return attach_engine(clients, cloudfront)
    from maintenance.wiring.standby import standby_engine  # noqa: PLC0415

    return standby_engine(clients, standby, remembered=announcer.read_store_note)


def _python_path() -> dict[str, str]:
    """Return the environment variable, if set, by which a package's Python finds its library."""
    name = "LD_LIBRARY_PATH"
    return {name: os.environ[name]} if name in os.environ else {}
