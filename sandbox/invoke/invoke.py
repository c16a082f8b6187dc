"""
Run the function that an event is for, after making the event true in the sandbox.

    event                       before it is sent
    --------------------------  -----------------------------------------------------------
    a viewer request            nothing
    any for the controller      no rule wakes the deployed controller;
                                  the event's instant, if it has one, becomes the present
    switch-on.json              the switch is written
    CloudFormation's request    its ResponseURL becomes an object in the sandbox
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.invoke.container import InvocationError, Result, sam_local_invoke
from sandbox.invoke.network_bridge import listen_on_bridge
from sandbox.invoke.stack import Stack, find_stack

# An event does not carry the switch's value: the name of the file says which it was.
_SWITCH_VALUES = {"switch-on.json": "on"}
# A command's own, and that of an EventBridge event.
_INSTANTS = {"at", "time"}


def invoke(file: Path, endpoint_url: str, now: datetime) -> Result:
    """Run the function for the event in `file`; raise InvocationError if that is impossible."""
    event = _read_event(file)
    if _is_for_the_edge(event):
        return sam_local_invoke("MaintenanceEdge", event)
    stack = find_stack(endpoint_url)
    event |= dict.fromkeys(event.keys() & _INSTANTS, f"{now:%Y-%m-%dT%H:%M:%SZ}")
    address = urlsplit(endpoint_url)
    # Docker comes first: without it nothing is written.
    with (
        listen_on_bridge(address.hostname or "", address.port or 80) as url,
        stack.rules_disabled(),
    ):
        if file.name in _SWITCH_VALUES:
            stack.write_switch(_SWITCH_VALUES[file.name])
        result = _invoke_controller(stack, event, endpoint_url, url)
    if "ResponseURL" in event:
        return replace(result, to_cloudformation=stack.take_answer())
    return result


def _invoke_controller(
    stack: Stack, event: Mapping[str, Any], endpoint_url: str, container_url: str
) -> Result:
    """Run the controller; a container reaches the sandbox at `container_url`."""
    if "ResponseURL" in event:
        event = {**event, "ResponseURL": stack.answer_url(container_url)}
    # Docker's configuration may give a container a proxy.
    direct = dict.fromkeys(("NO_PROXY", "no_proxy"), str(urlsplit(container_url).hostname))
    return sam_local_invoke(
        "Controller",
        event,
        variables={**stack.variables, **direct, "AWS_ENDPOINT_URL": container_url},
        credentials={**stack.credentials(), "AWS_ENDPOINT_URL": endpoint_url},
    )


def _read_event(file: Path) -> dict[str, Any]:
    try:
        event = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvocationError(
            f"{file} is not an event: {error.strerror}; events/README.md lists those that there are"
        ) from error
    except ValueError as error:
        raise InvocationError(f"{file} is not an event: {error}") from error
    if not isinstance(event, dict):
        raise InvocationError(f"{file} is not an event: it must be a JSON object.")
    return event


def _is_for_the_edge(event: Mapping[str, Any]) -> bool:
    records = event.get("Records")
    return isinstance(records, list) and any("cf" in record for record in records)
