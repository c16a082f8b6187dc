"""
Lambda's entry point, and the one place where everything is put together.

Only this module reads the environment, asks the clock and makes clients, for everything else.
"""

from __future__ import annotations

import functools
import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from copy import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from msgspec import Struct
from urllib3 import PoolManager, Timeout

from maintenance.alarm_clock import AlarmClock, Ring
from maintenance.announcer import Announcer
from maintenance.baking import Baking, Patience
from maintenance.chooser import Chooser
from maintenance.cloudfront import CloudFront
from maintenance.command import judge
from maintenance.custom_resource import answer, fault_of, refuse_forged, was_never_installed
from maintenance.distribution_run import DistributionRun
from maintenance.edge_versions import EdgeVersions
from maintenance.errors import ApplyError, MaintenanceError, RunFailed
from maintenance.event_bus import EventBus
from maintenance.installation import Installation
from maintenance.notes import Notes
from maintenance.outlook import Outlook
from maintenance.pace import PacedConfigs, Time
from maintenance.package_check import PackageCheck
from maintenance.page_files import PageFiles
from maintenance.parameters import Parameters
from maintenance.preflight import Preflight
from maintenance.preparation import Preparation
from maintenance.reconcile import Controller
from maintenance.report import Report
from maintenance.settings import Settings
from maintenance.site_run import SiteRun
from maintenance.status_parameter import StatusParameter
from maintenance.telemetry import count_report, log_report, logger
from maintenance.wakeup import (
    Command,
    InstallationRequested,
    ParameterChanged,
    PlanRequested,
    StatusRequested,
    Wakeup,
    parse_wakeup,
)
from maintenance.whole_answers import demand_whole_answers

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ARN_PARTS = 7
# Standard mode backs off with jitter, up to 20 seconds; what is left is the invocation's retry.
_CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=5, read_timeout=30
)
# What a page needs is not waited for as long: a site that should be closed waits for it.
_HURRIED = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=10
)
_DOWNLOAD = Timeout(connect=3, read=10)
PATIENCE = Patience(pause=time.sleep, elapsed=time.monotonic)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """
    Return the report of the run as JSON values.

    Raises MaintenanceError where something could not be done, so that the invocation counts as
    failed, is retried, and rings the alarm.
    """
    # Without the qualifier that we may have been called with: the alarm clock calls us by this.
    own_arn = ":".join(context.invoked_function_arn.split(":")[:_ARN_PARTS])
    try:
        wakeup = parse_wakeup(event)
        logger.append_keys(cause=wakeup.cause)
        if isinstance(wakeup, InstallationRequested):
            return _install(wakeup.request, own_arn, context.get_remaining_time_in_millis() / 1000)
        return _app(Settings.from_env(os.environ), own_arn).run(wakeup)
    except MaintenanceError as error:
        logger.error("run failed", fault=str(error))
        raise


class App(Struct, frozen=True):
    """Everything that a wakeup may need."""

    settings: Settings
    parameters: Parameters
    status_parameter: StatusParameter
    controller: Controller
    preparation: Preparation
    clock: Callable[[], datetime]

    def run(self, wakeup: Wakeup) -> dict[str, Any]:
        """Return the report as JSON values; raise MaintenanceError where something failed."""
        match wakeup:
            case PlanRequested():
                return self.preparation.show(self.controller.plan()).answer()
            case StatusRequested():
                return self.preparation.show(self.controller.status()).answer()
            case ParameterChanged():
                return self._finish(self._reconcile(wakeup, changed=wakeup))
            case Command():
                return self._finish(self._command(wakeup))
            case _:
                return self._finish(self._reconcile(wakeup))

    def _reconcile(self, wakeup: Wakeup, *, changed: ParameterChanged | None = None) -> Report:
        follow = functools.partial(self.preparation.follow, wakeup=wakeup)
        return self.controller.reconcile(changed, before_telling=follow)

    def _command(self, command: Command) -> Report:
        switch = self.parameters.read_switch().switch
        verdict = judge(command, switch=switch, now=self.clock(), zone=self.settings.time_zone)
        news = self.parameters.write_switch(verdict.value) if verdict.value else None
        report = self._reconcile(command, changed=news)
        told = (verdict.reason,) if verdict.reason else ()
        return replace(report, notices=(*told, *report.notices))

    def _finish(self, report: Report) -> dict[str, Any]:
        log_report(report)
        count_report(report, stack_name=self.settings.stack_name, now=self.clock())
        if report.faults:
            raise RunFailed(report.failure)
        return report.answer()


@functools.cache
def _app(settings: Settings, own_arn: str) -> App:
    """Keep what was put together as long as the execution environment lives."""
    return assemble(settings, own_arn=own_arn, clock=_now)


