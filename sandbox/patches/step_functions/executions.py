"""
Patch executions: the machine's timeout, payload limits, and errors that nothing catches.

    TimeoutSeconds of the machine    the execution ends as TIMED_OUT
    more than 256 KiB of a result    States.DataLimitExceeded, which States.ALL does not catch
    an input of more than 256 KiB    StartExecution refuses it
    a stopped execution              stays ABORTED, whatever fails in it afterwards

Source: Step Functions Developer Guide, concepts-error-handling, service-quotas.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import contextvars
import json
import threading
from collections.abc import Callable
from typing import Any

from ministack.core import responses
from ministack.services import stepfunctions

from sandbox.patches.wrap import Reply, wrap_function

type _Record = dict[str, Any]

MAX_BYTES = 256 * 1024
_TOO_LARGE = "States.DataLimitExceeded"


def install() -> None:
    """Patch how executions start, run and end."""
    wrap_function(stepfunctions, "_start_execution", _patch_start)
    wrap_function(stepfunctions, "_run_execution", _patch_run)
    wrap_function(stepfunctions, "_fail_execution", _patch_fail)
    wrap_function(stepfunctions, "_error_matches", _patch_matches)
    wrap_function(stepfunctions, "_invoke_resource", _patch_invoke)
    wrap_function(stepfunctions, "reset", _patch_reset)


def is_running(execution: _Record) -> bool:
    """Return whether an execution has neither ended nor been stopped."""
    return bool(execution["status"] == "RUNNING")


def require_size(value: object, what: str) -> None:
    """Fail the state if the JSON of a value exceeds 256 KiB."""
    if len(json.dumps(value).encode()) > MAX_BYTES:
        cause = f"{what} has a size exceeding the maximum number of bytes service limit"
        raise stepfunctions._ExecutionError(_TOO_LARGE, cause)


def _patch_start(start: Callable[[_Record], Reply]) -> Callable[[_Record], Reply]:
    def start_small(data: _Record) -> Reply:
        if len(data.get("input", "").encode()) > MAX_BYTES:
            message = (
                "Value at 'input' failed to satisfy constraint: Member must have length less than "
                f"or equal to {MAX_BYTES}"
            )
            refused: Reply = responses.error_response_json("ValidationException", message, 400)
            return refused
        return start(data)

    return start_small


def _patch_run(run_execution: Callable[[str], None]) -> Callable[[str], None]:
    def run(arn: str) -> None:
        execution = stepfunctions._executions.get(arn)
        machine = execution and stepfunctions._state_machines.get(execution["stateMachineArn"])
        seconds = json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None
        if not seconds:
            run_execution(arn)
            return
        # A timer's thread does not inherit the account.
        timer = threading.Timer(seconds, contextvars.copy_context().run, [_expire, execution])
        timer.daemon = True
        timer.start()
        try:
            run_execution(arn)
        finally:
            timer.cancel()

    return run


def _expire(execution: _Record) -> None:
    if is_running(execution):
        execution.update(
            status="TIMED_OUT", error="States.Timeout", stopDate=stepfunctions.now_iso()
        )
        stepfunctions._add_event(execution, "ExecutionTimedOut", {})
        stepfunctions._emit_execution_status_event(execution)


def _patch_fail(fail: Callable[..., None]) -> Callable[..., None]:
    def fail_running(execution: _Record, error: str, cause: str) -> None:
        if is_running(execution):
            fail(execution, error, cause)

    return fail_running


def _patch_matches(matches: Callable[..., bool]) -> Callable[..., bool]:
    def matches_catchable(error_equals: list[str], error: str) -> bool:
        return error != _TOO_LARGE and matches(error_equals, error)

    return matches_catchable


def _patch_invoke(invoke_resource: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(resource: str, arguments: object) -> Any:  # noqa: ANN401 - any JSON
        result = invoke_resource(resource, arguments)
        require_size(result, f"The result of {resource}")
        return result

    return invoke


def _patch_reset(reset: Callable[[], None]) -> Callable[[], None]:
    def stop_and_reset() -> None:
        # A thread that still runs must not act on what comes after the reset.
        for execution in list(stepfunctions._executions.all_values()):
            if is_running(execution):
                execution["status"] = "ABORTED"
        reset()

    return stop_and_reset
