"""
CloudFormation: answer its custom resource requests, and read the settings of a deployed stack.

The answer to a request is a JSON document put to the request's presigned URL; without one the stack
waits an hour (doc: CloudFormation User Guide, crpg-ref-responses). The physical id never changes,
or CloudFormation would delete the "old" resource after an update, and with it end a maintenance.
Only a failed creation gets another id: CloudFormation deletes that resource while it rolls back,
and there is nothing to undo then.

The command line reads the settings of a stack from their one place: CloudFormation names the
controller's function, and Lambda has its environment.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError
from msgspec import Struct
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Retry, Timeout, parse_url

from maintenance.aws.errors import CALL_ERRORS, CallError, error_code
from maintenance.errors import ApplyError, ConfigurationError, EventRefused, ObservationError
from maintenance.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_lambda import LambdaClient
    from urllib3 import PoolManager

# The whole answer may have 4096 bytes, and JSON writes a quotation mark or a line feed as two.
_REASON_BYTES = 1500
_RETRIES = Retry(
    total=4, backoff_factor=0.5, allowed_methods=["PUT"], status_forcelist=range(500, 600)
)
_TIMEOUT = Timeout(connect=3, read=10)
_GOOD = range(200, 300)
# Reserved for the answer, in case S3 is slow at each try.
_ANSWERING_SECONDS = 80.0
_NOT_INSTALLED = "-not-installed"
_ARN_PARTS_TO_ACCOUNT = 5
_S3_HOST = re.compile(r"[a-z0-9.-]+\.s3[a-z0-9.-]*\.amazonaws\.com")
# CloudFormation's code for a stack that does not exist.
_NO_SUCH_STACK = "ValidationError"
_NO_SUCH_FUNCTION = "ResourceNotFoundException"
_FORBIDDEN = {"AccessDenied", "AccessDeniedException"}


def refuse_forged(request: Mapping[str, Any], *, own_arn: str) -> None:
    """
    Raise EventRefused if CloudFormation cannot have sent this request to the function `own_arn`.

    Its requests come from the function's own account and region, and are answered in S3. So an
    invoker of the controller cannot make it send anything to another address.
    """
    *_, region, account = own_arn.split(":")[:_ARN_PARTS_TO_ACCOUNT]
    is_answered_in_s3 = _is_in_s3(str(request.get("ResponseURL")))
    if not is_answered_in_s3 or str(request.get("StackId")).split(":")[3:5] != [region, account]:
        raise EventRefused(
            "event refused, nothing was changed: a request of CloudFormation has a ResponseURL in "
            "S3, with https, and a StackId of this account and region"
        )


def _is_in_s3(address: str) -> bool:
    """Return whether an address is in S3, by the parser of the library that sends the answer."""
    try:
        url = parse_url(address)
    except LocationParseError:
        return False
    return url.scheme == "https" and _S3_HOST.fullmatch(url.host or "") is not None


def was_never_installed(request: Mapping[str, Any]) -> bool:
    """Return whether this request deletes a resource whose creation failed."""
    physical_id: str = request.get("PhysicalResourceId", "")
    return request.get("RequestType") == "Delete" and physical_id.endswith(_NOT_INSTALLED)


def run_until_deadline(work: Callable[[float], str | None], *, seconds_left: float) -> str | None:
    """
    Do the work and return its error, or an error if it takes too long to be answered in time.

    `seconds_left` is the time until Lambda ends the function; the work gets the seconds that it has
    before the answer is due. Work that takes longer is not stopped: its writes are conditional, and
    a second attempt continues it.
    """
    errors: list[str | None] = []
    seconds = max(0.0, seconds_left - _ANSWERING_SECONDS)
    worker = threading.Thread(target=lambda: errors.append(work(seconds)), daemon=True)
    worker.start()
    worker.join(seconds)
    if errors:
        return errors[0]
    if worker.is_alive():
        return "no time left to finish: try again, and the work continues"
    return "unexpected error: see the controller's log"


def answer(
    request: Mapping[str, Any], *, http: PoolManager, error: str | None, data: Mapping[str, str]
) -> None:
    """Send the answer, a failure if there is an error; raise ApplyError if S3 refuses it."""
    document = _document(request, error) | {"Data": dict(data)}
    try:
        put = http.request(
            "PUT",
            request["ResponseURL"],
            body=json.dumps(document, ensure_ascii=False).encode(),
            # The URL is signed without a content type, so the request must have none.
            headers={"content-type": ""},
            retries=_RETRIES,
            timeout=_TIMEOUT,
            redirect=False,
        )
    except HTTPError as unreachable:
        raise ApplyError(f"CloudFormation could not be answered: {unreachable}") from unreachable
    if put.status not in _GOOD:
        raise ApplyError(f"CloudFormation could not be answered: S3 returned {put.status}")


def _document(request: Mapping[str, Any], error: str | None) -> dict[str, Any]:
    physical_id = f"{request['LogicalResourceId']}-of-{request['StackId'].split('/')[-1]}"
    failed_creation = error and request.get("RequestType") == "Create"
    if failed_creation or was_never_installed(request):
        physical_id += _NOT_INSTALLED
    return {
        "Status": "FAILED" if error else "SUCCESS",
        "Reason": _shortened(error or "done"),
        "PhysicalResourceId": physical_id,
        "StackId": request["StackId"],
        "RequestId": request["RequestId"],
        "LogicalResourceId": request["LogicalResourceId"],
    }


def _shortened(reason: str) -> str:
    return reason.encode(errors="replace")[:_REASON_BYTES].decode(errors="ignore")


class DeployedSettings(Struct, frozen=True):
    """
    The settings of a deployed stack, the ARN of its controller and the name of its log group.

    `sweep` is the time between two sweeps, `deployed` when the stack was changed last.
    """

    settings: Settings
    controller_arn: str
    log_group: str = ""
    sweep: timedelta = timedelta(minutes=15)
    deployed: datetime | None = None

    @property
    def account(self) -> str:
        """The number of the account."""
        return self.controller_arn.split(":")[4]


def read_deployed_settings(
    stack: str, *, cloudformation: CloudFormationClient, functions: LambdaClient
) -> DeployedSettings:
    """
    Return the settings of the stack of that name.

    Raises ConfigurationError if there is no such stack, ObservationError if it cannot be read.
    """
    found = _find_stack(stack, cloudformation)
    controller = _controller_name(stack, found)
    try:
        answer = functions.get_function_configuration(FunctionName=controller)
    except CALL_ERRORS as error:
        if error_code(error) == _NO_SUCH_FUNCTION:
            message = (
                f"deploy the stack {stack} again: its controller {controller} no longer exists, so "
                "neither the switch nor windows have an effect, and the site stays as it is. To "
                "open it before, see docs/operations-reference.md#restore-without-the-controller"
            )
            raise ConfigurationError(message) from error
        raise _unreadable(f"the controller of the stack {stack}", error) from error
    environment = answer.get("Environment", {}).get("Variables", {})
    parameters = {
        each.get("ParameterKey"): each.get("ParameterValue", "")
        for each in found.get("Parameters", [])
    }
    return DeployedSettings(
        Settings.from_env(environment),
        answer["FunctionArn"],
        _output(found, "ControllerLogs"),
        timedelta(minutes=int(parameters.get("SweepMinutes", "15"))),
        found.get("LastUpdatedTime", found["CreationTime"]),
    )


def _find_stack(stack: str, cloudformation: CloudFormationClient) -> StackTypeDef:
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except CALL_ERRORS as error:
        if error_code(error) == _NO_SUCH_STACK:
            message = (
                f"there is no stack {stack} in us-east-1 of this account: name yours with --stack "
                "or STACK, choose the account with AWS_PROFILE, or create it with site-maintenance "
                "deploy"
            )
            raise ConfigurationError(message) from error
        raise _unreadable(f"the stack {stack}", error) from error


def _output(found: StackTypeDef, key: str) -> str:
    """Return the value of an output of the stack, '' if it has none of this name."""
    outputs = {each.get("OutputKey"): each for each in found.get("Outputs", [])}
    return outputs[key].get("OutputValue", "") if key in outputs else ""


def _controller_name(stack: str, found: StackTypeDef) -> str:
    controller = _output(found, "Controller")
    if controller:
        return controller
    message = (
        f"the stack {stack} is {found['StackStatus']} and has no output Controller: name a stack "
        "of this template with --stack, or finish its deployment"
    )
    raise ConfigurationError(message)


def _is_loopback(error: EndpointConnectionError) -> bool:
    host = parse_url(error.kwargs["endpoint_url"]).host
    return host in {"localhost", "[::1]"} or str(host).startswith("127.")


def _unreadable(what: str, error: CallError) -> ObservationError:
    if isinstance(error, EndpointConnectionError) and _is_loopback(error):
        endpoint = parse_url(error.kwargs["endpoint_url"])
        return ObservationError(
            f"nothing answers at {endpoint}, where AWS_ENDPOINT_URL points: start the sandbox "
            f"there with make sandbox PORT={endpoint.port}, or unset AWS_ENDPOINT_URL for AWS"
        )
    if not isinstance(error, ClientError):
        remedy = (
            "check your network, your credentials (AWS_PROFILE, aws sso login) and AWS_ENDPOINT_URL"
        )
    elif error_code(error) in _FORBIDDEN:
        remedy = "docs/iam.md lists the permissions that this command needs"
    else:
        remedy = "check your credentials (AWS_PROFILE, aws sso login)"
    return ObservationError(f"{what} cannot be read: {error} - {remedy}")
