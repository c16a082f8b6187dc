"""What holds for every resource of a kind, whoever adds it to the template."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.template import load_template

_RESOURCES: dict[str, dict[str, Any]] = load_template()["Resources"]
# The properties that fix a physical name, of every type that CloudFormation would name itself.
_NAMES = {
    "AlarmName", "BucketName", "DashboardName", "EventBusName", "FunctionName", "GroupName",
    "LogGroupName", "Name", "QueueName", "RoleName", "RuleName", "TopicName",
}  # fmt: skip
# They name another resource, and nothing of their own.
_REFERRING = {"AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig"}


def _of(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: each.get("Properties", {})
        for name, each in _RESOURCES.items()
        if each["Type"] == kind
    }


def _made() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the properties of all that CloudFormation makes, events of functions among it."""
    for name, each in _RESOURCES.items():
        if each["Type"] not in _REFERRING:
            given = each.get("Properties", {})
            yield name, given
            yield from ((event, on["Properties"]) for event, on in given.get("Events", {}).items())


@pytest.mark.parametrize(("name", "given"), list(_made()), ids=[name for name, _ in _made()])
def test_two_stacks_share_no_name(name: str, given: dict[str, Any]) -> None:
    """A name is CloudFormation's to give, or has the stack's own name in it."""
    fixed = {key: value for key, value in given.items() if key in _NAMES}
    shared = [key for key, value in fixed.items() if "AWS::StackName" not in json.dumps(value)]

    assert [] == shared, name


@pytest.mark.parametrize("name", _of("AWS::Logs::LogGroup"))
def test_a_log_is_kept_as_long_as_the_owner_says(name: str) -> None:
    """And goes with the stack."""
    assert {"Ref": "LogRetentionDays"} == _of("AWS::Logs::LogGroup")[name]["RetentionInDays"]
    assert "Delete" == _RESOURCES[name]["DeletionPolicy"]


@pytest.mark.parametrize("name", _of("AWS::CloudWatch::Alarm"))
def test_an_alarm_says_what_to_do_and_to_whom(name: str) -> None:
    """To the owner's topic, where there is one; and silence is a state that somebody chose."""
    alarm = _of("AWS::CloudWatch::Alarm")[name]

    assert alarm["AlarmDescription"].endswith(".")
    assert "HasAlarmTopic" in json.dumps(alarm["AlarmActions"])
    assert "TreatMissingData" in alarm


@pytest.mark.parametrize("name", _of("AWS::SQS::Queue"))
def test_a_queue_keeps_its_messages_encrypted_and_long(name: str) -> None:
    """Two weeks are the most that there is: somebody may be on holiday."""
    queue = _of("AWS::SQS::Queue")[name]

    assert (1209600, True) == (queue["MessageRetentionPeriod"], queue["SqsManagedSseEnabled"])


@pytest.mark.parametrize("name", _of("AWS::S3::Bucket"))
def test_a_bucket_is_nobody_elses(name: str) -> None:
    """Encrypted, without access lists, and closed to the public in all four ways."""
    bucket = _of("AWS::S3::Bucket")[name]

    assert [True] * 4 == list(bucket["PublicAccessBlockConfiguration"].values())
    assert "BucketOwnerEnforced" in json.dumps(bucket["OwnershipControls"])
    assert "BucketEncryption" in bucket
