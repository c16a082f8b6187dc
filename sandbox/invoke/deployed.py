"""The stack that is deployed in the sandbox: what its controller is given, and what wakes it."""

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.invoke.errors import InvocationError

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

STACK = "site-maintenance"
_ANSWERS = "cloudformation-answers"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The stack, through `client`, which makes a client of the sandbox for a service's name."""

    client: Callable[..., Any]
    configuration: "FunctionConfigurationResponseTypeDef"

    @property
    def variables(self) -> Mapping[str, str]:
        """The controller's environment variables, as deployed."""
        return self.configuration["Environment"]["Variables"]

    def credentials(self) -> dict[str, str]:
        """Return environment variables with credentials of the controller's role."""
        given = self.client("sts").assume_role(
            RoleArn=self.configuration["Role"], RoleSessionName="local-invoke"
        )["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    @contextlib.contextmanager
    def asleep(self) -> Iterator[None]:
        """Keep rules from waking the deployed controller."""
        events = self.client("events")
        arn = self.configuration["FunctionArn"]
        names = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
        if not names:
            raise InvocationError(f"No rule wakes {arn}: end make sandbox and start it again.")
        enabled = [each for each in names if events.describe_rule(Name=each)["State"] == "ENABLED"]
        try:
            for name in enabled:
                events.disable_rule(Name=name)
            yield
        finally:
            for name in enabled:
                events.enable_rule(Name=name)

    def write_switch(self, value: str) -> None:
        """Write the switch, as an operator does."""
        self.client("ssm").put_parameter(
            Name=self.variables["SWITCH_PARAMETER"], Value=value, Type="String", Overwrite=True
        )

    def mailbox(self) -> str:
        """Return the key of an object that an answer to CloudFormation may be put to."""
        self.client("s3").create_bucket(Bucket=_ANSWERS)
        return uuid.uuid4().hex

    def response_url(self, key: str, endpoint_url: str) -> str:
        """Return the presigned address of `key`, for one who reaches the sandbox there."""
        s3 = self.client("s3", endpoint_url=endpoint_url)
        url: str = s3.generate_presigned_url("put_object", {"Bucket": _ANSWERS, "Key": key})
        return url

    def answer_to_cloudformation(self, key: str) -> object:
        """Return what was put to `key`, None where nothing was."""
        s3 = self.client("s3")
        try:
            answer: object = json.load(s3.get_object(Bucket=_ANSWERS, Key=key)["Body"])
        except s3.exceptions.NoSuchKey:
            return None
        return answer


def find_deployed(endpoint_url: str) -> Deployed:
    """Return the stack in the sandbox at `endpoint_url`; InvocationError where there is none."""
    session = boto3.Session("test", "test", region_name="us-east-1")

    def client(service: str, **members: Any) -> Any:  # noqa: ANN401 - boto3's own
        options = {
            "endpoint_url": endpoint_url,
            "config": Config(signature_version="v4"),
            **members,
        }
        make: Callable[..., Any] = session.client
        return make(service, **options)

    try:
        stack = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        configuration = client("lambda").get_function_configuration(
            FunctionName=outputs["Controller"]
        )
    except (ClientError, KeyError) as error:
        raise InvocationError(
            f"The sandbox at {endpoint_url} has no stack {STACK} ({error}): run make sandbox."
        ) from error
    return Deployed(client, configuration)
