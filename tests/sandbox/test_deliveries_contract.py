"""Contract: a delivery by AWS itself needs its right; a dead letter is sent or counted."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_package, a_role, allow

_SCOPE = "us-east-1:000000000000"
_FUNCTION = f"arn:aws:lambda:{_SCOPE}:function:target"
_DEAD = f"arn:aws:sqs:{_SCOPE}:dead"
_RULE = f"arn:aws:events:{_SCOPE}:rule/r"
_SCHEDULE = f"arn:aws:scheduler:{_SCOPE}:schedule/default/s"
_SCHEDULER = "scheduler.amazonaws.com"
_FAILING = "def handler(event, context):\n    raise ValueError(event)\n"
_CALLING = "import boto3\ndef handler(*_):\n    boto3.client('sts').get_caller_identity()\n"


def _function(cloud: Cloud, code: str = _CALLING, **members: Any) -> None:  # noqa: ANN401 - boto3 checks them
    cloud.functions.create_function(
        FunctionName="target",
        Runtime="python3.13",
        Handler="app.handler",
        Role=a_role(cloud, "of-target"),
        Code={"ZipFile": a_package(code)},
        **members,
    )


def _queue(cloud: Cloud, **admitted: str) -> str:
    """Create the dead-letter queue, whose policy allows the `admitted` rules; return its URL."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": _DEAD,
            "Condition": {"ArnLike": {"aws:SourceArn": arn}},
        }
        for arn in admitted.values()
    ]
    attributes = {"Policy": json.dumps({"Statement": statements})} if statements else {}
    return cloud.sqs.create_queue(QueueName="dead", Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]  # built by parts


def _runs(cloud: Cloud) -> bool:
    return bool(cloud.sandbox.calls("sts:GetCallerIdentity"))


def _dead_letter(cloud: Cloud, url: str) -> tuple[str, Mapping[str, str]] | None:
    received = cloud.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    for message in received.get("Messages", []):
        attributes = message["MessageAttributes"].items()
        return message["Body"], {name: each["StringValue"] for name, each in attributes}
    return None


def _counted(cloud: Cloud, namespace: str) -> list[str]:
    metrics = cloud.cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    return [metric["MetricName"] for metric in metrics]


def _rule_fires(cloud: Cloud) -> None:
    cloud.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["mine"]}))
    target = {"Id": "f", "Arn": _FUNCTION, "DeadLetterConfig": {"Arn": _DEAD}}
    cloud.events.put_targets(Rule="r", Targets=[target])  # type: ignore[list-item]  # built by parts
    detail = json.dumps({"of": "mine"})
    cloud.events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": detail}])


def _allow_rule(cloud: Cloud, source_arn: str) -> None:
    cloud.functions.add_permission(
        FunctionName="target",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=source_arn,
    )


def test_a_rule_invokes_a_function_whose_policy_allows_it(cloud: Cloud) -> None:
    """A rule has no role."""
    _function(cloud)
    _allow_rule(cloud, _RULE)

    _rule_fires(cloud)

    eventually(lambda: _runs(cloud))


@pytest.mark.parametrize("admitted", [None, f"arn:aws:events:{_SCOPE}:rule/other"])
def test_a_rule_that_is_not_allowed_sends_a_dead_letter(cloud: Cloud, admitted: str | None) -> None:
    """The event, and why it could not be delivered."""
    url = _queue(cloud, rule=_RULE)
    _function(cloud)
    if admitted:
        _allow_rule(cloud, admitted)

    _rule_fires(cloud)

    body, details = _dead_letter(cloud, url) or ("{}", {})
    assert {"of": "mine"} == json.loads(body)["detail"]
    assert ("NO_PERMISSIONS", _RULE, _FUNCTION) == (
        details["ERROR_CODE"],
        details["RULE_ARN"],
        details["TARGET_ARN"],
    )
    assert not _runs(cloud)


def test_a_dead_letter_of_a_rule_that_the_queue_refuses_is_counted(cloud: Cloud) -> None:
    """It is lost; only a metric shows it."""
    url = _queue(cloud)
    _function(cloud)

    _rule_fires(cloud)

    assert ["InvocationsFailedToBeSentToDlq"] == _counted(cloud, "AWS/Events")
    assert _dead_letter(cloud, url) is None


def _schedule_fires(cloud: Cloud) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    cloud.scheduler.create_schedule(
        Name="s",
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": _FUNCTION,
            "RoleArn": "arn:aws:iam::000000000000:role/scheduler",
            "Input": '{"of": "mine"}',
            "DeadLetterConfig": {"Arn": _DEAD},
        },
    )


def test_a_schedule_invokes_what_its_role_allows(cloud: Cloud) -> None:
    """The role is enough; the function's policy need not name the schedule."""
    _function(cloud)
    rights = (allow("lambda:InvokeFunction", _FUNCTION),)
    a_role(cloud, "scheduler", trusting=(_SCHEDULER,), allowing=rights)

    _schedule_fires(cloud)

    eventually(lambda: _runs(cloud))


def test_a_schedule_whose_role_may_not_invoke_sends_a_dead_letter(cloud: Cloud) -> None:
    """The input, and why it could not be delivered."""
    url = _queue(cloud)
    _function(cloud)
    rights = (allow("sqs:SendMessage", _DEAD),)
    a_role(cloud, "scheduler", trusting=(_SCHEDULER,), allowing=rights)

    _schedule_fires(cloud)

    body, details = eventually(lambda: _dead_letter(cloud, url)) or ("", {})
    assert '{"of": "mine"}' == body
    assert ("NO_PERMISSIONS", _SCHEDULE) == (details["ERROR_CODE"], details["SCHEDULE_ARN"])
    assert not _runs(cloud)


@pytest.mark.parametrize(
    ("trusted", "allowed"), [("events.amazonaws.com", _DEAD), (_SCHEDULER, f"{_DEAD}-other")]
)
def test_a_dead_letter_that_a_schedule_may_not_send_is_counted(
    cloud: Cloud, trusted: str, allowed: str
) -> None:
    """Its role sends it: the role must trust Scheduler and allow it."""
    url = _queue(cloud)
    _function(cloud)
    rights = (allow("sqs:SendMessage", allowed),)
    a_role(cloud, "scheduler", trusting=(trusted,), allowing=rights)

    _schedule_fires(cloud)

    counted = eventually(lambda: _counted(cloud, "AWS/Scheduler"))
    assert ["InvocationsFailedToBeSentToDeadLetterCount"] == counted
    assert _dead_letter(cloud, url) is None


def test_a_failed_invocation_that_lambda_may_not_send_is_counted(cloud: Cloud) -> None:
    """Lambda sends it with the function's role, which allows nothing here."""
    url = _queue(cloud)
    _function(cloud, _FAILING)
    cloud.functions.put_function_event_invoke_config(
        FunctionName="target",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": _DEAD}},
    )

    cloud.functions.invoke(FunctionName="target", InvocationType="Event")

    eventually(lambda: "DestinationDeliveryFailures" in _counted(cloud, "AWS/Lambda"))
    assert _dead_letter(cloud, url) is None
