"""
Two stacks, deployed by the real SAM CLI into a sandbox that enforces IAM.

Both are in one account. `deployed` lives from its deployment to its deletion within one module;
`shop`, another site's, has no more permissions than it needs and lives for the whole session.
"""

import contextlib
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sandbox.demo.sam import build, deploy
from sandbox.process import start_sandbox
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    a_vpc_origin,
    edge,
    functions,
    signed,
)
from tests.stack.deliveries import log_lines, postpone_sweep
from tests.timing import PATIENCE

STACK = "site-maintenance"
ALARM_TOPIC = "alarms"
_ACCOUNT = "000000000000"


@dataclass(frozen=True)
class DeployedStack:
    """A stack, and its distribution: the first one if it has more."""

    cloud: Cloud
    distribution_id: str
    stack: str = STACK
    switch: str = "/site/maintenance"

    def output(self, name: str) -> str:
        """Return an output of the stack."""
        stack = self.cloud.cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]
        return next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == name)

    @functools.cached_property
    def resources(self) -> dict[str, tuple[str, str]]:
        """Return the type and physical id of each resource of the stack, by its logical id."""
        answer = self.cloud.cloudformation.describe_stack_resources(StackName=self.stack)
        return {
            each["LogicalResourceId"]: (each["ResourceType"], each["PhysicalResourceId"])
            for each in answer["StackResources"]
        }

    def physical_id(self, logical_id: str) -> str:
        """Return the physical id of a resource."""
        return self.resources[logical_id][1]

    def config(self) -> bytes:
        """Return the distribution's configuration as CloudFront sends it, in XML."""
        path = f"GET /2020-05-31/distribution/{self.distribution_id}/config"
        return signed(self.cloud, path).body

    def is_closed(self) -> bool:
        """Return whether a version of one of the maintenance functions is attached."""
        return any(mark in self.config() for mark in (b"-MaintenanceEdge-", b"-MaintenancePage-"))

    def visit(self, host: str = "") -> httpx.Response:
        """Return the answer to a browser's request for /, to the site or to another host."""
        distribution = self.cloud.cloudfront.get_distribution(Id=self.distribution_id)
        host = host or distribution["Distribution"]["DomainName"]
        headers = {"Host": host, "Accept": "text/html"}
        return httpx.get(self.cloud.sandbox.endpoint_url, headers=headers, timeout=PATIENCE)

    def put(self, name: str, value: str) -> None:
        """Write a parameter, as an operator does."""
        self.cloud.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def invoke(self, event: dict[str, Any]) -> str:
        """Invoke the controller; return the error that the run failed with, or ''."""
        name = self.physical_id("Controller")
        answer = self.cloud.functions.invoke(FunctionName=name, Payload=json.dumps(event))
        report = json.loads(answer["Payload"].read())
        return str(report.get("errorMessage", "")) if answer.get("FunctionError") else ""

    def status(self, mode: str) -> dict[str, Any]:
        """Return the status, or nothing if there is none or its mode is another one."""
        found = self.cloud.ssm.get_parameters(Names=[f"{self.switch}/status"])["Parameters"]
        documents: list[dict[str, Any]] = [json.loads(each["Value"]) for each in found]
        return next((each for each in documents if each["mode"] == mode), {})

    def sweep(self) -> bool:
        """Finish CloudFront's deployments and sweep; return whether the run succeeds."""
        self.cloud.sandbox.finish_deployments()
        return not self.invoke({"sweep": True})


@pytest.fixture(scope="session")
def account() -> Iterator[Cloud]:
    """Give the account that all stacks are deployed into, after building their functions."""
    with start_sandbox() as sandbox:
        build(sandbox)
        yield Cloud(sandbox)


@pytest.fixture(scope="module")
def deployed(account: Cloud) -> DeployedStack:
    """Give a stack whose distribution has a function of its own at viewer-request."""
    existing = functions(viewer_request=a_function(account, "rewrite"))
    behavior = a_behavior(FunctionAssociations=existing)
    distribution_id = a_distribution(account, "site", DefaultCacheBehavior=behavior)
    deploy(account.sandbox, STACK, Distributions=distribution_id, PreviewOrigin="www.example.com")
    return DeployedStack(account, distribution_id)


@pytest.fixture(scope="session")
def shop(account: Cloud) -> DeployedStack:
    """
    Give another site's stack, permitted only its two distributions and the function it displaces.

    The first has a Lambda@Edge function at viewer-request, the second an origin in a VPC. Its
    alarms go to a topic.
    """
    signing = a_version(account, "sign")
    behavior = a_behavior(LambdaFunctionAssociations=edge(viewer_request=signing))
    front = a_distribution(account, "front", DefaultCacheBehavior=behavior)
    back = a_distribution(account, "back", Origins=a_vpc_origin(account))
    arns = (f"arn:aws:cloudfront::{_ACCOUNT}:distribution/{each}" for each in (front, back))
    stack = DeployedStack(account, front, "shop-maintenance", "/shop/maintenance")
    topic = account.sns.create_topic(Name=ALARM_TOPIC)["TopicArn"]
    deploy(
        account.sandbox,
        stack.stack,
        Distributions=f"{front},{back}",
        SwitchParameter=stack.switch,
        AlarmTopicArn=topic,
        PermittedDistributionArns=",".join(arns),
        RestorableFunctionArns=f"{signing.rpartition(':')[0]}:*",
        PreviewOrigin="www.example.com",
    )
    # The sweep that a new schedule begins with, which might end in a test.
    eventually(lambda: log_lines(stack, "decision made"))
    return stack


@pytest.fixture(scope="module")
def quiet(shop: DeployedStack) -> Iterator[DeployedStack]:
    """
    Give the shop's stack, which only its tests and, in an hour, its sweep wake.

    An event that fails is not retried: other tests cover the waits between the tries.
    """
    function = shop.physical_id("Controller")
    functions = shop.cloud.functions
    latest = f"{function}:$LATEST"
    kept = functions.get_function_event_invoke_config(FunctionName=latest)["DestinationConfig"]
    settings = functools.partial(
        functions.put_function_event_invoke_config, FunctionName=latest, DestinationConfig=kept
    )
    with rules_disabled(shop):
        settings(MaximumRetryAttempts=0)
        postpone_sweep(shop)
        yield shop
        settings(MaximumRetryAttempts=2)


@contextlib.contextmanager
def rules_disabled(stack: DeployedStack) -> Iterator[None]:
    """Let no write of a parameter or of the page wake the stack's controller."""
    rules = [stack.physical_id(f"Controller{name}") for name in ("SwitchChanged", "PageChanged")]
    for rule in rules:
        stack.cloud.events.disable_rule(Name=rule)
    yield
    for rule in rules:
        stack.cloud.events.enable_rule(Name=rule)
