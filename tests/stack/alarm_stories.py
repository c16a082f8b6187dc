"""
For each alarm of the template, the fault that it is there for, made on a deployed stack.

A fault is there from the moment its story is entered until it is left; then it is gone, and what
it has done is cleaned up. A sweep that fails makes `FailedRuns` ring beside the alarm of its cause.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.cloud import eventually
from tests.stack.conftest import Deployed
from tests.stack.deliveries import listening, switch_is_written
from tests.stack.permission_stories import empty_dead_letters
from tests.stack.rights import PERMISSION, Right, without

_UPDATING = Right("Controller", "UpdateDistributions", "cloudfront:UpdateDistribution")
_ADMITTING = Right("SwitchChanged", PERMISSION, "lambda:InvokeFunction")
_HOURS = timedelta(hours=25)


@dataclass(frozen=True, kw_only=True)
class Story:
    """A fault, and all alarms that it makes ring."""

    error: Callable[[Deployed], AbstractContextManager[None]]
    rings: frozenset[str]


def look(stack: Deployed) -> None:
    """Let the controller look, whatever it finds."""
    stack.receives({"sweep": True})


@contextlib.contextmanager
def _denied(stack: Deployed) -> Iterator[None]:
    with without(stack, _UPDATING):
        stack.put(stack.switch, "on")
        yield


@contextlib.contextmanager
def _unheard(stack: Deployed) -> Iterator[None]:
    with without(stack, _ADMITTING), listening(stack, "ControllerSwitchChanged"):
        try:
            switch_is_written(stack)
            eventually(lambda: _dead_letters(stack))
            yield
        finally:
            empty_dead_letters(stack)


@contextlib.contextmanager
def _misspelt(stack: Deployed) -> Iterator[None]:
    window = f"{stack.switch}/windows/today"
    stack.put(window, "today for a while")
    try:
        yield
    finally:
        stack.cloud.ssm.delete_parameter(Name=window)


@contextlib.contextmanager
def _never_deployed(stack: Deployed) -> Iterator[None]:
    sandbox = stack.cloud.sandbox
    sandbox.set(deploy_seconds=timedelta(days=1).total_seconds())
    try:
        stack.put(stack.switch, "on")
        look(stack)
        sandbox.advance(31)
        yield
    finally:
        sandbox.set(deploy_seconds=2)
        sandbox.finish_deployments()


@contextlib.contextmanager
def _forgotten(stack: Deployed) -> Iterator[None]:
    stack.put(stack.switch, "on")
    look(stack)
    # What a run of yesterday would have left.
    status = stack.status("maintenance")
    for told in ("due", "accepted"):
        then = datetime.fromisoformat(status["last_change"][told]) - _HOURS
        status["last_change"][told] = f"{then:%Y-%m-%dT%H:%M:%SZ}"
    stack.put(f"{stack.switch}/status", json.dumps(status))
    yield
    stack.put(stack.switch, "off")


def _dead_letters(stack: Deployed) -> bool:
    answer = stack.cloud.sqs.get_queue_attributes(
        QueueUrl=stack.named("DeadLetterQueue"), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return answer["Attributes"]["ApproximateNumberOfMessages"] != "0"


STORIES: Mapping[str, Story] = {
    "FailedRuns": Story(error=_denied, rings=frozenset({"FailedRuns"})),
    "UndeliveredWakeups": Story(error=_unheard, rings=frozenset({"UndeliveredWakeups"})),
    "InvalidInputs": Story(error=_misspelt, rings=frozenset({"InvalidInputs", "FailedRuns"})),
    "StuckDistributions": Story(error=_never_deployed, rings=frozenset({"StuckDistributions"})),
    "LongMaintenance": Story(error=_forgotten, rings=frozenset({"LongMaintenance"})),
}
