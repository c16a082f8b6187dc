"""Contract: hosts reach the edge, faults and the log do what was ordered, a stack deploys whole."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any
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

_CLOSED = """
def handler(event, context):
    return {"status": "503", "statusDescription": "Closed", "body": "closed"}
"""


def _visit(cloud: Cloud, host: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(cloud.sandbox.endpoint_url).netloc, timeout=20)
    connection.request("GET", "/", headers={"Host": host})
    answer = connection.getresponse()
    seen = answer.status, answer.read()
    connection.close()
    return seen


def _domain(cloud: Cloud, distribution_id: str) -> str:
    read = cloud.cloudfront.get_distribution(Id=distribution_id)
    return read["Distribution"]["DomainName"]


def test_a_domain_is_answered_by_the_attached_function(cloud: Cloud) -> None:
    """The edge runs the version that the deployed configuration names."""
    cloud.sandbox.set(deploy_seconds=0)
    closed = edge(viewer_request=a_version(cloud, code=_CLOSED))
    behavior = a_behavior(LambdaFunctionAssociations=closed)
    distribution_id = a_distribution(cloud, DefaultCacheBehavior=behavior)

    assert (503, b"closed") == _visit(cloud, _domain(cloud, distribution_id))


def test_an_alias_is_answered_by_the_edge(cloud: Cloud) -> None:
    """Also one under a wildcard."""
    cloud.sandbox.set(deploy_seconds=0)
    closed = edge(viewer_request=a_version(cloud, code=_CLOSED))
    a_distribution(
        cloud,
        DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=closed),
        Aliases={"Quantity": 1, "Items": ["*.shop.example.com"]},
    )

    assert (503, b"closed") == _visit(cloud, "north.shop.example.com")


def test_the_old_configuration_is_served_while_the_new_one_is_in_progress(cloud: Cloud) -> None:
    """Visitors see a change when it is deployed, not when it is accepted."""
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


def test_the_next_calls_are_refused_as_ordered(cloud: Cloud) -> None:
    """So many, of that operation, with that code; then no more."""
    distribution_id = a_distribution(cloud)
    cloud.sandbox.inject_fault(
        "refuse", "cloudfront:UpdateDistribution", code="Throttling", times=2
    )

    codes = [refused(lambda: update(cloud, distribution_id, Comment="x"))[0] for _ in range(2)]

    assert ["Throttling", "Throttling"] == codes
    update(cloud, distribution_id, Comment="x")


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("ssm:GetParameter", lambda cloud: cloud.ssm.get_parameter(Name="/a")),
        ("s3:PutObject", lambda cloud: cloud.s3.put_object(Bucket="b", Key="k", Body=b"")),
        ("lambda:GetFunction", lambda cloud: cloud.functions.get_function(FunctionName="f")),
        ("iam:GetRole", lambda cloud: cloud.iam.get_role(RoleName="r")),
        ("scheduler:GetSchedule", lambda cloud: cloud.scheduler.get_schedule(Name="s")),
        ("events:PutEvents", lambda cloud: cloud.events.put_events(Entries=[{"Source": "s"}])),
    ],
)
def test_a_refusal_is_readable_in_every_protocol(
    cloud: Cloud, operation: str, call: Callable[[Cloud], object]
) -> None:
    """The SDK of each service reads the code that was ordered."""
    cloud.sandbox.inject_fault("refuse", operation, code="SlowDown", status=400)

    assert "SlowDown" == refused(lambda: call(cloud))[0]


def test_a_fault_can_be_for_one_resource(cloud: Cloud) -> None:
    """Other resources do not meet it and do not use it up."""
    cloud.sandbox.inject_fault("refuse", "ssm:*", resource="/a", code="InternalServerError")
    cloud.ssm.put_parameter(Name="/b", Value="1", Type="String")

    assert "InternalServerError" == refused(lambda: cloud.ssm.get_parameter(Name="/a"))[0]


def test_a_lost_answer_was_carried_out(cloud: Cloud) -> None:
    """The caller sees a failure; the world has changed."""
    cloud.sandbox.inject_fault("lose", "ssm:PutParameter")

    refused(lambda: cloud.ssm.put_parameter(Name="/a", Value="1", Type="String"))

    assert "1" == cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"]


def test_a_held_call_waits_until_it_is_released(cloud: Cloud) -> None:
    """Meanwhile a test can change the world under the caller's feet."""
    cloud.ssm.put_parameter(Name="/a", Value="before", Type="String")
    cloud.sandbox.inject_fault("hold", "ssm:GetParameter")
    read: list[str] = []
    reader = threading.Thread(
        target=lambda: read.append(cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"])
    )
    reader.start()
    eventually(cloud.sandbox.held)
    cloud.ssm.put_parameter(Name="/a", Value="after", Overwrite=True)
    cloud.sandbox.release()
    reader.join(10)

    assert ["after"] == read


def test_calls_are_logged_in_order_with_their_caller(cloud: Cloud) -> None:
    """Operation, resource, access key and status of each."""
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


@pytest.mark.parametrize(
    ("kind", "operation", "members"),
    [
        ("explode", "ssm:GetParameter", {}),
        ("refuse", "ssm:GetParameter", {"colour": "red"}),
    ],
)
def test_an_order_that_is_not_understood_is_refused(
    cloud: Cloud, kind: str, operation: str, members: dict[str, Any]
) -> None:
    """With a sentence, not a fault that never comes."""
    with pytest.raises(SandboxError, match="fault"):
        cloud.sandbox.inject_fault(kind, operation, **members)


def test_a_setting_that_does_not_exist_is_refused(cloud: Cloud) -> None:
    """The sentence names those that do."""
    with pytest.raises(SandboxError, match="deploy_seconds"):
        cloud.sandbox.set(speed=3)


def a_failing_target(cloud: Cloud) -> None:
    """Make a function that says it was there and fails, the target of every parameter's change."""
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


def test_a_failing_target_is_tried_again_and_then_goes_to_its_queue(cloud: Cloud) -> None:
    """EventBridge invokes asynchronously: three tries, then the dead-letter queue."""
    url = cloud.sqs.create_queue(QueueName="dead")["QueueUrl"]
    a_failing_target(cloud)

    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")

    dead = eventually(lambda: cloud.sqs.receive_message(QueueUrl=url).get("Messages"), seconds=20)
    assert "Parameter Store Change" in dead[0]["Body"]
    assert 3 == len(cloud.sandbox.calls("sts:GetCallerIdentity"))


def test_a_reset_drops_the_calls_that_are_held(cloud: Cloud) -> None:
    """What one test left waiting must not happen to the next."""
    cloud.sandbox.inject_fault("hold", "ssm:PutParameter")
    met: list[tuple[str, int]] = []
    writer = threading.Thread(
        target=lambda: met.append(
            refused(lambda: cloud.ssm.put_parameter(Name="/a", Value="1", Type="String"))
        )
    )
    writer.start()
    eventually(cloud.sandbox.held)
    cloud.sandbox.reset()
    writer.join(10)

    assert [("ServiceUnavailable", 503)] == met
    assert ("ParameterNotFound", 400) == refused(lambda: cloud.ssm.get_parameter(Name="/a"))


def test_a_slow_call_is_carried_out_later(cloud: Cloud) -> None:
    """The answer is the true one, only late."""
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    cloud.sandbox.inject_fault("slow", "ssm:GetParameter", seconds=0.3)
    before = time.monotonic()

    assert "1" == cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"]
    assert 0.3 <= time.monotonic() - before


def test_a_retry_does_not_outlive_a_reset(cloud: Cloud) -> None:
    """A failing function of an earlier test does not run again in this one."""
    a_failing_target(cloud)
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    eventually(lambda: cloud.sandbox.calls("sts:GetCallerIdentity"))
    cloud.sandbox.reset()

    # The first retry comes after one second.
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        assert [] == cloud.sandbox.calls()


def test_a_call_takes_the_time_that_was_set(cloud: Cloud) -> None:
    """Every call of every service; the log tells how long each took."""
    cloud.sandbox.set(call_seconds=0.2)

    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")

    assert [True] == [0.2 <= call["ended"] - call["began"] for call in cloud.sandbox.calls()]


def test_one_update_too_many_in_a_minute_is_throttled(cloud: Cloud) -> None:
    """The burst is taken at once; the next is refused with the code that CloudFront gives."""
    distribution_id = a_distribution(cloud)
    cloud.sandbox.set(updates_per_minute=1, update_burst=2)
    for _ in range(2):
        update(cloud, distribution_id, Comment="x")

    throttled = refused(lambda: update(cloud, distribution_id, Comment="y"))

    assert ("Throttling", 400) == throttled
