"""Calls of an order for a fleet: to the controllers themselves, or to the hub of fleet/."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, translate_errors
from maintenance.errors import ApplyError, ConfigurationError, ObservationError, RunFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_MANIFEST = "manifest.json"
# What an order reads of a short answer (`reporting.brief`).
_ANSWER = {"verdict", "mode", "state", "reason", "counts", "errors"}


def invoke_controller(
    make_client: Callable[[], LambdaClient], arn: str, event: Mapping[str, Any]
) -> Mapping[str, Any]:
    """
    Return a controller's answer to an order.

    Raises RunFailed if its run failed with a distribution, ConfigurationError if it refused the
    order or is another function, ApplyError if it was not reached.
    """
    try:
        answer = make_client().invoke(FunctionName=arn, Payload=json.dumps(event).encode())
        payload: Any = json.loads(answer["Payload"].read())
    except CALL_ERRORS as error:
        raise ApplyError(f"the controller {arn} cannot be invoked: {error}") from error
    if not answer.get("FunctionError"):
        if not (isinstance(payload, dict) and payload.keys() >= _ANSWER):
            raise ConfigurationError(
                f"{arn} does not answer as a controller does: correct the ARN in the list"
            )
        return dict(payload)
    message = str(payload.get("errorMessage") or "it ended without an error message")
    kind = RunFailed if payload.get("errorType") == RunFailed.__name__ else ConfigurationError
    raise kind(message)


class Hub(Struct, frozen=True):
    """The clients of the hub's account, and the outputs of its stack that an operator needs."""

    s3: S3Client
    states: Any  # its types are not installed
    machine_arn: str
    bucket: str
    spoke_role: str

    def put_list(self, key: str, content: bytes) -> None:
        """Put the list of a wave; raise ApplyError."""
        with translate_errors(ApplyError, f"the list {key} cannot be written to {self.bucket}"):
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def start(self, name: str, given: Mapping[str, Any]) -> str:
        """Start an execution of this name; return its ARN; raise ApplyError."""
        with translate_errors(ApplyError, "the order cannot be given to the hub"):
            started = self.states.start_execution(
                stateMachineArn=self.machine_arn, name=name, input=json.dumps(given)
            )
            return str(started["executionArn"])

    def describe(self, execution_arn: str) -> tuple[str, str]:
        """Return the status of an execution, and why it failed, if it did."""
        with translate_errors(ObservationError, f"{execution_arn} cannot be read"):
            found = self.states.describe_execution(executionArn=execution_arn)
        return str(found["status"]), str(found.get("cause") or found.get("error") or "")

    def counts(self, execution_arn: str) -> list[Mapping[str, int]]:
        """Return the counts of stacks of each wave that has begun, first ones first."""
        with translate_errors(ObservationError, f"the waves of {execution_arn} cannot be read"):
            runs = self.states.list_map_runs(executionArn=execution_arn)["mapRuns"]
            described = [
                self.states.describe_map_run(mapRunArn=each["mapRunArn"])
                for each in sorted(runs, key=lambda run: run["startDate"])
            ]
        return [each["itemCounts"] for each in described]

    def rows(self, execution_name: str, wave: int) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a wave's report; none if it was not written."""
        prefix = f"runs/{execution_name}/{wave}/"
        with translate_errors(ObservationError, f"the report {prefix} cannot be read"):
            listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
            for each in listed.get("Contents", []):
                if not each["Key"].endswith(_MANIFEST):
                    found = self.s3.get_object(Bucket=self.bucket, Key=each["Key"])
                    yield from json.loads(found["Body"].read())


def find_hub(
    stack: str,
    *,
    cloudformation: CloudFormationClient,
    s3: S3Client,
    states: Any,  # noqa: ANN401 - as above
) -> Hub:
    """Return the hub that a stack of fleet/template.yaml is; raise ConfigurationError."""
    try:
        [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except CALL_ERRORS as error:
        raise ConfigurationError(
            f"the hub's stack {stack} cannot be read: {error} - name it with --hub, with the "
            "credentials of its account"
        ) from error
    outputs = {
        each.get("OutputKey"): each.get("OutputValue", "") for each in found.get("Outputs", [])
    }
    missing = sorted({"MachineArn", "Bucket", "SpokeRoleName"} - outputs.keys())
    if missing:
        raise ConfigurationError(
            f"the stack {stack} is no hub: it has no output {missing[0]}. Deploy "
            "fleet/template.yaml, or name another stack with --hub"
        )
    return Hub(s3, states, outputs["MachineArn"], outputs["Bucket"], outputs["SpokeRoleName"])
