"""
Run the function that an event is for, in a container, in a world in which the event is true.

    event                          before it is sent
    -----------------------------  ------------------------------------------------------------
    a request to the edge          nothing
    any for the controller         no rule wakes the deployed controller;
                                     the event's instant, where it has one, becomes the present
    switch-on.json                 the switch is written on
    CloudFormation's request       its answer is led to an object in the sandbox
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.invoke.deployed import Deployed, find_deployed
from sandbox.invoke.errors import InvocationError
from sandbox.invoke.passage import Passage, open_passage
from sandbox.invoke.sam import ENDPOINT, Invocation, own_environment, sam_local_invoke
from sandbox.process import Sandbox

EDGE = "MaintenanceEdge"
CONTROLLER = "Controller"
# An event does not carry the switch's value, so the file's name says what it was.
_SWITCH_SAYS = {"switch-on.json": "on"}
# A command's own, and that of an EventBridge event.
_INSTANTS = {"at", "time"}


@dataclass(frozen=True, slots=True)
class Invoked:
    """What a function answered, what it logged, and what CloudFormation got, if it was to."""

    function: str
    answer: object
    log: str
    to_cloudformation: object = None

    @property
    def failed(self) -> bool:
        """Tell whether the function raised an error."""
        return isinstance(self.answer, dict) and "errorType" in self.answer


@dataclass(frozen=True, slots=True)
class LocalController:
    """
    The controller, to be run in containers of `image` that reach the sandbox through `passage`.

    `environment` is the SAM CLI's; `clock` returns the present, aware.
    """

    deployed: Deployed
    passage: Passage
    image: str
    environment: Mapping[str, str]
    clock: Callable[[], datetime]

    def invoke(self, file: Path) -> Invoked:
        """Run the controller for the event in `file`; InvocationError where it cannot be."""
        event = read_event(file)
        with self.deployed.asleep():
            if file.name in _SWITCH_SAYS:
                self.deployed.write_switch(_SWITCH_SAYS[file.name])
            event |= dict.fromkeys(event.keys() & _INSTANTS, f"{self.clock():%Y-%m-%dT%H:%M:%SZ}")
            if "ResponseURL" not in event:
                return self._run(event)
            key = self.deployed.mailbox()
            event["ResponseURL"] = self.deployed.response_url(key, self.passage.endpoint_url)
            invoked = self._run(event)
            return replace(invoked, to_cloudformation=self.deployed.answer_to_cloudformation(key))

    def _run(self, event: object) -> Invoked:
        # The SAM CLI itself asks whose the credentials are, here and not in the container.
        aws = {**self.deployed.credentials(), ENDPOINT: self.passage.endpoint_url_here}
        answer, log = sam_local_invoke(
            Invocation(
                CONTROLLER,
                event,
                self.image,
                {**own_environment(self.environment), **aws},
                network=self.passage.network,
                variables={**self.deployed.variables, ENDPOINT: self.passage.endpoint_url},
            )
        )
        return Invoked(CONTROLLER, answer, log)


def read_event(file: Path) -> dict[str, Any]:
    """Return the event in `file`; InvocationError where there is none."""
    try:
        event = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvocationError(f"{file} is not an event: {error}") from error
    if not isinstance(event, dict):
        raise InvocationError(f"{file} is not an event: it must be a JSON object.")
    return event


def is_for_the_edge(event: Mapping[str, Any]) -> bool:
    """Tell whether an event is CloudFront's."""
    records = event.get("Records")
    return isinstance(records, list) and any("cf" in record for record in records)


def invoke_edge(file: Path, image: str, environment: Mapping[str, str]) -> Invoked:
    """Run the edge function for the event in `file`; it needs nothing but what was built."""
    event = read_event(file)
    answer, log = sam_local_invoke(Invocation(EDGE, event, image, own_environment(environment)))
    return Invoked(EDGE, answer, log)


@contextlib.contextmanager
def local_controller(
    endpoint_url: str, image: str, environment: Mapping[str, str], clock: Callable[[], datetime]
) -> Iterator[LocalController]:
    """Give the controller of the sandbox at `endpoint_url`; InvocationError where there is none."""
    deployed = _find(endpoint_url)
    with open_passage(image, urlsplit(endpoint_url).netloc) as passage:
        yield LocalController(deployed, passage, image, environment, clock)


def _find(endpoint_url: str) -> Deployed:
    try:
        Sandbox(endpoint_url, Path(os.devnull)).check_ready()
    except (OSError, ValueError, HTTPException) as error:
        raise InvocationError(
            f"No sandbox answers at {endpoint_url}: run make sandbox in another terminal."
        ) from error
    return find_deployed(endpoint_url)
