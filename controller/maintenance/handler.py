"""
Lambda's entry point, and the one place where everything is put together.

Only this module reads the environment, asks the clock and makes clients, for everything else.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from urllib3 import PoolManager

from maintenance.app import App, assemble
from maintenance.aws.cloudformation import answer, error_of, refuse_forged, was_never_installed
from maintenance.aws.parameters import StatusParameter
from maintenance.errors import ApplyError, MaintenanceError
from maintenance.reconcile.install import Installation
from maintenance.reporting.telemetry import logger
from maintenance.settings import Settings
from maintenance.wakeup import (
    InstallationRequested,
    parse_wakeup,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ARN_PARTS = 7


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
        logger.error("run failed", error=str(error))
        raise


@functools.cache
def _app(settings: Settings, own_arn: str) -> App:
    """Keep what was put together as long as the execution environment lives."""
    return assemble(settings, own_arn=own_arn, clock=_now)


def _install(request: Mapping[str, Any], own_arn: str, seconds_left: float) -> dict[str, Any]:
    """Carry out a request of CloudFormation and answer it in every case, or the stack hangs."""
    # Where something else plays AWS, its requests come from there and are answered there.
    if "AWS_ENDPOINT_URL" not in os.environ:
        refuse_forged(request, own_arn=own_arn)
    error = error_of(functools.partial(_come_or_go, request, own_arn), seconds_left=seconds_left)
    # Rules and sweep take names from here, and so are deleted before this resource is.
    names = ("SwitchParameter", "ControllerRole", "StateBucket")
    data = {name: request.get("ResourceProperties", {}).get(name, "") for name in names}
    answer(request, http=PoolManager(), error=error, data=data)
    return {"request": request.get("RequestType"), "error": error}


def _come_or_go(request: Mapping[str, Any], own_arn: str) -> str | None:
    """Return why the request could not be carried out, None if it was."""
    try:
        if was_never_installed(request):
            return None
        # Its own: what is left of it when time is over must not share a pace with others.
        app = assemble(Settings.from_env(os.environ), own_arn=own_arn, clock=_now)
        # Nobody rehearses while a stack comes or goes; when it goes, ours leaves there too.
        controller = app.controller.for_installation()
        Installation(app.settings.stack_name, controller, app.parameters).handle(request)
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


def _now() -> datetime:
    return datetime.now(UTC)
