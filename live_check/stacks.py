"""Wait for CloudFormation, and read what a stack gives out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from live_check.account import Account

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef


class StackFailedError(Exception):
    """A stack was not created, updated or deleted; the sentence says why."""


def wait_for_stack(account: Account, stack: str, operation: str) -> None:
    """
    Wait until CREATE, UPDATE or DELETE of a stack has ended.

    Raise StackFailedError, with CloudFormation's first reason, if it failed. A deleted stack is
    known by its id only.
    """

    def find_end() -> str | None:
        found = account.clients.cloudformation.describe_stacks(StackName=stack)
        status = found["Stacks"][0]["StackStatus"]
        has_ended = status.startswith(operation) and not status.endswith("IN_PROGRESS")
        return status if has_ended else None

    timing = account.timing
    status = timing.wait_for(find_end, f"{operation} of stack {stack}", timing.deployment)
    if status != f"{operation}_COMPLETE":
        raise StackFailedError(f"{operation} of stack {stack}: {_reason(account, stack) or status}")


def read_outputs(account: Account, stack: str) -> dict[str, str]:
    """Return the outputs of a stack by their names."""
    found = account.clients.cloudformation.describe_stacks(StackName=stack)
    outputs = found["Stacks"][0].get("Outputs", [])
    return {each["OutputKey"]: each["OutputValue"] for each in outputs}


def events(account: Account, stack_id: str) -> Iterator["StackEventTypeDef"]:
    """Yield the events of a stack, the latest first; of a deleted stack for 90 days."""
    pages = account.clients.cloudformation.get_paginator("describe_stack_events")
    for page in pages.paginate(StackName=stack_id):
        yield from page["StackEvents"]


def _reason(account: Account, stack: str) -> str:
    """Return why the first resource failed, or ''."""
    reasons = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events(account, stack)
        if event["ResourceStatus"].endswith("_FAILED")
        and event["LogicalResourceId"] != event["StackName"]
    ]
    return reasons[-1] if reasons else ""
