"""
Reads how a stack and its account are, with the operator's credentials: facts, no judgment.

Each method makes the calls of one question, and raises ObservationError if AWS does not answer it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.clients import CLIENT, MAKING_CLIENTS
from maintenance.aws.errors import translate_errors
from maintenance.errors import ObservationError

if TYPE_CHECKING:
    import boto3  # noqa: TID251 - only its type

# Alarms that a call may name (doc: CloudWatch API Reference, DescribeAlarms).
_BATCH = 100
_DRIFT_SECONDS = 90
_DETECTING = "DETECTION_IN_PROGRESS"
# At least one resource could not be compared; the others were (doc: CloudFormation API Reference,
# DescribeStackDriftDetectionStatus).
_NOT_ALL = "DETECTION_FAILED"
# The controller attaches its own function to the one and publishes the code of the other, so they
# always differ from the template.
_ALWAYS_DIFFER = {"PreviewDistribution", "StandbyFunction"}


class Identity(Struct, frozen=True):
    """Who calls, and by how much AWS's clock is ahead of ours."""

    account: str
    arn: str
    ahead: timedelta


class StackFacts(Struct, frozen=True):
    """
    A stack of CloudFormation.

    `resources` are the physical ids by logical id, those of one type in `of_type`.
    """

    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, tuple[str, str]]

    def of_type(self, resource_type: str) -> dict[str, str]:
        """Return the physical ids of the resources of a type, by logical id."""
        return {
            logical: physical
            for logical, (found, physical) in self.resources.items()
            if found == resource_type
        }


class Concurrency(Struct, frozen=True):
    """Lambda's concurrency: the account's, and what is reserved for a function."""

    account: int
    reserved: int | None


class CodeStorage(Struct, frozen=True):
    """How many bytes the packages of all functions and versions take, and may take."""

    used: int
    limit: int