def assemble(
    settings: Settings,
    *,
    own_arn: str,
    clock: Callable[[], datetime],
    patience: Patience = PATIENCE,
    session: boto3.Session | None = None,
) -> App:
    """
    Put everything together; `own_arn` is this function's, `clock` returns the present, aware.

    All clients are made of `session`, of a new one in us-east-1 where none is given.
    """
    session = session or boto3.Session(region_name="us-east-1")
    demand_whole_answers(session.events)
    ssm = session.client("ssm", config=_CLIENT)
    status_parameter = StatusParameter(ssm, switch_parameter=settings.switch_parameter)
    parameters = Parameters(
        ssm,
        switch_parameter=settings.switch_parameter,
        zone=settings.time_zone,
        clock=clock,
        pause=time.sleep,
    )
    cloudfront = CloudFront(session.client("cloudfront", config=_CLIENT))
    configs = PacedConfigs(cloudfront, Time(time.monotonic, time.sleep, random.random))
    notes = Notes(
        _made_once(lambda: session.client("s3", config=_CLIENT)),
        bucket=settings.state_bucket,
        stack=settings.stack_name,
        new_write_id=lambda: uuid.uuid4().hex,
    )
    versions = _versions(session, settings)
    chooser = _chooser(session, settings, versions, patience)
    distribution_run = DistributionRun(configs, notes, configs.is_still_wanted)
    preflight = Preflight(versions, base_arn=settings.edge.version_arn)
    controller = Controller(
        rehearsal=settings.rehearsal_distribution,
        outlook=Outlook(parameters, settings.lead_time, clock),
        distributions=cloudfront,
        page_files=chooser.page_files,
        site_run=SiteRun(settings, distribution_run, chooser, preflight),
        alarm_clock=AlarmClock(
            session.client("scheduler", config=_CLIENT), _ring(settings, own_arn)
        ),
        announcer=_announcer(session, status_parameter, settings),
        pace=configs,
        clock=clock,
    )
    preparation = Preparation(
        rehearsal=settings.rehearsal_distribution,
        chooser=chooser,
        distributions=cloudfront,
        distribution_run=distribution_run,
        versions=versions,
        clock=clock,
    )
    return App(settings, parameters, status_parameter, controller, preparation, clock)


def _announcer(
    session: boto3.Session, status_parameter: StatusParameter, settings: Settings
) -> Announcer:
    return Announcer(
        status_parameter,
        EventBus(_made_once(lambda: session.client("events", config=_CLIENT))),
        stack=settings.stack_name,
        switch_parameter=settings.switch_parameter,
    )


def _versions(session: boto3.Session, settings: Settings) -> EdgeVersions:
    client = _made_once(lambda: session.client("lambda", config=_HURRIED))
    http = PoolManager(timeout=_DOWNLOAD, retries=2)
    return EdgeVersions(client, http, page_function=settings.edge.page_name)


def _chooser(
    session: boto3.Session, settings: Settings, versions: EdgeVersions, patience: Patience
) -> Chooser:
    s3 = _made_once(lambda: session.client("s3", config=_HURRIED))
    page_files = PageFiles(s3, bucket=settings.state_bucket)
    check = PackageCheck(_own_library())
    baking = Baking(settings.edge.version_arn, versions, check, patience)
    return Chooser(settings.edge, page_files, baking)


def _own_library() -> dict[str, str]:
    """Return where Python's own library is, if it has to be told; a check needs to see no more."""
    name = "LD_LIBRARY_PATH"
    return {name: os.environ[name]} if name in os.environ else {}


def _ring(settings: Settings, own_arn: str) -> Ring:
    return Ring(
        group=settings.schedule_group,
        target_arn=own_arn,
        role_arn=settings.wake_role_arn,
        dead_letters_arn=settings.dead_letters_arn,
    )


def _install(request: Mapping[str, Any], own_arn: str, seconds_left: float) -> dict[str, Any]:
    """Carry out a request of CloudFormation and answer it in every case, or the stack hangs."""
    # Where something else plays AWS, its requests come from there and are answered there.
    if "AWS_ENDPOINT_URL" not in os.environ:
        refuse_forged(request, own_arn=own_arn)
    fault = fault_of(functools.partial(_come_or_go, request, own_arn), seconds_left=seconds_left)
    # Rules and sweep take names from here, and so are deleted before this resource is.
    names = ("SwitchParameter", "ControllerRole", "StateBucket")
    data = {name: request.get("ResourceProperties", {}).get(name, "") for name in names}
    answer(request, http=PoolManager(), fault=fault, data=data)
    return {"request": request.get("RequestType"), "fault": fault}


def _come_or_go(request: Mapping[str, Any], own_arn: str) -> str | None:
    """Return why the request could not be carried out, None if it was."""
    try:
        if was_never_installed(request):
            return None
        # Its own: what is left of it when time is over must not share a pace with others.
        app = assemble(Settings.from_env(os.environ), own_arn=own_arn, clock=_now)
        # Nobody rehearses while a stack comes or goes; when it goes, ours leaves there too.
        controller = app.controller.without_rehearsal()
        Installation(app.settings.stack_name, controller, app.parameters).carry_out(request)
        if request.get("RequestType") == "Delete":
            _forget(app.status_parameter)
    except Exception as error:  # noqa: BLE001 - whatever it is, CloudFormation has to hear of it
        logger.exception("installation failed")
        return str(error) or repr(error)
    return None


def _forget(status_parameter: StatusParameter) -> None:
    """Delete the status, which nobody would keep true; one that stays must not keep the stack."""
    try:
        status_parameter.remove()
    except ApplyError as error:
        logger.warning("status left", notice=str(error))


def _made_once[Made](make: Callable[[], Made]) -> Callable[[], Made]:
    """Return what makes something when it is first needed, whichever thread needs it."""
    lock, made = threading.Lock(), functools.cache(make)

    def give() -> Made:
        with lock:
            return made()

    return give


def _now() -> datetime:
    return datetime.now(UTC)
