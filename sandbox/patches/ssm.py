"""
Parameter Store over ministack: change events, and AllowedPattern enforced.

The functions are surrounded below HTTP, so that parameters of CloudFormation stacks emit too.
"""

import json
import re

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import eventbridge, ssm

from sandbox.api import errors
from sandbox.api.errors import Refusal
from sandbox.patches import seam

type _Data = dict[str, Any]
type _Reply = tuple[int, dict[str, str], bytes]
type _Call = Callable[[_Data], _Reply]

_REFUSED = 400


def install() -> None:
    """Surround the calls of Parameter Store that change something."""
    seam.surround(ssm, "_put_parameter", _putting)
    seam.surround(ssm, "_delete_parameter", _deleting)
    seam.surround(ssm, "_delete_parameters", _deleting)
    seam.surround(ssm, "_label_parameter_version", _labelling)


def _putting(put_parameter: _Call) -> _Call:
    def put(data: _Data) -> _Reply:
        _, before = ssm._lookup_parameter(data.get("Name"))
        # The pattern is the parameter's, not the version's: it stays until another one is given.
        pattern = data.get("AllowedPattern") or (before or {}).get("AllowedPattern", "")
        refusal = pattern_refusal(data.get("Value", ""), pattern)
        if refusal:
            answer = errors.answer(refusal, "ssm")
            return answer.status, answer.headers, answer.body
        reply = put_parameter({**data, "AllowedPattern": pattern})
        if reply[0] < _REFUSED:
            _emit("Update" if before else "Create", ssm._lookup_parameter(data["Name"])[1])
        return reply

    return put


def _deleting(delete: _Call) -> _Call:
    def remove(data: _Data) -> _Reply:
        names = data.get("Names", []) or [data.get("Name")]
        before = [ssm._lookup_parameter(name)[1] for name in names]
        reply = delete(data)
        for parameter in before:
            if parameter and reply[0] < _REFUSED:
                _emit("Delete", parameter)
        return reply

    return remove


def _labelling(label_parameter_version: _Call) -> _Call:
    def label(data: _Data) -> _Reply:
        reply = label_parameter_version(data)
        if reply[0] < _REFUSED:
            _emit("LabelParameterVersion", ssm._lookup_parameter(data["Name"])[1])
        return reply

    return label


def _emit(operation: str, parameter: _Data) -> None:
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
    """One change of a parameter; `arn` is the parameter's."""

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
