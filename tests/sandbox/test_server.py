"""Contract: hosts reach the edge, the sandbox logs and throttles calls, a reset empties it."""

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest

from sandbox.process import SandboxError
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_package,
    a_role,
    a_version,
    allow,
    change_default,
    edge,
    refused,
    update,
)
from tests.timing import PATIENCE

_CLOSED = """
def handler(event, context):
    return {"status": "503", "statusDescription": "Closed", "body": "closed"}
"""


def _visit(cloud: Cloud, host: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(
        urlsplit(cloud.sandbox.endpoint_url).netloc, timeout=PATIENCE
    )
    connection.request("GET", "/", headers={"Host": host})
    response = connection.getresponse()
    seen = response.status, response.read()
    connection.close()
    return seen


def _domain(cloud: Cloud, distribution_id: str) -> str:
    read = cloud.cloudfront.get_distribution(Id=distribution_id)
    return read["Distribution"]["DomainName"]


def test_a_domain_is_served_by_the_attached_function(cloud: Cloud) -> None:
    """The edge runs the version of the deployed configuration."""
    cloud.sandbox.set(deploy_seconds=0)
    closed = edge(viewer_request=a_version(cloud, code=_CLOSED))
    behavior = a_behavior(LambdaFunctionAssociations=closed)
    distribution_id = a_distribution(cloud, DefaultCacheBehavior=behavior)

    assert (503, b"closed") == _visit(cloud, _domain(cloud, distribution_id))


def test_an_alias_is_served_by_the_edge(cloud: Cloud) -> None:
    """A wildcard alias too."""
    cloud.sandbox.set(deploy_seconds=0)
    closed = edge(viewer_request=a_version(cloud, code=_CLOSED))
    a_distribution(
        cloud,
        DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=closed),
        Aliases={"Quantity": 1, "Items": ["*.shop.example.com"]},
    )

    assert (503, b"closed") == _visit(cloud, "north.shop.example.com")


def test_the_old_configuration_is_served_while_the_new_one_is_in_progress(cloud: Cloud) -> None:
    """Visitors see a change once it is deployed, not once it is accepted."""
    cloud.sandbox.set(deploy_seconds=0)
    closed = edge(viewer_request=a_version(cloud, code=_CLOSED))
    behavior = a_behavior(LambdaFunctionAssociations=closed)
    distribution_id = a_distribution(cloud, DefaultCacheBehavior=behavior)
    cloud.sandbox.set(deploy_seconds=3600)
    other = edge(viewer_request=a_version(cloud, "other", code=_CLOSED.replace("closed", "other")))
    change_default(cloud, distribution_id, LambdaFunctionAssociations=other)

    assert (503, b"closed") == _visit(cloud, _domain(cloud, distribution_id))
    cloud.sandbox.finish_deployments()
    assert (503, b"other") == _visit(cloud, _domain(cloud, distribution_id))


def test_calls_are_logged_in_order_with_their_caller(cloud: Cloud) -> None:
    """With operation, resource, access key and status."""
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    refused(lambda: cloud.ssm.get_parameter(Name="/b"))

    logged = [
        (call["operation"], call["resource"], call["access_key"], call["status"])
        for call in cloud.sandbox.calls()
    ]
    assert [
        ("ssm:PutParameter", "/a", "test", 200),
        ("ssm:GetParameter", "/b", "test", 400),
    ] == logged


def test_a_reset_forgets_everything(cloud: Cloud) -> None:
    """Resources, faults, calls and settings."""
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    a_distribution(cloud)
    cloud.sandbox.set(deploy_seconds=3600)
    cloud.sandbox.inject_fault("refuse", "*", times=100)

    cloud.sandbox.reset()

    assert [] == cloud.sandbox.calls()
    assert ("ParameterNotFound", 400) == refused(lambda: cloud.ssm.get_parameter(Name="/a"))
    assert 0 == cloud.cloudfront.list_distributions()["DistributionList"]["Quantity"]


def test_an_unknown_setting_is_refused(cloud: Cloud) -> None:
    """The message names all settings."""
    with pytest.raises(SandboxError, match="deploy_seconds"):
        cloud.sandbox.set(speed=3)


def a_failing_target(cloud: Cloud) -> None:
    """Create a function that makes a call and fails, as the target of every parameter's change."""
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('sts').get_caller_identity()\n"
        "    raise ValueError(event)\n"
    )
    made = cloud.functions.create_function(
        FunctionName="failing",
        Runtime="python3.13",
        Handler="app.handler",
        Role=a_role(cloud, allowing=(allow("sqs:SendMessage", "*"),)),
        Code={"ZipFile": a_package(code)},
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:000000000000:dead"},
    )
    cloud.functions.add_permission(
        FunctionName="failing",
        StatementId="rules",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    cloud.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.ssm"]}))
    cloud.events.put_targets(Rule="r", Targets=[{"Id": "f", "Arn": made["FunctionArn"]}])


def test_a_failing_target_is_retried_and_then_its_event_is_a_dead_letter(cloud: Cloud) -> None:
    """EventBridge invokes asynchronously: three tries, then the dead-letter queue."""
    url = cloud.sqs.create_queue(QueueName="dead")["QueueUrl"]
    a_failing_target(cloud)

    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")

    dead = eventually(lambda: cloud.sqs.receive_message(QueueUrl=url).get("Messages"))
    assert "Parameter Store Change" in dead[0]["Body"]
    assert 3 == len(cloud.sandbox.calls("sts:GetCallerIdentity"))


def test_a_reset_drops_retries(cloud: Cloud) -> None:
    """A failing function of one test must not run again in the next."""
    a_failing_target(cloud)
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    eventually(lambda: cloud.sandbox.calls("sts:GetCallerIdentity"))
    cloud.sandbox.reset()

    # The first retry comes after one second.
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        assert [] == cloud.sandbox.calls()


def test_a_call_takes_call_seconds(cloud: Cloud) -> None:
    """Every call of every service; the log has the time of each."""
    cloud.sandbox.set(call_seconds=0.2)

    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")

    assert [True] == [0.2 <= call["ended"] - call["began"] for call in cloud.sandbox.calls()]


def test_an_update_above_the_rate_is_throttled(cloud: Cloud) -> None:
    """After the burst, with CloudFront's code."""
    distribution_id = a_distribution(cloud)
    cloud.sandbox.set(updates_per_minute=1, update_burst=2)
    for _ in range(2):
        update(cloud, distribution_id, Comment="x")

    throttled = refused(lambda: update(cloud, distribution_id, Comment="y"))

    assert ("Throttling", 400) == throttled
