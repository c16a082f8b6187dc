"""
For each alarm of the template, a cause that sets it off on a deployed stack.

A cause lasts as long as its context; leaving it also cleans up. A sweep that fails sets off
`FailedRuns` beside the alarm of its cause, and two that do not run set off `MissingRuns`.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.cloud import eventually
from tests.stack.conftest import DeployedStack
from tests.stack.deliveries import (
    LOST,
    Step,
    delivery,
    postpone_sweep,
    rewrite_switch,
    rule_enabled,
    trigger_sweep,
    write_sweep,
)
from tests.stack.operations import empty_dead_letter_queue
from tests.stack.permissions import INVOKE, Permission, without

_UPDATE = Permission("AttachPolicy", "UpdateDistributions", "cloudfront:UpdateDistribution")
_INVOKE_BY_RULE = Permission("SwitchChanged", INVOKE, "lambda:InvokeFunction")
_SCHEDULER_ROLE = (
    Permission("SchedulerRolePolicy", "InvokeController", "lambda:InvokeFunction"),
    Permission("SchedulerRolePolicy", "SendDeadLetters", "sqs:SendMessage"),
)
_25_HOURS = timedelta(hours=25)


def sweep(stack: DeployedStack) -> None:
    """Let the controller sweep, whatever it finds."""
    stack.invoke({"sweep": True})


@dataclass(frozen=True, kw_only=True)
class Cause:
    """
    A cause, and all alarms that it sets off.

    `sweep` is what comes of a sweep while the cause lasts, and the alarms end after so many
    `sweeps_until_ok` without it.
    """

    lasting: Callable[[DeployedStack], AbstractContextManager[None]]
    alarms: frozenset[str]
    sweep: Step = sweep
    sweeps_until_ok: int = 1


@contextlib.contextmanager
def _update_denied(stack: DeployedStack) -> Iterator[None]:
    with without(stack, _UPDATE):
        stack.put(stack.switch, "on")
        yield


@contextlib.contextmanager
def _event_undelivered(stack: DeployedStack) -> Iterator[None]:
    with without(stack, _INVOKE_BY_RULE), rule_enabled(stack, "ControllerSwitchChanged"):
        try:
            rewrite_switch(stack)
            eventually(lambda: _has_dead_letters(stack))
            yield
        finally:
            empty_dead_letter_queue(stack)


@contextlib.contextmanager
def _window_invalid(stack: DeployedStack) -> Iterator[None]:
    window = f"{stack.switch}/windows/today"
    stack.put(window, "today for a while")
    try:
        yield
    finally:
        stack.cloud.ssm.delete_parameter(Name=window)


@contextlib.contextmanager
def _deployment_stuck(stack: DeployedStack) -> Iterator[None]:
    sandbox = stack.cloud.sandbox
    sandbox.set(deploy_seconds=timedelta(days=1).total_seconds())
    try:
        stack.put(stack.switch, "on")
        sweep(stack)
        sandbox.advance(31)
        yield
    finally:
        sandbox.set(deploy_seconds=2)
        sandbox.finish_deployments()


@contextlib.contextmanager
def _closed_since_yesterday(stack: DeployedStack) -> Iterator[None]:
    stack.put(stack.switch, "on")
    sweep(stack)
    status = stack.status("maintenance")
    for phase in ("due", "accepted"):
        earlier = datetime.fromisoformat(status["last_change"][phase]) - _25_HOURS
        status["last_change"][phase] = f"{earlier:%Y-%m-%dT%H:%M:%SZ}"
    stack.put(f"{stack.switch}/status", json.dumps(status))
    yield
    stack.put(stack.switch, "off")


@contextlib.contextmanager
def _sweep_disabled(stack: DeployedStack) -> Iterator[None]:
    write_sweep(stack, state="DISABLED")
    try:
        yield
    finally:
        # If it ran at once, that might end in the next test.
        postpone_sweep(stack)


def _no_sweep(_: DeployedStack) -> None:
    """Do nothing, as a schedule that is disabled."""


@contextlib.contextmanager
def _schedules_denied(stack: DeployedStack) -> Iterator[None]:
    with without(stack, *_SCHEDULER_ROLE):
        yield


def _lose_sweep(stack: DeployedStack) -> None:
    # A run that something else has woken can end the first wait.
    eventually(lambda: LOST["AWS/Scheduler"] in delivery(trigger_sweep)(stack))


@contextlib.contextmanager
def _no_concurrency_left(stack: DeployedStack) -> Iterator[None]:
    name = stack.physical_id("Controller")
    functions = stack.cloud.functions
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName=name)


def _sweep_throttled(stack: DeployedStack) -> None:
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        sweep(stack)


def _has_dead_letters(stack: DeployedStack) -> bool:
    answer = stack.cloud.sqs.get_queue_attributes(
        QueueUrl=stack.physical_id("DeadLetterQueue"),
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    return answer["Attributes"]["ApproximateNumberOfMessages"] != "0"


CAUSES: Mapping[str, Cause] = {
    "FailedRuns": Cause(lasting=_update_denied, alarms=frozenset({"FailedRuns"})),
    "UndeliveredWakeups": Cause(
        lasting=_event_undelivered, alarms=frozenset({"UndeliveredWakeups"})
    ),
    "MissingRuns": Cause(
        lasting=_sweep_disabled, sweep=_no_sweep, alarms=frozenset({"MissingRuns"})
    ),
    "ThrottledRuns": Cause(
        lasting=_no_concurrency_left,
        sweep=_sweep_throttled,
        alarms=frozenset({"ThrottledRuns", "MissingRuns"}),
        sweeps_until_ok=3,
    ),
    "LostWakeups": Cause(
        lasting=_schedules_denied,
        sweep=_lose_sweep,
        alarms=frozenset({"LostWakeups", "MissingRuns"}),
        sweeps_until_ok=3,
    ),
    "InvalidInputs": Cause(
        lasting=_window_invalid, alarms=frozenset({"InvalidInputs", "FailedRuns"})
    ),
    "StuckDistributions": Cause(
        lasting=_deployment_stuck, alarms=frozenset({"StuckDistributions"})
    ),
    "LongMaintenance": Cause(
        lasting=_closed_since_yesterday, alarms=frozenset({"LongMaintenance"})
    ),
}
