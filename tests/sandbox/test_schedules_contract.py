"""Contract: schedules fire in their zone, with context attributes, and again after a change."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_role, allow

_FAR = "America/Phoenix"  # its clocks never change, so each time comes once


def _queue(cloud: Cloud) -> str:
    sending = (allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:fired"),)
    a_role(cloud, "runner", trusting=("scheduler.amazonaws.com",), allowing=sending)
    return cloud.sqs.create_queue(QueueName="fired")["QueueUrl"]


def _schedule(cloud: Cloud, expression: str, **members: Any) -> None:  # noqa: ANN401 - boto3 checks them
    target = {
        "Arn": "arn:aws:sqs:us-east-1:000000000000:fired",
        "RoleArn": "arn:aws:iam::000000000000:role/runner",
        "Input": members.pop("Input", "{}"),
    }
    cloud.scheduler.create_schedule(
        Name="alarm",
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,  # type: ignore[arg-type]  # built by parts
        **members,
    )


def _fired(cloud: Cloud, url: str) -> list[str]:
    messages = cloud.sqs.receive_message(QueueUrl=url).get("Messages", [])
    for message in messages:
        cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def _soon(zone: str) -> str:
    at = datetime.now(ZoneInfo(zone)) + timedelta(seconds=2)  # the real clock fires it
    return f"at({at:%Y-%m-%dT%H:%M:%S})"


def test_an_at_schedule_fires_in_its_zone_and_is_deleted(cloud: Cloud) -> None:
    """With ActionAfterCompletion DELETE."""
    url = _queue(cloud)
    _schedule(cloud, _soon(_FAR), ScheduleExpressionTimezone=_FAR, ActionAfterCompletion="DELETE")

    assert ["{}"] == eventually(lambda: _fired(cloud, url))
    eventually(lambda: not cloud.scheduler.list_schedules()["Schedules"])


def test_an_at_schedule_of_a_distant_zone_does_not_fire_yet(cloud: Cloud) -> None:
    """The wall-clock time has passed in UTC, but in Phoenix it is hours away."""
    url = _queue(cloud)
    _schedule(cloud, _soon("UTC"), ScheduleExpressionTimezone=_FAR)
    cloud.scheduler.create_schedule(
        Name="witness",
        ScheduleExpression=_soon("UTC"),
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:sqs:us-east-1:000000000000:fired",
            "RoleArn": "arn:aws:iam::000000000000:role/runner",
            "Input": '"witness"',
        },
    )

    assert ['"witness"'] == eventually(lambda: _fired(cloud, url))
    assert [] == _fired(cloud, url)


def test_context_attributes_are_replaced(cloud: Cloud) -> None:
    """The target gets the scheduled time and the schedule's ARN."""
    url = _queue(cloud)
    attributes = {
        "time": "<aws.scheduler.scheduled-time>",
        "arn": "<aws.scheduler.schedule-arn>",
        "attempt": "<aws.scheduler.attempt-number>",
        "id": "<aws.scheduler.execution-id>",
    }
    expression = _soon("UTC")
    _schedule(cloud, expression, Input=json.dumps(attributes))

    received = json.loads(eventually(lambda: _fired(cloud, url))[0])

    assert attributes["id"] != received.pop("id")
    assert {
        "time": expression[3:-1] + "Z",
        "arn": "arn:aws:scheduler:us-east-1:000000000000:schedule/default/alarm",
        "attempt": "1",
    } == received


def test_a_recreated_schedule_fires_again(cloud: Cloud) -> None:
    """A name that was used before has not fired yet."""
    url = _queue(cloud)
    _schedule(cloud, _soon("UTC"))
    eventually(lambda: _fired(cloud, url))
    cloud.scheduler.delete_schedule(Name="alarm")
    _schedule(cloud, _soon("UTC"))

    assert ["{}"] == eventually(lambda: _fired(cloud, url))


def test_a_changed_schedule_fires_at_the_new_time(cloud: Cloud) -> None:
    """UpdateSchedule is enough to set an alarm clock again."""
    url = _queue(cloud)
    _schedule(cloud, "at(2099-01-01T00:00:00)")
    read = cloud.scheduler.get_schedule(Name="alarm")
    cloud.scheduler.update_schedule(
        Name="alarm",
        ScheduleExpression=_soon("UTC"),
        FlexibleTimeWindow=read["FlexibleTimeWindow"],
        Target=read["Target"],
    )

    assert ["{}"] == eventually(lambda: _fired(cloud, url))


def test_a_rate_schedule_starts_at_once(cloud: Cloud) -> None:
    """Without StartDate, a rate begins when it is created."""
    url = _queue(cloud)
    _schedule(cloud, "rate(1 hour)")

    assert ["{}"] == eventually(lambda: _fired(cloud, url))


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("cron(0 2 * * * *)", "UTC"),
        ("at(tomorrow)", "UTC"),
        ("at(2000-01-01T00:00:00)", "UTC"),
        ("rate(1 fortnight)", "UTC"),
        ("rate(1 hour)", "Europe/Atlantis"),
    ],
)
def test_an_invalid_schedule_is_refused(cloud: Cloud, expression: str, zone: str) -> None:
    """An invalid expression or zone is a ValidationException, not a schedule that never fires."""
    with pytest.raises(ClientError) as caught:
        _schedule(cloud, expression, ScheduleExpressionTimezone=zone)

    assert "ValidationException" == caught.value.response["Error"]["Code"]


def test_cloudformation_keeps_the_zone_and_the_dates(cloud: Cloud) -> None:
    """A schedule of a stack has the members of the template."""
    until = datetime(2099, 1, 1, tzinfo=UTC)
    properties = {
        "Name": "alarm",
        "ScheduleExpression": "cron(0 2 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Ljubljana",
        "EndDate": until.isoformat(),
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:sqs:us-east-1:000000000000:fired",
            "RoleArn": "arn:aws:iam::000000000000:role/runner",
        },
    }
    template = {"Resources": {"S": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}}}
    cloud.cloudformation.create_stack(StackName="stack", TemplateBody=json.dumps(template))

    made = eventually(lambda: cloud.scheduler.list_schedules()["Schedules"])

    read = cloud.scheduler.get_schedule(Name=made[0]["Name"])
    assert ("Europe/Ljubljana", until) == (read["ScheduleExpressionTimezone"], read["EndDate"])


def test_a_stack_with_an_invalid_schedule_fails(cloud: Cloud) -> None:
    """It must not stop all other schedules."""
    properties = {
        "Name": "alarm",
        "ScheduleExpression": "at(tomorrow)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:fired", "RoleArn": "role"},
    }
    template = {"Resources": {"S": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}}}
    cloud.cloudformation.create_stack(StackName="stack", TemplateBody=json.dumps(template))

    def reasons() -> str:
        events = cloud.cloudformation.describe_stack_events(StackName="stack")["StackEvents"]
        return " ".join(event.get("ResourceStatusReason", "") for event in events)

    eventually(lambda: "Invalid Schedule Expression at(tomorrow)" in reasons())
