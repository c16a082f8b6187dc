"""Stacks, functions, roles, and what moves events."""

import functools
from collections.abc import Iterator

from live_check.account import PREFIX, Account
from live_check.clean_up.found import Found
from live_check.pace import OverdueError


def stacks(account: Account) -> Iterator[Found]:
    """Find stacks; deleting ours opens its site first."""
    for page in account.clients.cloudformation.get_paginator("describe_stacks").paginate():
        for each in page["Stacks"]:
            name, status = each["StackName"], each["StackStatus"]
            if status != "DELETE_COMPLETE":
                delete = functools.partial(_delete_stack, account, name, each["StackId"])
                yield Found("stack", name, delete)


def edge_functions(account: Account) -> Iterator[Found]:
    """Find Lambda functions; those that were at the edge cannot go for hours."""
    functions = account.clients.functions
    for page in functions.get_paginator("list_functions").paginate():
        for each in page["Functions"]:
            name = each["FunctionName"]
            delete = functools.partial(functions.delete_function, FunctionName=name)
            yield Found("Lambda function", name, delete)


def schedules(account: Account) -> Iterator[Found]:
    """Find schedules of the default group."""
    scheduler = account.clients.scheduler
    for page in scheduler.get_paginator("list_schedules").paginate(NamePrefix=PREFIX):
        for each in page["Schedules"]:
            group, name = each["GroupName"], each["Name"]
            delete = functools.partial(scheduler.delete_schedule, GroupName=group, Name=name)
            yield Found("schedule", name, delete)


def rules(account: Account) -> Iterator[Found]:
    """Find rules of the default event bus."""
    events = account.clients.events

    def delete(name: str) -> None:
        targets = [each["Id"] for each in events.list_targets_by_rule(Rule=name)["Targets"]]
        if targets:
            events.remove_targets(Rule=name, Ids=targets)
        events.delete_rule(Name=name)

    for page in events.get_paginator("list_rules").paginate(NamePrefix=PREFIX):
        for each in page["Rules"]:
            yield Found("rule", each["Name"], functools.partial(delete, each["Name"]))


def queues(account: Account) -> Iterator[Found]:
    """Find queues."""
    sqs = account.clients.sqs
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=PREFIX):
        for url in page.get("QueueUrls", []):
            delete = functools.partial(sqs.delete_queue, QueueUrl=url)
            yield Found("queue", url.rpartition("/")[2], delete)


def roles(account: Account) -> Iterator[Found]:
    """Find roles, those that a deleted stack has kept among them."""
    for page in account.clients.iam.get_paginator("list_roles").paginate():
        for each in page["Roles"]:
            name = each["RoleName"]
            yield Found("role", name, functools.partial(_delete_role, account, name))


def _delete_stack(account: Account, name: str, stack_id: str) -> None:
    cloudformation, pace = account.clients.cloudformation, account.pace
    cloudformation.delete_stack(StackName=name)

    def ended() -> str | None:
        # By its id: a deleted stack's name is unknown.
        stack = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]
        is_over = (
            stack["StackStatus"].startswith("DELETE_") and "PROGRESS" not in stack["StackStatus"]
        )
        return f"{stack['StackStatus']} {stack.get('StackStatusReason', '')}" if is_over else None

    ending = pace.wait_for(ended, f"the stack {name} is deleted", pace.deployment)
    if not ending.startswith("DELETE_COMPLETE"):
        raise OverdueError(f"its deletion ended with {ending.strip()}")


def _delete_role(account: Account, name: str) -> None:
    iam = account.clients.iam
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)
