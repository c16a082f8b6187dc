"""
Tell CloudFormation how a custom resource request ended.

The answer is a JSON document put to the presigned URL of the request; without one the stack waits
an hour (doc: CloudFormation User Guide, crpg-ref-responses). The physical id never changes, or
CloudFormation would delete the "old" resource after an update, and with it end a maintenance. Only
a creation that failed gets another one: CloudFormation deletes it while it rolls back, and there is
nothing to undo then.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from msgspec import Struct
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Retry, Timeout, parse_url

from maintenance.aws.errors import CALL_ERRORS, CallError
from maintenance.errors import ApplyError, ConfigurationError, EventRefused, ObservationError
from maintenance.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from urllib3 import PoolManager

# The whole answer may have 4096 bytes, and JSON writes a quotation mark or a line end as two.
_REASON_BYTES = 1500
_RETRIES = Retry(
    total=4, backoff_factor=0.5, allowed_methods=["PUT"], status_forcelist=range(500, 600)
)
_TIMEOUT = Timeout(connect=3, read=10)
_GOOD = range(200, 300)
# What is left for the answer, should S3 be slow at each try.
_ANSWERING_SECONDS = 80.0
_NOT_INSTALLED = "-not-installed"
_ARN_PARTS_TO_ACCOUNT = 5
_S3 = re.compile(r"[a-z0-9.-]+\.s3[a-z0-9.-]*\.amazonaws\.com")


def refuse_forged(request: Mapping[str, Any], *, own_arn: str) -> None:
    """
    Raise EventRefused for what CloudFormation cannot have sent to the function `own_arn`.

    Its requests are of the function's own account and region, and want their answer in S3. So who
    may invoke the controller cannot make it send anything anywhere else.
    """
    *_, region, account = own_arn.split(":")[:_ARN_PARTS_TO_ACCOUNT]
    is_answered_in_s3 = _is_of_s3(str(request.get("ResponseURL")))
    if not is_answered_in_s3 or str(request.get("StackId")).split(":")[3:5] != [region, account]:
        raise EventRefused(
            "this event is refused, nothing was changed: CloudFormation asks for its answer at an "
            "https address of S3, and about a stack of this account and region"
        )


def _is_of_s3(address: str) -> bool:
    """Tell whether an address is one of S3, as the library reads it that sends the answer."""
    try:
        url = parse_url(address)
    except LocationParseError:
        return False
    return url.scheme == "https" and _S3.fullmatch(url.host or "") is not None


def was_never_installed(request: Mapping[str, Any]) -> bool:
    """Tell whether this is the deletion of what could not be created."""
    physical_id: str = request.get("PhysicalResourceId", "")
    return request.get("RequestType") == "Delete" and physical_id.endswith(_NOT_INSTALLED)


def error_of(work: Callable[[], str | None], *, seconds_left: float) -> str | None:
    """
    Return the fault that the work comes to, or that it takes too long to be answered in time.

    `seconds_left` is what Lambda still gives. Work that takes too long is not ended: what it still
    does stands under conditions, and a second attempt goes on with it.
    """
    errors: list[str | None] = []
    worker = threading.Thread(target=lambda: errors.append(work()), daemon=True)
    worker.start()
    worker.join(max(0.0, seconds_left - _ANSWERING_SECONDS))
    if errors:
        return errors[0]
    if worker.is_alive():
        return "there was no time left to finish: try again, it goes on"
    return "the work broke off, and the log says why"


def answer(
    request: Mapping[str, Any], *, http: PoolManager, error: str | None, data: Mapping[str, str]
) -> None:
    """Put the answer; `error` is the reason why it failed. Raises ApplyError if S3 refuses it."""
    physical_id = f"{request['LogicalResourceId']}-of-{request['StackId'].split('/')[-1]}"
    failed_creation = error and request.get("RequestType") == "Create"
    if failed_creation or was_never_installed(request):
        physical_id += _NOT_INSTALLED
    document = {
        "Status": "FAILED" if error else "SUCCESS",
        "Reason": _shortened(error or "done"),
        "PhysicalResourceId": physical_id,
        "StackId": request["StackId"],
        "RequestId": request["RequestId"],
        "LogicalResourceId": request["LogicalResourceId"],
        "Data": dict(data),
    }
    body = json.dumps(document, ensure_ascii=False).encode()
    # The URL is signed without a content type, so none may be sent.
    headers = {"content-type": ""}
    try:
        put = http.request(
            "PUT",
            request["ResponseURL"],
            body=body,
            headers=headers,
            retries=_RETRIES,
            timeout=_TIMEOUT,
            redirect=False,
        )
    except HTTPError as unreachable:
        raise ApplyError(f"CloudFormation could not be answered: {unreachable}") from unreachable
    if put.status not in _GOOD:
        raise ApplyError(f"CloudFormation could not be answered: S3 said {put.status}")


def _shortened(reason: str) -> str:
    return reason.encode(errors="replace")[:_REASON_BYTES].decode(errors="ignore")


# CloudFormation's code for a stack that is not there.
_NO_SUCH_STACK = "ValidationError"


_FORBIDDEN = {"AccessDenied", "AccessDeniedException"}


class DeployedSettings(Struct, frozen=True):
    """The settings of the controller of a stack, and the controller's ARN."""

    settings: Settings
    controller_arn: str


def read_deployed_settings(
    stack: str, *, cloudformation: CloudFormationClient, functions: LambdaClient
) -> DeployedSettings:
    """
    Return the settings of the stack of that name.

    Raises ConfigurationError where there is no such stack, ObservationError where it cannot be
    read.
    """
    controller = _controller(stack, cloudformation)
    try:
        answer = functions.get_function_configuration(FunctionName=controller)
    except CALL_ERRORS as error:
        raise _unread(f"the controller of the stack {stack}", error) from error
    environment = answer.get("Environment", {}).get("Variables", {})
    return DeployedSettings(Settings.from_env(environment), answer["FunctionArn"])


def _controller(stack: str, cloudformation: CloudFormationClient) -> str:
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except CALL_ERRORS as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == _NO_SUCH_STACK:
            message = (
                f"there is no stack {stack} in us-east-1 of this account: name yours with --stack "
                "or STACK, or choose the account with AWS_PROFILE"
            )
            raise ConfigurationError(message) from error
        raise _unread(f"the stack {stack}", error) from error
    for output in found.get("Outputs", []):
        if output.get("OutputKey") == "Controller":
            return output.get("OutputValue", "")
    message = (
        f"the stack {stack} is {found['StackStatus']} and has no output Controller: name the one "
        "that was deployed from this template with --stack, or finish its deployment"
    )
    raise ConfigurationError(message)


def _unread(what: str, error: CallError) -> ObservationError:
    if not isinstance(error, ClientError):
        remedy = "look at your network, your credentials (AWS_PROFILE, aws sso login) and AWS_*"
    elif error.response["Error"]["Code"] in _FORBIDDEN:
        remedy = "docs/iam.md says what this command needs"
    else:
        remedy = "look at your credentials (AWS_PROFILE, aws sso login)"
    return ObservationError(f"{what} cannot be read: {error} - {remedy}")
