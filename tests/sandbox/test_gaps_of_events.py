"""
Gaps of ministack that the patches fill, in parameters, schedules and events: a test for each.

A failure is good news: ministack has closed the gap. Then remove the patch that the test names.
"""

import json
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_bucket_with_events,
    a_package,
    a_role,
    a_user,
    allow,
)
from tests.sandbox.failing import a_failing_function, process_of

pytestmark = pytest.mark.gap

_QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"
_RUNNER = "arn:aws:iam::000000000000:role/runner"
_PAST = "at(2000-01-01T00:00:00)"


def _received(cloud: Cloud, url: str) -> list[str]:
    messages = cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def test_parameters_emit_no_events(plain: Cloud) -> None:
    """Patch: patches/ssm, change events."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    plain.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.ssm"]}))
    plain.events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": _QUEUE}])

    plain.ssm.put_parameter(Name="/a", Value="1", Type="String")

    assert [] == _received(plain, url)


def test_a_parameter_keeps_every_version(plain: Cloud) -> None:
    """Patch: patches/ssm, _KEPT_VERSIONS."""
    for _ in range(101):
        plain.ssm.put_parameter(Name="/a", Value="1", Type="String", Overwrite=True)

    pages = plain.ssm.get_paginator("get_parameter_history").paginate(Name="/a")
    assert 101 == sum(len(each["Parameters"]) for each in pages)


def test_every_version_was_written_by_root(plain: Cloud) -> None:
    """Patch: patches/ssm, LastModifiedUser."""
    caller = a_user(plain, allow("ssm:PutParameter", "*"))
    caller.ssm.put_parameter(Name="/a", Value="1", Type="String")

    [version] = plain.ssm.get_parameter_history(Name="/a")["Parameters"]
    assert "arn:aws:iam::000000000000:root" == version["LastModifiedUser"]


def test_allowed_patterns_are_not_enforced(plain: Cloud) -> None:
    """Patch: patches/ssm, pattern_refusal."""
    plain.ssm.put_parameter(Name="/a", Value="x", Type="String", AllowedPattern="^on$")

    assert "x" == plain.ssm.get_parameter(Name="/a")["Parameter"]["Value"]


def test_a_schedule_accepts_any_expression(plain: Cloud) -> None:
    """Patch: patches/events/scheduler, ValidationException."""
    _schedule(plain, "alarm", "at(tomorrow)", zone="Europe/Atlantis")
    _schedule(plain, "over", _PAST)


def test_cloudformation_drops_the_zone_and_the_dates_of_a_schedule(plain: Cloud) -> None:
    """Patch: patches/events/scheduler, AWS::Scheduler::Schedule."""
    properties = {
        "Name": "alarm",
        "ScheduleExpression": "rate(1 hour)",
        "ScheduleExpressionTimezone": "Europe/Ljubljana",
        "EndDate": "2099-01-01T00:00:00Z",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": _QUEUE, "RoleArn": _RUNNER},
    }
    resource = {"Type": "AWS::Scheduler::Schedule", "Properties": properties}
    template = json.dumps({"Resources": {"S": resource}})
    plain.cloudformation.create_stack(StackName="stack", TemplateBody=template)
    eventually(lambda: plain.scheduler.list_schedules()["Schedules"])

    made = plain.scheduler.get_schedule(Name="alarm")
    assert ("UTC", False) == (made["ScheduleExpressionTimezone"], "EndDate" in made)


def test_schedules_ignore_zones_and_context_attributes(plain: Cloud) -> None:
    """Patch: patches/events/schedule_expressions, patches/events/scheduler."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    now = datetime.now(UTC)
    there = now.astimezone(ZoneInfo("Europe/Ljubljana"))
    _schedule(plain, "there", f"at({there:%Y-%m-%dT%H:%M:%S})", zone="Europe/Ljubljana")
    _schedule(plain, "here", _PAST, text='"<aws.scheduler.attempt-number>"')

    fired = eventually(lambda: _received(plain, url))

    assert ['"<aws.scheduler.attempt-number>"'] == fired


def test_a_changed_schedule_counts_as_fired(plain: Cloud) -> None:
    """Patch: patches/events/scheduler, where each change starts a schedule again."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    _schedule(plain, "changed", _PAST, text='"first"')
    eventually(lambda: _received(plain, url))
    changed = plain.scheduler.get_schedule(Name="changed")

    plain.scheduler.update_schedule(
        Name="changed",
        ScheduleExpression="at(2001-01-01T00:00:00)",
        FlexibleTimeWindow=changed["FlexibleTimeWindow"],
        Target=changed["Target"],
    )
    _schedule(plain, "witness", _PAST, text='"witness"')

    assert ['"witness"'] == eventually(lambda: _received(plain, url))


def test_a_failing_target_of_a_rule_is_not_retried(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/invocations, asynchronous invocation by EventBridge."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    made = plain.functions.create_function(
        FunctionName="failing",
        Runtime="python3.13",
        Handler="app.handler",
        Role=a_role(plain, allowing=(allow("sqs:SendMessage", "*"),)),
        Code={"ZipFile": a_package("def handler(event, context):\n    raise ValueError\n")},
        DeadLetterConfig={"TargetArn": _QUEUE},
    )
    plain.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["mine"]}))
    plain.events.put_targets(Rule="r", Targets=[{"Id": "f", "Arn": made["FunctionArn"]}])
    plain.events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": "{}"}])

    # Only waiting can show that no event comes: three tries and the queue need 0.5 s.
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert [] == _received(plain, url)


def test_events_of_objects_have_no_versions(plain: Cloud) -> None:
    """Patch: patches/s3, version-id and the time in whole seconds."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    a_bucket_with_events(plain)
    plain.s3.put_object(Bucket="state", Key="page/page.html", Body=b"1")

    [received] = eventually(lambda: _received(plain, url))

    event = json.loads(received)
    assert ("Z", False) == (event["time"][-1], "version-id" in event["detail"]["object"])
    assert "." in event["time"]


def test_an_error_of_a_handler_ends_its_process(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/environments."""
    name = a_failing_function(plain)

    assert process_of(plain, name) != process_of(plain, name)


def _schedule(
    cloud: Cloud, name: str, expression: str, *, zone: str = "UTC", text: str = "{}"
) -> None:
    cloud.scheduler.create_schedule(
        Name=name,
        ScheduleExpression=expression,
        ScheduleExpressionTimezone=zone,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": _QUEUE, "RoleArn": _RUNNER, "Input": text},
    )
