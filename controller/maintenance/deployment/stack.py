"""
The stack in CloudFormation: propose a change set, execute it, delete the stack, follow its events.

A change set is how CloudFormation says what it would do before it does it, for a new stack too
(doc: CloudFormation User Guide, using-cfn-updating-stacks-changesets).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, CallError, error_code, translate_errors
from maintenance.deployment.changes import Change
from maintenance.deployment.events import StackEvent, ending
from maintenance.errors import ApplyError, ConfigurationError, MaintenanceError, ObservationError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        ParameterTypeDef,
        ResourceChangeTypeDef,
    )

# CloudFormation's code for a stack that does not exist.
_NO_SUCH_STACK = "ValidationError"
_FORBIDDEN = {"AccessDenied", "AccessDeniedException"}
_UNCHANGED = ("didn't contain changes", "No updates are to be performed")
_POLL_SECONDS = 1.0
# Parameters by which a stack of this template is known.
OF_THIS_TEMPLATE = {"Distributions", "SwitchParameter"}
# An output that only a stack with the standby engine has.
STANDBY_FUNCTION_ARN = "StandbyFunctionArn"


class DeployedStack(Struct, frozen=True):
    """A stack as CloudFormation describes it."""

    stack_id: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def account(self) -> str:
        """The number of its account."""
        return self.stack_id.split(":")[4]


class ChangeSet(Struct, frozen=True):
    """A change set that waits to be executed."""

    arn: str
    stack_id: str
    changes: tuple[Change, ...]


class Stack(Struct, frozen=True):
    """The stack of that name; `pause` sleeps for a number of seconds."""

    client: CloudFormationClient
    name: str
    pause: Callable[[float], None]

    def read(self, stack: str = "") -> DeployedStack | None:
        """Return the stack, by its name or ARN, None if there is none; raise ObservationError."""
        try:
            (found,) = self.client.describe_stacks(StackName=stack or self.name)["Stacks"]
        except CALL_ERRORS as error:
            if error_code(error) == _NO_SUCH_STACK:
                return None
            raise _unreadable(self.name, error) from error
        outputs = found.get("Outputs", [])
        return DeployedStack(
            found["StackId"],
            found["StackStatus"],
            {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])},
            {each["OutputKey"]: each["OutputValue"] for each in outputs},
        )

    def siblings(self) -> dict[str, str]:
        """Return the Distributions of each other stack of this template; raise ObservationError."""
        with translate_errors(ObservationError, "the other stacks cannot be listed"):
            pages = self.client.get_paginator("describe_stacks").paginate()
            found = [each for page in pages for each in page["Stacks"]]
        parameters = {
            each["StackName"]: {
                one["ParameterKey"]: one["ParameterValue"] for one in each.get("Parameters", [])
            }
            for each in found
            if each["StackName"] != self.name
        }
        return {
            name: each["Distributions"]
            for name, each in parameters.items()
            if OF_THIS_TEMPLATE <= set(each)
        }

    def template(self) -> str:
        """Return the template that was deployed last, in JSON; raise ObservationError."""
        with translate_errors(ObservationError, f"the template of {self.name} cannot be read"):
            # Processed, because SAM's own has no roles and no code.
            body: Any = self.client.get_template(StackName=self.name, TemplateStage="Processed")[
                "TemplateBody"
            ]
        return body if isinstance(body, str) else json.dumps(body)

    def physical_ids(self) -> dict[str, str]:
        """Return the physical id of each resource by its logical id; raise ObservationError."""
        with translate_errors(ObservationError, f"the resources of {self.name} cannot be read"):
            pages = self.client.get_paginator("list_stack_resources").paginate(StackName=self.name)
            return {
                each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
                for page in pages
                for each in page["StackResourceSummaries"]
            }

    def propose(
        self, template: str, parameters: Mapping[str, str | None], *, is_new: bool
    ) -> ChangeSet | None:
        """
        Create a change set and return it, None if it would change nothing.

        A parameter that is None keeps its value. Raises ApplyError, and leaves nothing behind.
        """
        message = f"CloudFormation does not accept the change of {self.name}"
        with translate_errors(ApplyError, message):
            made = self.client.create_change_set(
                StackName=self.name,
                ChangeSetName=f"deploy-{uuid.uuid4().hex}",
                ChangeSetType="CREATE" if is_new else "UPDATE",
                TemplateBody=template,
                Capabilities=["CAPABILITY_IAM"],
                Parameters=[_parameter(name, value) for name, value in parameters.items()],
            )
        change_set = ChangeSet(made["Id"], made["StackId"], ())
        try:
            reason, changes = self._read_change_set(change_set)
        except BaseException:
            self.withdraw(change_set, is_new=is_new)
            raise
        if not reason:
            return ChangeSet(change_set.arn, change_set.stack_id, changes)
        self.withdraw(change_set, is_new=is_new)
        if any(each in reason for each in _UNCHANGED):
            return None
        raise ApplyError(f"{message}: {reason}")

    def withdraw(self, change_set: ChangeSet, *, is_new: bool) -> None:
        """Delete a change set, and with it the empty stack that one of a new stack made."""
        with translate_errors(ApplyError, f"the change set of {self.name} cannot be deleted"):
            self.client.delete_change_set(
                StackName=change_set.stack_id, ChangeSetName=change_set.arn
            )
            if is_new:
                self.client.delete_stack(StackName=change_set.stack_id)

    def execute(self, change_set: ChangeSet) -> Iterator[StackEvent]:
        """Execute a change set; yield the events until it has ended; raise ApplyError."""
        last = self._last_event(change_set.stack_id)
        with translate_errors(ApplyError, f"the change of {self.name} cannot begin"):
            self.client.execute_change_set(
                StackName=change_set.stack_id, ChangeSetName=change_set.arn
            )
        return self._follow(change_set.stack_id, last)

    def delete(self, stack_id: str) -> Iterator[StackEvent]:
        """Delete the stack; yield the events until that has ended; raise ApplyError."""
        last = self._last_event(stack_id)
        with translate_errors(ApplyError, f"the stack {self.name} cannot be deleted"):
            self.client.delete_stack(StackName=stack_id)
        return self._follow(stack_id, last)

    def _read_change_set(self, change_set: ChangeSet) -> tuple[str, tuple[Change, ...]]:
        """Return why it failed, '' if it did not, and its changes; raise ObservationError."""
        # With the stack's ARN, on which the right to read it is checked.
        stack, name = change_set.stack_id, change_set.arn
        with translate_errors(ObservationError, f"the change of {self.name} cannot be read"):
            described = self.client.describe_change_set(StackName=stack, ChangeSetName=name)
            while described["Status"] in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}:
                self.pause(_POLL_SECONDS)
                described = self.client.describe_change_set(StackName=stack, ChangeSetName=name)
            if described["Status"] == "FAILED":
                return described.get("StatusReason", "no reason given"), ()
            pages = self.client.get_paginator("describe_change_set").paginate(
                StackName=stack, ChangeSetName=name
            )
            found = [each["ResourceChange"] for page in pages for each in page["Changes"]]
        return "", tuple(map(_change, found))

    def _follow(self, stack_id: str, last: str) -> Iterator[StackEvent]:
        """Yield the events after the event `last`, oldest first, until the operation has ended."""
        while True:
            events = self._events_after(stack_id, last)
            yield from events
            if ending(events, stack_id):
                return
            last = events[-1].event_id if events else last
            self.pause(_POLL_SECONDS)

    def _last_event(self, stack_id: str) -> str:
        with translate_errors(ObservationError, f"the events of {self.name} cannot be read"):
            events = self.client.describe_stack_events(StackName=stack_id)["StackEvents"]
        return events[0]["EventId"] if events else ""

    def _events_after(self, stack_id: str, last: str) -> list[StackEvent]:
        newest_first: list[StackEvent] = []
        with translate_errors(ObservationError, f"the events of {self.name} cannot be read"):
            pages = self.client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
            for each in (each for page in pages for each in page["StackEvents"]):
                if each["EventId"] == last:
                    break
                newest_first.append(
                    StackEvent(
                        each["EventId"],
                        each.get("LogicalResourceId", ""),
                        each.get("PhysicalResourceId", ""),
                        each.get("ResourceStatus", ""),
                        each.get("ResourceStatusReason", ""),
                    )
                )
        return newest_first[::-1]


def _change(found: ResourceChangeTypeDef) -> Change:
    return Change(
        found.get("Action", ""),
        found.get("LogicalResourceId", ""),
        found.get("ResourceType", ""),
        found.get("Replacement", ""),
    )


def _parameter(name: str, value: str | None) -> ParameterTypeDef:
    if value is None:
        return {"ParameterKey": name, "UsePreviousValue": True}
    return {"ParameterKey": name, "ParameterValue": value}


def _unreadable(name: str, error: CallError) -> MaintenanceError:
    if error_code(error) in _FORBIDDEN:
        return ConfigurationError(
            f"you may not read the stack {name}: docs/deploying-policy.json lists the permissions "
            f"to deploy it ({error})"
        )
    return ObservationError(
        f"the stack {name} cannot be read: {error} - check your network and your credentials "
        "(AWS_PROFILE, aws sso login)"
    )
