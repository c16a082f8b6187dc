"""Rules for every resource of a type, also for those that are added later."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.template import load_template

_RESOURCES: dict[str, dict[str, Any]] = load_template()["Resources"]
# Properties that fix the physical name of a resource that CloudFormation would name itself.
_NAMES = {
    "AlarmName", "BucketName", "DashboardName", "EventBusName", "FunctionName", "GroupName",
    "LogGroupName", "Name", "QueueName", "RoleName", "RuleName", "TopicName",
}  # fmt: skip
# In these types such a property refers to another resource.
_REFERRING = {"AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig"}


def _of(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: each.get("Properties", {})
        for name, each in _RESOURCES.items()
        if each["Type"] == kind
    }


def _created() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the properties of every resource and of every event of a function."""
    for name, each in _RESOURCES.items():
        if each["Type"] not in _REFERRING:
            properties = each.get("Properties", {})
            yield name, properties
            for event, source in properties.get("Events", {}).items():
                yield event, source["Properties"]


@pytest.mark.parametrize(
    ("name", "properties"), list(_created()), ids=[name for name, _ in _created()]
)
def test_two_stacks_share_no_name(name: str, properties: dict[str, Any]) -> None:
    """CloudFormation gives the name, or it has the stack's name or id, or that of a resource."""
    fixed = {key: value for key, value in properties.items() if key in _NAMES}
    own = ["AWS::StackName", "AWS::StackId", *(json.dumps({"Ref": each}) for each in _RESOURCES)]
    shared = [
        key for key, value in fixed.items() if not any(each in json.dumps(value) for each in own)
    ]

    assert [] == shared, name


@pytest.mark.parametrize("name", _of("AWS::Logs::LogGroup"))
def test_a_log_group_is_kept_for_the_configured_days(name: str) -> None:
    """And is deleted with the stack."""
    assert {"Ref": "LogRetentionDays"} == _of("AWS::Logs::LogGroup")[name]["RetentionInDays"]
    assert "Delete" == _RESOURCES[name]["DeletionPolicy"]


@pytest.mark.parametrize("name", _of("AWS::CloudWatch::Alarm"))
def test_an_alarm_has_a_description_a_topic_and_a_rule_for_missing_data(name: str) -> None:
    """It notifies the owner's topic if there is one."""
    alarm = _of("AWS::CloudWatch::Alarm")[name]

    assert alarm["AlarmDescription"].endswith(".")
    assert "HasAlarmTopic" in json.dumps(alarm["AlarmActions"])
    assert "TreatMissingData" in alarm


@pytest.mark.parametrize("name", _of("AWS::SQS::Queue"))
def test_a_queue_is_encrypted_and_keeps_messages_for_two_weeks(name: str) -> None:
    """SQS allows no longer; people take holidays."""
    queue = _of("AWS::SQS::Queue")[name]

    assert (1209600, True) == (queue["MessageRetentionPeriod"], queue["SqsManagedSseEnabled"])


@pytest.mark.parametrize("name", _of("AWS::S3::Bucket"))
def test_a_bucket_is_private(name: str) -> None:
    """Encrypted, without access control lists, and with all four blocks of public access."""
    bucket = _of("AWS::S3::Bucket")[name]

    assert [True] * 4 == list(bucket["PublicAccessBlockConfiguration"].values())
    assert "BucketOwnerEnforced" in json.dumps(bucket["OwnershipControls"])
    assert "BucketEncryption" in bucket
