"""
Delete what runs have created: their stacks, what these retain, their parameters and logs.

Everything is found through the two stacks of a run, the product's and the probe's; nothing else is
deleted. What cannot be deleted is reported, and does not stop the rest.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from live_check.account import PREFIX, PROBE, REGION, Account, run_of, start_of
from live_check.idle_queue import NotIdleYetError, read_verdict
from live_check.stacks import StackFailedError, events, wait_for_stack
from live_check.timing import OverdueError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackSummaryTypeDef
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

# Deleted by an earlier clean-up: CloudFormation lists deleted stacks for 90 days.
_GONE = (
    "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NoSuchEntity",
    "ResourceNotFoundException",
)  # fmt: skip
# What a Region answers that this account has not opted in to.
_NOT_OPTED_IN = ("InvalidClientTokenId", "UnrecognizedClientException")


@dataclass(frozen=True, slots=True)
class Left:
    """Something that still exists, and why."""

    what: str
    reason: str
    is_idle_queue: bool = False

    @property
    def is_replica(self) -> bool:
        """Return whether it can be deleted later, when CloudFront has deleted its replicas."""
        # doc: CloudFront Developer Guide, lambda-edge-delete-replicas
        return "replicated function" in self.reason

    @property
    def can_wait(self) -> bool:
        """Return whether it is no failure that it was left."""
        return self.is_replica or self.is_idle_queue


@dataclass(frozen=True, slots=True)
class _Found:
    """Something to delete; `delete` waits for a stack, and may return an answer to report."""

    label: str
    delete: Callable[[], object]


def clean_up(
    account: Account, report: Callable[[str], None], *, only: str = ""
) -> tuple[Left, ...]:
    """Delete what all runs have created, or `only` this one; return what is left."""
    stacks = _stacks_of_runs(account, only)
    left: list[Left] = []
    for find in (_find_stacks, _find_retained, _find_parameters, _find_log_groups):
        try:
            found = list(find(account, stacks))
        except (BotoCoreError, ClientError) as error:
            kind = find.__name__.removeprefix("_find_").replace("_", " ")
            left.append(Left(f"possibly {kind}", str(error)))
            continue
        for each in found:
            try:
                answer = each.delete()
            except NotIdleYetError as error:
                left.append(Left(each.label, str(error), is_idle_queue=True))
            except (BotoCoreError, ClientError, OverdueError, StackFailedError) as error:
                if not _has_code(error, _GONE):
                    left.append(Left(each.label, str(error)))
            else:
                report(f"{each.label} ({answer})" if isinstance(answer, str) else each.label)
    return tuple(left)


def _stacks_of_runs(account: Account, only: str) -> "list[StackSummaryTypeDef]":
    """Return existing and deleted stacks; a product's before the site that it has to open."""
    pages = account.clients.cloudformation.get_paginator("list_stacks").paginate()
    stacks = [
        stack
        for page in pages
        for stack in page["StackSummaries"]
        if (run := run_of(stack["StackName"])) and only in {"", run}
    ]
    return sorted(stacks, key=lambda stack: stack["StackName"].endswith(PROBE))


def _find_stacks(account: Account, stacks: "list[StackSummaryTypeDef]") -> Iterator[_Found]:
    def delete(stack_id: str) -> None:
        account.clients.cloudformation.delete_stack(StackName=stack_id)
        wait_for_stack(account, stack_id, "DELETE")

    for stack in stacks:
        if stack["StackStatus"] != "DELETE_COMPLETE":
            label = f"stack {stack['StackName']}"
            yield _Found(label, functools.partial(delete, stack["StackId"]))


def _find_retained(account: Account, stacks: "list[StackSummaryTypeDef]") -> Iterator[_Found]:
    """Find the resources that CloudFormation has not deleted with a stack."""
    delete_function = account.clients.functions.delete_function
    deletions: dict[str, tuple[str, Callable[[str], object]]] = {
        "AWS::Lambda::Function": ("function", lambda name: delete_function(FunctionName=name)),
        "AWS::IAM::Role": ("role", functools.partial(_delete_role, account)),
        "AWS::S3::Bucket": ("bucket", functools.partial(_delete_bucket, account)),
    }
    for stack in stacks:
        idle_since = start_of(stack["StackName"].removesuffix(PROBE))
        delete_queue = functools.partial(_delete_idle_queue, account, idle_since)
        deletions["AWS::SQS::Queue"] = ("queue", delete_queue)
        for event in events(account, stack["StackId"]):
            kind, name = event["ResourceType"], event.get("PhysicalResourceId", "")
            if event["ResourceStatus"] == "DELETE_SKIPPED" and kind in deletions:
                label, delete = deletions[kind]
                yield _Found(f"{label} {name}", functools.partial(delete, name))


def _find_parameters(account: Account, stacks: "list[StackSummaryTypeDef]") -> Iterator[_Found]:
    ssm = account.clients.ssm
    for run in _runs(stacks):
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/{run}", Recursive=True)
        for name in [each["Name"] for page in pages for each in page["Parameters"]]:
            yield _Found(f"parameter {name}", functools.partial(ssm.delete_parameter, Name=name))


def _find_log_groups(account: Account, stacks: "list[StackSummaryTypeDef]") -> Iterator[_Found]:
    """
    Find the log groups of functions, which Lambda creates in the Regions nearest to the visitors.

    doc: CloudFront Developer Guide, edge-functions-logs
    """
    functions = tuple(f"{run}-" for run in _runs(stacks))
    every_region = account.session.get_available_regions("logs")
    for region in [REGION] if account.endpoint_url else every_region:
        logs = account.client("logs", region_name=region)
        for prefix in ("/aws/lambda/", f"/aws/lambda/{REGION}."):
            for group in _log_groups(logs, f"{prefix}{PREFIX}"):
                if group.removeprefix(prefix).startswith(functions):
                    delete = functools.partial(logs.delete_log_group, logGroupName=group)
                    yield _Found(f"log group {group} in {region}", delete)


def _runs(stacks: "list[StackSummaryTypeDef]") -> set[str]:
    return {stack["StackName"].removesuffix(PROBE) for stack in stacks}


def _log_groups(logs: Any, prefix: str) -> list[str]:  # noqa: ANN401 - a client made at run time
    try:
        pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix))
    except ClientError as error:
        if _has_code(error, _NOT_OPTED_IN):
            return []
        raise
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def _delete_role(account: Account, name: str) -> None:
    iam = account.clients.iam
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _delete_bucket(account: Account, name: str) -> None:
    s3 = account.clients.s3
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys: list[ObjectIdentifierTypeDef] = [
            {"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions
        ]
        if keys:
            s3.delete_objects(Bucket=name, Delete={"Objects": keys})
    s3.delete_bucket(Bucket=name)


def _delete_idle_queue(account: Account, since: datetime, url: str) -> str:
    answer = read_verdict(account, url, since=since, now=datetime.now(UTC))
    account.clients.sqs.delete_queue(QueueUrl=url)
    return answer


def _has_code(error: Exception, codes: tuple[str, ...]) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in codes
