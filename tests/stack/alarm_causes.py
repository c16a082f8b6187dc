"""
For each alarm of the template, a cause that sets it off on a deployed stack.

A cause lasts as long as its context; leaving it also cleans up. A sweep that fails sets off
`FailedRuns` beside the alarm of its cause.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.cloud import eventually
from tests.stack.conftest import DeployedStack
from tests.stack.deliveries import rewrite_switch, rule_enabled
from tests.stack.operations import empty_dead_letter_queue
from tests.stack.permissions import INVOKE, Permission, without

_UPDATE = Permission("Controller", "UpdateDistributions", "cloudfront:UpdateDistribution")
_INVOKE_BY_RULE = Permission("SwitchChanged", INVOKE, "lambda:InvokeFunction")
_25_HOURS = timedelta(hours=25)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause, and all alarms that it sets off."""

    lasting: Callable[[DeployedStack], AbstractContextManager[None]]
    alarms: frozenset[str]


def sweep(stack: DeployedStack) -> None:
    """Let the controller sweep, whatever it finds."""
    stack.invoke({"sweep": True})


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
