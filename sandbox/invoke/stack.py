"""The stack that is deployed in the sandbox: what its controller runs with, and what wakes it."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.demo.environment import STACK
from sandbox.invoke.container import InvocationError

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

_ANSWER = "answer-to-cloudformation.json"


@dataclass(frozen=True, slots=True)
class Stack:
    """The deployed stack; `client` makes a client of the sandbox for a service's name."""

    client: Callable[..., Any]
    controller: "FunctionConfigurationResponseTypeDef"

    @property
    def variables(self) -> Mapping[str, str]:
        """The deployed controller's environment variables."""
        return self.controller["Environment"]["Variables"]

    def credentials(self) -> dict[str, str]:
        """Return environment variables with credentials of the controller's role."""
        given = self.client("sts").assume_role(
            RoleArn=self.controller["Role"], RoleSessionName="invoke"
        )["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    @contextlib.contextmanager
    def rules_disabled(self) -> Iterator[None]:
        """Keep events from waking the deployed controller."""
        events = self.client("events")
        names = events.list_rule_names_by_target(TargetArn=self.controller["FunctionArn"])
        enabled = [
            each
            for each in names["RuleNames"]
            if events.describe_rule(Name=each)["State"] == "ENABLED"
        ]
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

    def answer_url(self, endpoint_url: str) -> str:
        """Return a ResponseURL that a container, for which the sandbox is there, can write to."""
        s3 = self.client("s3", endpoint_url=endpoint_url)
        url: str = s3.generate_presigned_url("put_object", self._answer)
        return url

    def take_answer(self) -> object:
        """Return what was written to the ResponseURL and remove it; None if nothing was."""
        s3 = self.client("s3")
        try:
            answer: object = json.load(s3.get_object(**self._answer)["Body"])
        except s3.exceptions.NoSuchKey:
            return None
        s3.delete_object(**self._answer)
        return answer

    @property
    def _answer(self) -> dict[str, str]:
        return {"Bucket": self.variables["STATE_BUCKET"], "Key": _ANSWER}


def find_stack(endpoint_url: str) -> Stack:
    """Return the stack in the sandbox at `endpoint_url`; raise InvocationError without one."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    config = Config(signature_version="v4", retries={"total_max_attempts": 1})

    def client(service: str, **members: str) -> Any:  # noqa: ANN401 - boto3's own
        make: Callable[..., Any] = session.client
        return make(service, **{"endpoint_url": endpoint_url, "config": config, **members})

    try:
        stack = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        controller = client("lambda").get_function_configuration(FunctionName=outputs["Controller"])
    except (BotoCoreError, ClientError, KeyError, ValueError) as error:
        raise InvocationError(
            f"No stack {STACK} in a sandbox at {endpoint_url}: run make sandbox in another "
            "terminal, and wait until it has deployed the stack; if it has another port, add "
            f"ENDPOINT=http://127.0.0.1:PORT. ({error})"
        ) from error
    return Stack(client, controller)
