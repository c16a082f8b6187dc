"""
Gap watch, parameters, schedules, events: what ministack does not do, a test for each remedy.

A failure here is good news: ministack closed the gap. Then drop the remedy that the test names.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_bucket_with_events, a_package, a_role, allow

pytestmark = pytest.mark.gap

_QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"
_RUNNER = "arn:aws:iam::000000000000:role/runner"


def _received(cloud: Cloud, url: str) -> list[str]:
    messages = cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in messages]


def test_parameters_tell_nobody(plain: Cloud) -> None:
    """Remedy: ministack_parameters, change events."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    plain.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.ssm"]}))
    plain.events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": _QUEUE}])

    plain.ssm.put_parameter(Name="/a", Value="1", Type="String")

    assert [] == _received(plain, url)


def test_allowed_patterns_are_not_enforced(plain: Cloud) -> None:
    """Remedy: ministack_parameters, pattern_refusal."""
    plain.ssm.put_parameter(Name="/a", Value="x", Type="String", AllowedPattern="^on$")

    assert "x" == plain.ssm.get_parameter(Name="/a")["Parameter"]["Value"]


def test_a_schedule_may_say_anything(plain: Cloud) -> None:
    """Remedy: ministack_schedules, ValidationException."""
    _schedule(plain, "alarm", "at(tomorrow)", zone="Europe/Atlantis")


def test_cloudformation_drops_the_zone_of_a_schedule(plain: Cloud) -> None:
    """Remedy: ministack_schedules, AWS::Scheduler::Schedule."""
    properties = {
        "Name": "alarm",
        "ScheduleExpression": "rate(1 hour)",
        "ScheduleExpressionTimezone": "Europe/Ljubljana",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": _QUEUE, "RoleArn": _RUNNER},
    }
    resource = {"Type": "AWS::Scheduler::Schedule", "Properties": properties}
    template = json.dumps({"Resources": {"S": resource}})
    plain.cloudformation.create_stack(StackName="stack", TemplateBody=template)
    eventually(lambda: plain.scheduler.list_schedules()["Schedules"])

    assert "UTC" == plain.scheduler.get_schedule(Name="alarm")["ScheduleExpressionTimezone"]


def test_schedules_know_neither_zones_nor_context_words(plain: Cloud) -> None:
    """Remedy: schedules, ministack_schedules.Ticker. Waits for ministack's tick, 10 seconds."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    now = datetime.now(UTC)
    there = now.astimezone(ZoneInfo("Europe/Ljubljana"))
    _schedule(plain, "there", f"at({there:%Y-%m-%dT%H:%M:%S})", zone="Europe/Ljubljana")
    here = now - timedelta(seconds=1)
    _schedule(
        plain, "here", f"at({here:%Y-%m-%dT%H:%M:%S})", text='"<aws.scheduler.attempt-number>"'
    )

    fired = eventually(lambda: _received(plain, url), seconds=25)

    assert ['"<aws.scheduler.attempt-number>"'] == fired


def test_a_failing_target_of_a_rule_is_not_tried_again(plain: Cloud) -> None:
    """Remedy: ministack_functions, asynchronous invocation by EventBridge."""
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

    # The absence of an event can only be seen by waiting: three tries and the queue need 0.5 s.
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert [] == _received(plain, url)


def test_events_of_objects_know_no_versions(plain: Cloud) -> None:
    """Remedy: ministack_objects, version-id and the time in whole seconds."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    a_bucket_with_events(plain)
    plain.s3.put_object(Bucket="state", Key="page/page.html", Body=b"1")

    [received] = eventually(lambda: _received(plain, url))

    event = json.loads(received)
    assert ("Z", False) == (event["time"][-1], "version-id" in event["detail"]["object"])
    assert "." in event["time"]


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
