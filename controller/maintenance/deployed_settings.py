"""
The settings of a deployed stack, read where it keeps them, so that nothing has to be told twice.

CloudFormation says which function is the controller, and Lambda which environment it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from msgspec import Struct

from maintenance.aws_faults import FAULTS, Fault
from maintenance.errors import ConfigurationError, ObservationError
from maintenance.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient

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
    except FAULTS as error:
        raise _unread(f"the controller of the stack {stack}", error) from error
    environment = answer.get("Environment", {}).get("Variables", {})
    return DeployedSettings(Settings.from_env(environment), answer["FunctionArn"])


def _controller(stack: str, cloudformation: CloudFormationClient) -> str:
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except FAULTS as error:
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


def _unread(what: str, error: Fault) -> ObservationError:
    if not isinstance(error, ClientError):
        remedy = "look at your network, your credentials (AWS_PROFILE, aws sso login) and AWS_*"
    elif error.response["Error"]["Code"] in _FORBIDDEN:
        remedy = "docs/iam.md says what this command needs"
    else:
        remedy = "look at your credentials (AWS_PROFILE, aws sso login)"
    return ObservationError(f"{what} cannot be read: {error} - {remedy}")
