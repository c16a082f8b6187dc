"""Contract: Parameter Store sends events, enforces AllowedPattern and keeps its last versions."""

import json
from typing import Any

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_session, a_user, allow


def _create_queue(cloud: Cloud, pattern: dict[str, Any]) -> str:
    """Return the URL of a queue that receives the events of the default bus matching `pattern`."""
    url = cloud.sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = cloud.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    cloud.events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    cloud.events.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
    return url


def _received(cloud: Cloud, url: str) -> list[dict[str, Any]]:
    messages = cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_every_change_of_a_parameter_is_an_event(cloud: Cloud) -> None:
    """Create, Update, LabelParameterVersion and Delete."""
    url = _create_queue(cloud, {"source": ["aws.ssm"]})

    cloud.ssm.put_parameter(Name="/site/maintenance", Value="off", Type="String")
    cloud.ssm.put_parameter(Name="/site/maintenance", Value="off", Overwrite=True)
    cloud.ssm.label_parameter_version(Name="/site/maintenance", Labels=["seen"])
    cloud.ssm.delete_parameters(Names=["/site/maintenance", "/never/was"])

    operations = [event["detail"]["operation"] for event in _received(cloud, url)]
    assert ["Create", "Update", "LabelParameterVersion", "Delete"] == operations


def test_a_change_event_has_the_documented_form(cloud: Cloud) -> None:
    """It has every member of the documented example, and no value."""
    url = _create_queue(cloud, {"detail-type": ["Parameter Store Change"]})

    cloud.ssm.put_parameter(
        Name="/site/maintenance", Value="on", Type="String", Description="the switch"
    )

    event = eventually(lambda: _received(cloud, url))[0]
    assert {"version", "id", "time"} <= event.keys()
    del event["version"], event["id"], event["time"]
    assert {
        "detail-type": "Parameter Store Change",
        "source": "aws.ssm",
        "account": "000000000000",
        "region": "us-east-1",
        "resources": ["arn:aws:ssm:us-east-1:000000000000:parameter/site/maintenance"],
        "detail": {
            "operation": "Create",
            "name": "/site/maintenance",
            "type": "String",
            "description": "the switch",
        },
    } == event


def test_a_rule_gets_only_the_events_that_match(cloud: Cloud) -> None:
    """Here those with one name and two operations."""
    pattern = {"detail": {"name": ["/site/maintenance"], "operation": ["Create", "Update"]}}
    url = _create_queue(cloud, {"source": ["aws.ssm"], **pattern})

    cloud.ssm.put_parameter(Name="/site/maintenance/status", Value="{}", Type="String")
    cloud.ssm.put_parameter(Name="/site/maintenance", Value="on", Type="String")
    cloud.ssm.label_parameter_version(Name="/site/maintenance", Labels=["seen"])

    assert ["/site/maintenance"] == [event["detail"]["name"] for event in _received(cloud, url)]


def test_a_refused_put_is_no_event(cloud: Cloud) -> None:
    """An existing parameter needs Overwrite."""
    cloud.ssm.put_parameter(Name="/site/maintenance", Value="off", Type="String")
    url = _create_queue(cloud, {"source": ["aws.ssm"]})

    with pytest.raises(cloud.ssm.exceptions.ParameterAlreadyExists):
        cloud.ssm.put_parameter(Name="/site/maintenance", Value="on", Type="String")

    assert [] == _received(cloud, url)


def test_the_allowed_pattern_stays_after_the_version_that_set_it(cloud: Cloud) -> None:
    """It also applies to later writes that do not mention it."""
    cloud.ssm.put_parameter(
        Name="/site/maintenance", Value="off", Type="String", AllowedPattern="^(on|off)$"
    )
    cloud.ssm.put_parameter(Name="/site/maintenance", Value="on", Overwrite=True)

    with pytest.raises(cloud.ssm.exceptions.ParameterPatternMismatchException):
        cloud.ssm.put_parameter(Name="/site/maintenance", Value="onn", Overwrite=True)

    assert "on" == cloud.ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"]


def test_a_parameter_keeps_its_last_hundred_versions(cloud: Cloud) -> None:
    """The oldest is dropped, and the numbers go on (doc: sysman-paramstore-versions)."""
    for _ in range(102):
        cloud.ssm.put_parameter(Name="/a", Value="1", Type="String", Overwrite=True)

    pages = cloud.ssm.get_paginator("get_parameter_history").paginate(Name="/a")
    versions = [each["Version"] for page in pages for each in page["Parameters"]]
    assert list(range(3, 103)) == versions


def test_the_history_has_the_arn_of_who_wrote_each_version(cloud: Cloud) -> None:
    """A user, or the session of a role (model: ssm ParameterHistory LastModifiedUser)."""
    rights = allow("ssm:PutParameter", "*")
    user = a_user(cloud, rights)
    user.ssm.put_parameter(Name="/a", Value="1", Type="String")
    session = a_session(cloud, "deployer", "ana@example.com", rights)
    session.ssm.put_parameter(Name="/a", Value="2", Type="String", Overwrite=True)

    history = cloud.ssm.get_parameter_history(Name="/a")["Parameters"]
    assert [
        "arn:aws:iam::000000000000:user/caller",
        "arn:aws:sts::000000000000:assumed-role/deployer/ana@example.com",
    ] == [each["LastModifiedUser"] for each in history]