class Health:
    """
    Asks AWS about the stack `stack`.

    `clock` returns the present, aware; `sleep` waits for a number of seconds.
    """

    def __init__(
        self,
        session: boto3.Session,
        stack: str,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self._stack = stack
        self._clock = clock
        self._sleep = sleep

    def identity(self) -> Identity:
        """Return who calls."""
        with translate_errors(ObservationError, "the caller cannot be read"):
            answer = self._client("sts").get_caller_identity()
        dated = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return Identity(answer["Account"], answer["Arn"], dated - self._clock())

    def stack(self) -> StackFacts:
        """Return the stack."""
        cloudformation = self._client("cloudformation")
        with translate_errors(ObservationError, f"the stack {self._stack} cannot be read"):
            (found,) = cloudformation.describe_stacks(StackName=self._stack)["Stacks"]
            listed = cloudformation.describe_stack_resources(StackName=self._stack)
        return StackFacts(
            found["StackStatus"],
            {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", ())},
            {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())},
            {
                each["LogicalResourceId"]: (each["ResourceType"], each["PhysicalResourceId"])
                for each in listed["StackResources"]
                if "PhysicalResourceId" in each
            },
        )

    def drift(self) -> tuple[str, ...]:
        """Let CloudFormation compare the stack with its template; return what differs."""
        cloudformation = self._client("cloudformation")
        with translate_errors(ObservationError, f"drift of {self._stack} cannot be read"):
            begun = cloudformation.detect_stack_drift(StackName=self._stack)
            for _ in range(_DRIFT_SECONDS):
                status = cloudformation.describe_stack_drift_detection_status(
                    StackDriftDetectionId=begun["StackDriftDetectionId"]
                )
                if status["DetectionStatus"] != _DETECTING:
                    break
                self._sleep(1)
            else:
                raise ObservationError("CloudFormation is still comparing: try again in a minute")
            found = cloudformation.describe_stack_resource_drifts(
                StackName=self._stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
            )
        differing = tuple(
            f"{each['LogicalResourceId']} is {each['StackResourceDriftStatus'].lower()}"
            for each in found["StackResourceDrifts"]
            if each["LogicalResourceId"] not in _ALWAYS_DIFFER
        )
        if status["DetectionStatus"] == _NOT_ALL and not differing:
            reason = status.get("DetectionStatusReason", "no reason given")
            raise ObservationError(f"CloudFormation could not compare every resource: {reason}")
        return differing

    def ringing(self, alarms: Collection[str]) -> tuple[str, ...]:
        """Return which of these alarms ring."""
        cloudwatch = self._client("cloudwatch")
        with translate_errors(ObservationError, "the alarms cannot be read"):
            found = [
                each
                for names in batched(sorted(alarms), _BATCH)
                for each in cloudwatch.describe_alarms(AlarmNames=list(names))["MetricAlarms"]
            ]
        return tuple(each["AlarmName"] for each in found if each["StateValue"] == "ALARM")

    def dead_letters(self, queue: str) -> int:
        """Return how many messages a queue holds."""
        name = "ApproximateNumberOfMessages"
        with translate_errors(ObservationError, f"the queue {queue} cannot be read"):
            answer = self._client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def rule_problem(self, rule: str, target: str) -> str | None:
        """Return why a rule of EventBridge does not wake the function `target`, None if it does."""
        events = self._client("events")
        with translate_errors(ObservationError, f"the rule {rule} cannot be read"):
            if events.describe_rule(Name=rule)["State"] != "ENABLED":
                return "is disabled"
            targets = events.list_targets_by_rule(Rule=rule)["Targets"]
        return None if target in {each["Arn"] for each in targets} else "has lost its target"

    def is_schedule_enabled(self, name: str, group: str) -> bool:
        """Return whether a schedule is enabled."""
        with translate_errors(ObservationError, f"the schedule {name} cannot be read"):
            found = self._client("scheduler").get_schedule(Name=name, GroupName=group)
        return bool(found["State"] == "ENABLED")

    def logging_trails(self) -> tuple[str, ...]:
        """Return the trails of CloudTrail that record management events of this Region."""
        cloudtrail = self._client("cloudtrail")
        with translate_errors(ObservationError, "the trails of CloudTrail cannot be read"):
            trails = cloudtrail.describe_trails()["trailList"]
            return tuple(
                each["Name"]
                for each in trails
                if each.get("IsMultiRegionTrail") or each["HomeRegion"] == "us-east-1"
                if cloudtrail.get_trail_status(Name=each["TrailARN"])["IsLogging"]
            )

    def concurrency(self, function: str) -> Concurrency:
        """Return Lambda's concurrency for a function."""
        functions = self._client("lambda")
        with translate_errors(ObservationError, "Lambda's concurrency cannot be read"):
            limits = functions.get_account_settings()["AccountLimit"]
            own = functions.get_function_concurrency(FunctionName=function)
        return Concurrency(limits["ConcurrentExecutions"], own.get("ReservedConcurrentExecutions"))

    def stores_of(self, function: str) -> tuple[str, ...]:
        """Return the ARNs of the key-value stores of a published CloudFront Function."""
        with translate_errors(ObservationError, f"the function {function} cannot be read"):
            found = self._client("cloudfront").describe_function(Name=function, Stage="LIVE")
        config = found["FunctionSummary"]["FunctionConfig"]
        stores = config.get("KeyValueStoreAssociations", {}).get("Items", [])
        return tuple(each["KeyValueStoreARN"] for each in stores)

    def code_storage(self) -> CodeStorage:
        """Return how much of Lambda's storage in this Region is used."""
        with translate_errors(ObservationError, "Lambda's storage cannot be read"):
            found = self._client("lambda").get_account_settings()
        return CodeStorage(
            found["AccountUsage"]["TotalCodeSize"], found["AccountLimit"]["TotalCodeSize"]
        )

    def role_of(self, function: str) -> str:
        """Return the ARN of a function's role."""
        with translate_errors(ObservationError, f"{function} cannot be read"):
            found = self._client("lambda").get_function_configuration(FunctionName=function)
        return str(found["Role"])

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role, which has a path that the ARN of its sessions lacks."""
        with translate_errors(ObservationError, f"the role {name} cannot be read"):
            return str(self._client("iam").get_role(RoleName=name)["Role"]["Arn"])

    def denied(
        self, principal: str, needed: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[str, str]]:
        """
        Yield which actions IAM would deny a user or role, and on which resource.

        `needed` are the resources of each action. Each call is about one resource: an answer about
        several joins them.
        """
        iam = self._client("iam")
        by_resource: dict[str, list[str]] = {}
        for action, resources in needed.items():
            for resource in resources:
                by_resource.setdefault(resource, []).append(action)
        with translate_errors(ObservationError, f"the policies of {principal} cannot be read"):
            for resource, actions in by_resource.items():
                answer = iam.simulate_principal_policy(
                    PolicySourceArn=principal, ActionNames=actions, ResourceArns=[resource]
                )
                for each in answer["EvaluationResults"]:
                    if each["EvalDecision"] != "allowed":
                        yield each["EvalActionName"], resource

    def _client(self, service: str) -> Any:  # noqa: ANN401 - the types of most are not installed
        with MAKING_CLIENTS:
            client: Any = self._session.client(service, config=CLIENT)  # type: ignore[call-overload]  # any service
        return client
