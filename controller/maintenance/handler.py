"""
Lambda's entry point: run what an event asks for, and answer CloudFormation's requests.

The garbage collector is off during the imports and never scans what they made: it stays, and
scanning it took an eighth of the work of a cold start (ADR 0021).
"""

from __future__ import annotations

import gc

gc.disable()

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from urllib3 import PoolManager

from maintenance.app import app_of_process, is_aws_emulated, make_app
from maintenance.aws.cloudformation import (
    answer,
    refuse_forged,
    run_until_deadline,
    was_never_installed,
)
from maintenance.errors import MaintenanceError
from maintenance.reporting.telemetry import logger
from maintenance.wakeup import InstallationRequested, parse_wakeup

gc.freeze()
gc.enable()

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ARN_PARTS = 7


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """
    Return the report of the run as JSON values.

    Raises MaintenanceError if something could not be done, so that the invocation counts as failed,
    is retried, and sets off the alarm.
    """
    # Without the qualifier that the caller may have used: the alarm clock calls this ARN.
    own_arn = ":".join(context.invoked_function_arn.split(":")[:_ARN_PARTS])
    try:
        wakeup = parse_wakeup(event)
        logger.append_keys(cause=wakeup.cause)
        seconds_left = context.get_remaining_time_in_millis() / 1000
        if isinstance(wakeup, InstallationRequested):
            return _answer_cloudformation(wakeup.request, own_arn, seconds_left)
        return app_of_process(own_arn).run(wakeup, seconds=seconds_left)
    except MaintenanceError as error:
        logger.error("run failed", error=str(error))
        raise


def _answer_cloudformation(
    request: Mapping[str, Any], own_arn: str, seconds_left: float
) -> dict[str, Any]:
    """Do what CloudFormation requests, and answer it in every case, or the stack would hang."""
    # An emulator's requests come from the emulator, and are answered there.
    if not is_aws_emulated():
        refuse_forged(request, own_arn=own_arn)
    work = functools.partial(_installation_error, request, own_arn)
    error = run_until_deadline(work, seconds_left=seconds_left)
    # Rules and the sweep take these names from the resource, and so are deleted before it.
    names = ("SwitchParameter", "ControllerRole", "StateBucket")
    data = {name: request.get("ResourceProperties", {}).get(name, "") for name in names}
    answer(request, http=PoolManager(), error=error, data=data)
    return {"request": request.get("RequestType"), "error": error}


def _installation_error(request: Mapping[str, Any], own_arn: str, seconds: float) -> str | None:
    """Do what CloudFormation requests in this time; return why that failed, None if it did not."""
    try:
        if not was_never_installed(request):
            # A new app: work that outlasts its time must not share retries with a later run.
            make_app(own_arn).install(request, seconds=seconds)
    except Exception as error:  # noqa: BLE001 - CloudFormation needs an answer to any of them
        logger.exception("installation failed")
        return str(error) or repr(error)
    return None
