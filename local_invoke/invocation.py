"""
Run the function that an event is for, in a container, in a world in which the event is true.

    event                          before it is sent
    -----------------------------  ------------------------------------------------------------
    a request to the edge          nothing
    any for the controller         the deployed controller is kept from acting on parameters;
                                     the event's instant, where it has one, becomes the present
    switch-on.json                 the switch is written on
    CloudFormation's request       its answer is led to an object in the sandbox
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_invoke.deployed import Deployed, find_deployed
from local_invoke.engine import require_engine
from local_invoke.errors import InvocationError
from local_invoke.image import choose_image
from local_invoke.passage import Passage, open_passage
from local_invoke.sam import ENDPOINT, Invocation, own_environment, sam_local_invoke
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


def read_event(file: Path) -> dict[str, Any]:
    """Return the event in `file`; InvocationError where there is none."""
    try:
        event = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvocationError(f"{file} is not an event: {error}") from error
    if not isinstance(event, dict):
        raise InvocationError(f"{file} is not an event: it must be a JSON object.")
    return event


@dataclass(frozen=True, slots=True)
class Invoker:
    """
    Runs functions.

    `endpoint_url` is the sandbox's, `environment` the SAM CLI's; `clock` returns the present,
    aware.
    """

    endpoint_url: str
    environment: Mapping[str, str]
    clock: Callable[[], datetime]

    def invoke(self, file: Path) -> Invoked:
        """Run the function that the event in `file` is for; InvocationError where it cannot be."""
        event = read_event(file)
        require_engine()
        image = choose_image()
        if any("cf" in record for record in event.get("Records", ())):
            environment = own_environment(self.environment)
            return _run(Invocation(EDGE, event, image, environment))
        deployed = self._deployed()
        address = urlsplit(self.endpoint_url).netloc
        with open_passage(image, address) as passage, deployed.asleep():
            if file.name in _SWITCH_SAYS:
                deployed.write_switch(_SWITCH_SAYS[file.name])
            event |= dict.fromkeys(event.keys() & _INSTANTS, f"{self.clock():%Y-%m-%dT%H:%M:%SZ}")
            if "ResponseURL" not in event:
                return self._control(event, image, deployed, passage)
            key = deployed.mailbox()
            event["ResponseURL"] = deployed.response_url(key, passage.endpoint_url)
            invoked = self._control(event, image, deployed, passage)
            return replace(invoked, to_cloudformation=deployed.answer_to_cloudformation(key))

    def _deployed(self) -> Deployed:
        try:
            Sandbox(self.endpoint_url, Path(os.devnull)).ready()
        except (OSError, ValueError, HTTPException) as error:
            raise InvocationError(
                f"No sandbox answers at {self.endpoint_url}: run make sandbox in another terminal."
            ) from error
        return find_deployed(self.endpoint_url)

    def _control(self, event: object, image: str, deployed: Deployed, passage: Passage) -> Invoked:
        # The SAM CLI itself asks whose the credentials are, here and not in the container.
        aws = {**deployed.credentials(), ENDPOINT: self.endpoint_url}
        return _run(
            Invocation(
                CONTROLLER,
                event,
                image,
                {**own_environment(self.environment), **aws},
                network=passage.network,
                variables={**deployed.variables, ENDPOINT: passage.endpoint_url},
            )
        )


def _run(invocation: Invocation) -> Invoked:
    answer, log = sam_local_invoke(invocation)
    return Invoked(invocation.function, answer, log)
