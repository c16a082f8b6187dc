"""docs/deploying-policy.json allows a person to deploy the template, and little else."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.contract.template import load_template

POLICY = Path(__file__).parents[2] / "docs" / "deploying-policy.json"
_HERE = "us-east-1:123456789012"
# By type, the first action that creating a resource needs, on an ARN that CloudFormation generates.
CREATE_ACTIONS = {
    "AWS::CloudFront::Distribution": (
        "cloudfront:CreateDistribution",
        "arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE1AB3",
    ),
    "AWS::CloudFront::Function": (
        "cloudfront:CreateFunction",
        "arn:aws:cloudfront::123456789012:function/site-maintenance-00000000-0000",
    ),
    "AWS::CloudFront::KeyValueStore": (
        "cloudfront:CreateKeyValueStore",
        "arn:aws:cloudfront::123456789012:key-value-store/00000000-0000",
    ),
    "AWS::CloudWatch::Dashboard": (
        "cloudwatch:PutDashboard",
        "arn:aws:cloudwatch::123456789012:dashboard/site-maintenance",
    ),
    "AWS::CloudWatch::Alarm": (
        "cloudwatch:PutMetricAlarm",
        f"arn:aws:cloudwatch:{_HERE}:alarm:site-maintenance-FailedRuns-X",
    ),
    "AWS::IAM::Policy": (
        "iam:PutRolePolicy",
        "arn:aws:iam::123456789012:role/site-maintenance-SchedulerRole-X",
    ),
    "AWS::IAM::Role": ("iam:CreateRole", "arn:aws:iam::123456789012:role/site-maintenance-X"),
    "AWS::Logs::LogGroup": (
        "logs:CreateLogGroup",
        f"arn:aws:logs:{_HERE}:log-group:site-maintenance-ControllerLogs-X",
    ),
    "AWS::S3::Bucket": ("s3:CreateBucket", "arn:aws:s3:::site-maintenance-statebucket-x"),
    "AWS::S3::BucketPolicy": ("s3:PutBucketPolicy", "arn:aws:s3:::site-maintenance-statebucket-x"),
    "AWS::SQS::Queue": (
        "sqs:CreateQueue",
        f"arn:aws:sqs:{_HERE}:site-maintenance-DeadLetterQueue-X",
    ),
    "AWS::SQS::QueuePolicy": (
        "sqs:SetQueueAttributes",
        f"arn:aws:sqs:{_HERE}:site-maintenance-DeadLetterQueue-X",
    ),
    "AWS::Scheduler::ScheduleGroup": (
        "scheduler:CreateScheduleGroup",
        f"arn:aws:scheduler:{_HERE}:schedule-group/site-maintenance-ScheduleGroup-X",
    ),
    "AWS::Serverless::Function": (
        "lambda:CreateFunction",
        f"arn:aws:lambda:{_HERE}:function:site-maintenance-Controller-X",
    ),
    "Custom::MaintenanceInstallation": (
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{_HERE}:function:site-maintenance-Controller-X",
    ),
}


def statements() -> list[dict[str, Any]]:
    """Return the statements of the policy, with actions and resources as lists."""

    def as_list(value: str | list[str]) -> list[str]:
        return [value] if isinstance(value, str) else value

    found = json.loads(POLICY.read_text("utf-8"))["Statement"]
    return [
        {**each, "Action": as_list(each["Action"]), "Resource": as_list(each["Resource"])}
        for each in found
    ]


@pytest.mark.parametrize(
    "kind", sorted({each["Type"] for each in load_template()["Resources"].values()})
)
def test_the_policy_allows_creating_every_resource(kind: str) -> None:
    """A type that is new to the template fails here, and not in the next deployment."""
    assert kind in CREATE_ACTIONS, f"add {kind} to CREATE_ACTIONS, and grant it in {POLICY.name}"
    action, resource = CREATE_ACTIONS[kind]

    allowing = [
        each["Sid"]
        for each in statements()
        if any(fnmatchcase(action, pattern) for pattern in each["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in each["Resource"])
    ]

    assert allowing, f"{POLICY.name} does not allow {action} on {resource}"


def test_only_read_actions_are_allowed_on_all_resources() -> None:
    """Every other statement names resources of this stack, or of SAM's own."""
    on_all = [each for each in statements() if "*" in each["Resource"]]

    actions = [action.partition(":")[2] for each in on_all for action in each["Action"]]
    assert all(action.startswith(("Describe", "Get", "List", "Validate")) for action in actions)


def test_roles_can_be_passed_to_two_services_only() -> None:
    """Only functions and schedules can act with the roles of this stack."""
    passing = [each for each in statements() if "iam:PassRole" in each["Action"]]

    assert [["lambda.amazonaws.com", "scheduler.amazonaws.com"]] == [
        each["Condition"]["StringEquals"]["iam:PassedToService"] for each in passing
    ]
