"""
Lambda's entry point, and the one place where everything is put together.

Only this module reads the environment, asks the clock and makes clients; everything else is given
what it needs.
"""

from __future__ import annotations

import functools
import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from urllib3 import PoolManager

from maintenance.alarm_clock import AlarmClock, Ring
from maintenance.cloudfront import CloudFront
from maintenance.command import judge
from maintenance.custom_resource import answer, was_never_installed
from maintenance.distribution_run import DistributionRun
from maintenance.errors import MaintenanceError, RunFailed
from maintenance.installation import Installation
from maintenance.notes import Notes
from maintenance.parameters import Parameters
from maintenance.reconcile import Controller
from maintenance.report import Report
from maintenance.settings import Settings
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

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Standard mode backs off with jitter, up to 20 seconds; what is left is the invocation's retry.
_ARN_PARTS = 7
_CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=5, read_timeout=30
)


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
            return _install(wakeup.request, own_arn)
        return _app(Settings.from_env(os.environ), own_arn).run(wakeup)
    except MaintenanceError as error:
        logger.error("run failed", fault=str(error))
        raise


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a wakeup may need."""

    settings: Settings
    parameters: Parameters
    controller: Controller
    clock: Callable[[], datetime]

    def run(self, wakeup: Wakeup) -> dict[str, Any]:
        """Return the report as JSON values; raise MaintenanceError where something failed."""
        match wakeup:
            case PlanRequested():
                return self.controller.plan().document()
            case StatusRequested():
                return self.controller.status().document()
            case ParameterChanged():
                return self._finish(self.controller.reconcile(wakeup))
            case Command():
                return self._command(wakeup)
            case _:
                return self._finish(self.controller.reconcile())

    def _command(self, command: Command) -> dict[str, Any]:
        switch = self.parameters.read_switch().switch
        verdict = judge(command, switch=switch, now=self.clock(), zone=self.settings.time_zone)
        news = self.parameters.write_switch(verdict.value) if verdict.value else None
        report = self.controller.reconcile(news)
        told = (verdict.reason,) if verdict.reason else ()
        return self._finish(replace(report, notices=(*told, *report.notices)))

    def _finish(self, report: Report) -> dict[str, Any]:
        log_report(report)
        count_report(report, stack_name=self.settings.stack_name)
        if report.faults:
            raise RunFailed(" | ".join(report.faults))
        return report.document()


@functools.cache
def _app(settings: Settings, own_arn: str) -> App:
    """Keep what was put together as long as the execution environment lives."""
    return assemble(settings, own_arn=own_arn, clock=_now)


def assemble(settings: Settings, *, own_arn: str, clock: Callable[[], datetime]) -> App:
    """Put everything together; `own_arn` is this function's, `clock` returns the present, aware."""
    session = boto3.Session(region_name="us-east-1")
    parameters = Parameters(
        session.client("ssm", config=_CLIENT),
        switch_parameter=settings.switch_parameter,
        zone=settings.time_zone,
        clock=clock,
        pause=time.sleep,
    )
    cloudfront = CloudFront(session.client("cloudfront", config=_CLIENT))
    notes = Notes(
        session.client("s3", config=_CLIENT),
        bucket=settings.state_bucket,
        stack=settings.stack_name,
        new_write_id=lambda: uuid.uuid4().hex,
    )
    ring = Ring(
        group=settings.schedule_group,
        target_arn=own_arn,
        role_arn=settings.wake_role_arn,
        dead_letters_arn=settings.dead_letters_arn,
    )
    controller = Controller(
        settings=settings,
        parameters=parameters,
        distributions=cloudfront,
        distribution_run=DistributionRun(cloudfront, notes),
        alarm_clock=AlarmClock(session.client("scheduler", config=_CLIENT), ring),
        clock=clock,
    )
    return App(settings, parameters, controller, clock)


def _install(request: Mapping[str, Any], own_arn: str) -> dict[str, Any]:
    """Carry out a request of CloudFormation and answer it in every case, or the stack hangs."""
    fault = None
    try:
        if not was_never_installed(request):
            app = _app(Settings.from_env(os.environ), own_arn)
            installation = Installation(app.settings.stack_name, app.controller, app.parameters)
            installation.carry_out(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, CloudFormation has to hear of it
        logger.exception("installation failed")
        fault = str(error) or repr(error)
    # Rules and sweep take names from here, and so are deleted before this resource is.
    properties = request.get("ResourceProperties", {})
    data = {name: properties.get(name, "") for name in ("SwitchParameter", "ControllerRole")}
    answer(request, http=PoolManager(), fault=fault, data=data)
    return {"request": request.get("RequestType"), "fault": fault}


def _now() -> datetime:
    return datetime.now(UTC)
