"""
A stack that the packaged template makes, with the values of the Terraform example.

The examples are run by the programs of the environment `.venv/examples`.
"""

import base64
import contextlib
import functools
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.demo.sam import build, lock_build
from sandbox.process import start_sandbox
from tests.cloud import Cloud, eventually
from tests.deployment.typed import types
from tests.needs import need
from tests.sandbox.builders import a_config, a_distribution
from tests.sandbox.edge_builders import an_origin
from tests.timing import PATIENCE
from tools.packages import ROOT, write_packages

EXAMPLES = ROOT / "examples"
BIN = ROOT / ".venv" / "examples" / "bin"
PYTHON, AWS = BIN / "python", BIN / "aws"
HOST = "www.example.com"
_STACK = "site-maintenance"
_BUCKET = "amzn-s3-demo-bucket"
_READ_HCL = """
import hcl2, json, sys
options = hcl2.SerializationOptions(
    with_comments=False, explicit_blocks=False, strip_string_quotes=True
)
json.dump(hcl2.load(sys.stdin, serialization_options=options), sys.stdout)
"""


@functools.cache
def read_hcl(file: Path) -> dict[str, Any]:
    """Return the blocks and values of a file in Terraform's language."""
    read = subprocess.run(  # noqa: S603 - our own program
        [PYTHON, "-c", _READ_HCL],
        input=file.read_text("utf-8"),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(read.stdout))


@dataclass(frozen=True)
class Example:
    """The stack of the examples, and the site that it closes."""

    cloud: Cloud
    template: str
    parameters: dict[str, str]
    host: str = HOST

    @property
    def site_address(self) -> str:
        """Return where the site's edge listens; a request names the site in its Host header."""
        return self.cloud.sandbox.endpoint_url

    def make_stack(self, name: str, template: str, **parameters: str) -> None:
        """Make a stack unless it exists, and wait until it is complete."""
        cloudformation = self.cloud.cloudformation
        stacks = {each["StackName"] for each in cloudformation.describe_stacks()["Stacks"]}
        if name in stacks:
            return
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=template,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )

    def describe(self, name: str = _STACK) -> Any:  # noqa: ANN401 - botocore's response
        """Return the description of a stack."""
        return self.cloud.cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    def output(self, name: str, stack: str = _STACK) -> str:
        """Return an output of a stack."""
        outputs = self.describe(stack)["Outputs"]
        return next(str(each["OutputValue"]) for each in outputs if each["OutputKey"] == name)

    def switch(self) -> str:
        """Return the value of the switch."""
        return self.cloud.ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"]

    def visit(self) -> int:
        """Return the status code that a visitor's browser gets."""
        headers = {"Host": self.host, "Accept": "text/html"}
        return httpx.get(self.site_address, headers=headers, timeout=PATIENCE).status_code

    def await_answer(self, status_code: int) -> None:
        """Wait until a visitor gets this status code."""
        eventually(lambda: self.visit() == status_code)

    def put_event(self, source: str, detail: dict[str, str]) -> None:
        """Put an event on the default bus."""
        self.cloud.events.put_events(
            Entries=[{"Source": source, "DetailType": "Deployment", "Detail": json.dumps(detail)}]
        )

    @contextlib.contextmanager
    def sweeping(self) -> Iterator[None]:
        """Let the controller read again each second, which it does each minute of a rollout."""
        controller = self.output("Controller")
        ended = threading.Event()

        def sweep() -> None:
            while not ended.wait(1):
                self.cloud.functions.invoke(FunctionName=controller, Payload='{"sweep": true}')

        thread = threading.Thread(target=sweep)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def as_caller(self, keys: dict[str, str]) -> Cloud:
        """Return the clients of someone with these credentials."""
        return replace(
            self.cloud,
            access_key=keys["AWS_ACCESS_KEY_ID"],
            secret_key=keys["AWS_SECRET_ACCESS_KEY"],
            session_token=keys["AWS_SESSION_TOKEN"],
        )


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    need({".venv/examples": PYTHON.exists()}, "make .venv/examples/.made")


@pytest.fixture(scope="session")
def example() -> Iterator[Example]:
    """Give the stack that the values of the Terraform example make, with a site for it."""
    with start_sandbox("--deploy-seconds", "1") as sandbox, an_origin() as origin:
        cloud = Cloud(sandbox)
        build(sandbox)
        with lock_build():
            write_packages(ROOT)
        origins = a_config()["Origins"]
        origins["Items"][0]["CustomOriginConfig"]["HTTPPort"] = origin.port
        a_distribution(cloud, "site", Aliases={"Quantity": 1, "Items": [HOST]}, Origins=origins)
        cloud.s3.create_bucket(Bucket=_BUCKET)
        packaged = types(cloud, "package", "--bucket", _BUCKET)
        assert packaged.returncode == 0, packaged.stderr
        made = Example(cloud, packaged.stdout, _terraform_parameters())
        made.make_stack(_STACK, made.template, **made.parameters)
        yield made


def _terraform_parameters() -> dict[str, str]:
    """Return the stack's parameters as Terraform resolves them."""
    folder = EXAMPLES / "terraform"
    variables = {
        name: each.get("default")
        for block in read_hcl(folder / "variables.tf")["variable"]
        for name, each in block.items()
    }
    variables |= read_hcl(folder / "terraform.tfvars.example")
    (stack,) = (
        block["aws_cloudformation_stack"]["maintenance"]
        for block in read_hcl(folder / "main.tf")["resource"]
        if "aws_cloudformation_stack" in block
    )
    return {
        name: variables[value.removeprefix("${var.").removesuffix("}")]
        for name, value in stack["parameters"].items()
    }


@pytest.fixture(scope="session")
def assume(example: Example) -> Callable[[dict[str, Any]], dict[str, str]]:
    """Give a function that assumes the pipeline's role with a token of these claims."""
    template = (EXAMPLES / "pipeline" / "role.yaml").read_text("utf-8")
    subject = "repo:example/shop:ref:refs/heads/main"
    example.make_stack("maintenance-pipeline", template, Subject=subject)
    role = example.output("RoleArn", "maintenance-pipeline")

    def assume(claims: dict[str, Any]) -> dict[str, str]:
        token = _token(claims)
        made = example.cloud.sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="release", WebIdentityToken=token
        )["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
            "AWS_SESSION_TOKEN": made["SessionToken"],
        }

    return assume


@pytest.fixture(scope="session")
def pipeline_keys(assume: Callable[[dict[str, Any]], dict[str, str]]) -> dict[str, str]:
    """Give the credentials of the pipeline's role."""
    return assume(
        {
            "iss": "https://token.actions.githubusercontent.com",
            "aud": "sts.amazonaws.com",
            "sub": "repo:example/shop:ref:refs/heads/main",
        }
    )


def _token(claims: dict[str, Any]) -> str:
    """Return an unsigned token: the emulator judges the claims, but has no keys to verify it."""
    parts = ({"alg": "none"}, claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts)
    return f"{'.'.join(each.rstrip('=') for each in encoded)}."
