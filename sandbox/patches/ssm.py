"""
Patch Parameter Store: emit change events, enforce AllowedPattern, keep versions and their writers.

    call                               operation in the event
    ---------------------------------  ----------------------------------------------
    PutParameter, version 1            Create
    PutParameter, later versions       Update, also when the same value is written
    DeleteParameter, DeleteParameters  Delete, one event for each that existed
    LabelParameterVersion              LabelParameterVersion

The patched functions are below HTTP, so parameters of CloudFormation stacks emit events too.

Source: Systems Manager User Guide, sysman-paramstore-cwe and
monitoring-systems-manager-event-examples; sysman-paramstore-versions for the limit.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import eventbridge, ssm

from sandbox.api.errors import Refusal
from sandbox.patches.wrap import Reply, refuse, wrap_function

type _Parameters = dict[str, Any]
type _Call = Callable[[_Parameters], Reply]

_FIRST_ERROR = 400
_KEPT_VERSIONS = 100


def install() -> None:
    """Patch the calls that change a parameter."""
    wrap_function(ssm, "_put_parameter", _patch_put)
    wrap_function(ssm, "_delete_parameter", _patch_delete)
    wrap_function(ssm, "_delete_parameters", _patch_delete)
    wrap_function(ssm, "_label_parameter_version", _patch_label)


def _patch_put(put_parameter: _Call) -> _Call:
    def put(data: _Parameters) -> Reply:
        _, before = ssm._lookup_parameter(data.get("Name"))
        # The pattern belongs to the parameter, not to a version: it stays until it is replaced.
        pattern = data.get("AllowedPattern") or (before or {}).get("AllowedPattern", "")
        refusal = pattern_refusal(data.get("Value", ""), pattern)
        if refusal:
            return refuse(refusal, "ssm")
        reply = put_parameter({**data, "AllowedPattern": pattern})
        if reply[0] < _FIRST_ERROR:
            history = ssm._parameter_history[data["Name"]]
            del history[:-_KEPT_VERSIONS]
            history[-1]["LastModifiedUser"] = iam_evaluator.caller_arn()
            _emit("Update" if before else "Create", ssm._lookup_parameter(data["Name"])[1])
        return reply

    return put


def _patch_delete(delete_parameters: _Call) -> _Call:
    def delete(data: _Parameters) -> Reply:
        names = data.get("Names", []) or [data.get("Name")]
        before = [ssm._lookup_parameter(name)[1] for name in names]
        reply = delete_parameters(data)
        for parameter in before:
            if parameter and reply[0] < _FIRST_ERROR:
                _emit("Delete", parameter)
        return reply

    return delete


def _patch_label(label_parameter_version: _Call) -> _Call:
    def label(data: _Parameters) -> Reply:
        reply = label_parameter_version(data)
        if reply[0] < _FIRST_ERROR:
            _emit("LabelParameterVersion", ssm._lookup_parameter(data["Name"])[1])
        return reply

    return label


def _emit(operation: str, parameter: _Parameters) -> None:
    change = ParameterChange(
        operation=operation,
        name=parameter["Name"],
        arn=parameter["ARN"],
        kind=parameter["Type"],
        description=parameter["Description"],
    )
    eventbridge._put_events({"Entries": [change.entry()]}, allow_aws_source=True)


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One change of the parameter `arn`."""

    operation: str
    name: str
    arn: str
    kind: str
    description: str

    def entry(self) -> dict[str, object]:
        """Return the change as an entry of PutEvents."""
        detail = {
            "operation": self.operation,
            "name": self.name,
            "type": self.kind,
            "description": self.description,
        }
        return {
            "Source": "aws.ssm",
            "DetailType": "Parameter Store Change",
            "Resources": [self.arn],
            "Detail": json.dumps(detail),
        }


def pattern_refusal(value: str, pattern: str) -> Refusal | None:
    """
    Return the refusal of a value that its AllowedPattern does not match, or None.

    The code is the API's (model: ssm PutParameter); the sentence is ours.
    """
    if not pattern or re.search(pattern, value):
        return None
    return Refusal(
        "ParameterPatternMismatchException",
        f"Parameter value, {value}, doesn't match the allowed pattern: {pattern}",
    )
