"""
What Parameter Store says to EventBridge, and what it demands of a value. Pure.

    call                              operation in the event
    --------------------------------  ---------------------------------------------
    PutParameter, version 1           Create
    PutParameter, later versions      Update (also when the same value is written)
    DeleteParameter, DeleteParameters Delete, one event for each that was there
    LabelParameterVersion             LabelParameterVersion

Source: Systems Manager User Guide, sysman-paramstore-cwe and
monitoring-systems-manager-event-examples.
"""

import json
import re
from dataclasses import dataclass

from sandbox.refusals import Refusal


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
