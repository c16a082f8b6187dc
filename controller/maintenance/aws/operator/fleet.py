"""Calls of an order for a fleet: to the controllers themselves, or to the hub of fleet/."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ConnectionError,  # noqa: A004 - botocore's own
    HTTPClientError,
    IncompleteReadError,
)
from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, error_code, translate_errors
from maintenance.aws.operator.controller_function import INVOKE_CLIENT
from maintenance.errors import ApplyError, ConfigurationError, ObservationError, RunFailed
from maintenance.reporting.brief import BriefAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

    from maintenance.aws.errors import CallError

# The files with the rows of a report, beside a manifest and whatever else Step Functions leaves
# there. Source: Step Functions Developer Guide, input-output-resultwriter.
_ROWS = re.compile(r".*/(SUCCEEDED|FAILED|PENDING)_[0-9]+\.json")
# A command that is delivered again does no harm, as it has the same instant.
ORDER_CLIENT = INVOKE_CLIENT.merge(Config(retries={"mode": "standard", "total_max_attempts": 5}))
_NO_ANSWER = (ConnectionError, HTTPClientError, IncompleteReadError)
# Those of Lambda (Lambda API Reference, CommonErrors), and of STS, which a profile with a role_arn
# asks first: its query protocol has other names (github.com/boto/boto3/issues/1431).
_INVALID_CREDENTIALS = (
    *("ExpiredTokenException", "UnrecognizedClientException"),
    *("ExpiredToken", "InvalidClientTokenId"),
)


class InvalidCredentials(ConfigurationError):
    """The operator's credentials are missing, wrong or expired: trying again does not help."""


def invoke_controller(
    make_client: Callable[[], LambdaClient], arn: str, event: Mapping[str, Any]
) -> Mapping[str, Any]:
    """
    Return a controller's answer to an order.

    Raises RunFailed if its run failed with a distribution, ConfigurationError if it refused the
    order or is another function, InvalidCredentials, ApplyError if it was not reached.
    """
    try:
        answer = make_client().invoke(FunctionName=arn, Payload=json.dumps(event).encode())
        payload = answer["Payload"].read()
    except CALL_ERRORS as error:
        kind = InvalidCredentials if _is_about_credentials(error) else ApplyError
        raise kind(f"the controller {arn} cannot be invoked: {error}") from error
    try:
        if answer.get("FunctionError"):
            raise _failure(msgspec.json.decode(payload, type=_FunctionError))
        msgspec.json.decode(payload, type=BriefAnswer)
    except msgspec.MsgspecError as error:
        raise ConfigurationError(
            f"{arn} does not answer as a controller does: correct the ARN in the list"
        ) from error
    found: Mapping[str, Any] = json.loads(payload)
    return found


def _is_about_credentials(error: CallError) -> bool:
    """Return whether Lambda refuses the caller's credentials, or botocore finds no valid ones."""
    if isinstance(error, BotoCoreError):
        return not isinstance(error, _NO_ANSWER)
    return error_code(error) in _INVALID_CREDENTIALS


class _FunctionError(Struct, rename="camel"):
    """How Lambda reports what a function raised; doc: Lambda Developer Guide, python-exceptions."""

    error_message: str | None = None
    error_type: str = ""


def _failure(error: _FunctionError) -> RunFailed | ConfigurationError:
    kind = RunFailed if error.error_type == RunFailed.__name__ else ConfigurationError
    return kind(error.error_message or "it ended without an error message")


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

    def start(self, name: str, given: Mapping[str, Any]) -> tuple[str, datetime]:
        """Start an execution of this name; return its ARN and its instant; raise ApplyError."""
        with translate_errors(ApplyError, "the order cannot be given to the hub"):
            started = self.states.start_execution(
                stateMachineArn=self.machine_arn, name=name, input=json.dumps(given)
            )
        return str(started["executionArn"]), started["startDate"]

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
                if _ROWS.fullmatch(each["Key"]):
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
