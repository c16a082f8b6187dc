"""
Gap watch, IAM: what ministack does not do, a test for each remedy.

A failure here is good news: ministack closed the gap. Then drop the remedy that the test names.
"""

import pytest

from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_user,
    a_version,
    allow,
    edge,
    refused,
)

pytestmark = pytest.mark.gap

_PARAMETERS = "arn:aws:ssm:us-east-1:000000000000:parameter"


def test_parameters_by_path_are_judged_on_everything(plain: Cloud) -> None:
    """Remedy: ministack_permissions, the resource of GetParametersByPath."""
    caller = a_user(plain, allow("ssm:GetParametersByPath", f"{_PARAMETERS}/site*"))

    assert (
        "AccessDeniedException"
        == refused(lambda: caller.ssm.get_parameters_by_path(Path="/site"))[0]
    )


def test_several_parameters_are_judged_on_everything(plain: Cloud) -> None:
    """Remedy: ministack_permissions, the resources of GetParameters."""
    caller = a_user(plain, allow("ssm:GetParameters", f"{_PARAMETERS}/*"))

    assert "AccessDeniedException" == refused(lambda: caller.ssm.get_parameters(Names=["/a"]))[0]


def test_a_schedule_is_judged_in_the_default_group(plain: Cloud) -> None:
    """Remedy: ministack_permissions, the resource of a scheduler call."""
    plain.scheduler.create_schedule_group(Name="site")
    schedule = "arn:aws:scheduler:us-east-1:000000000000:schedule/site/alarm-clock"
    caller = a_user(plain, allow("scheduler:GetSchedule", schedule))

    def get() -> object:
        return caller.scheduler.get_schedule(Name="alarm-clock", GroupName="site")

    assert "AccessDeniedException" == refused(get)[0]


def test_a_missing_object_is_missing_to_everybody(plain: Cloud) -> None:
    """Remedy: ministack_permissions, 403 without s3:ListBucket."""
    plain.s3.create_bucket(Bucket="notes")
    caller = a_user(plain, allow("s3:GetObject", "arn:aws:s3:::notes/*"))

    assert 404 == refused(lambda: caller.s3.get_object(Bucket="notes", Key="k"))[1]


def test_a_conditional_write_needs_no_right_to_read(plain: Cloud) -> None:
    """Remedy: ministack_permissions, s3:GetObject for If-Match."""
    plain.s3.create_bucket(Bucket="notes")
    etag = plain.s3.put_object(Bucket="notes", Key="k", Body=b"1")["ETag"]
    caller = a_user(plain, allow("s3:PutObject", "arn:aws:s3:::notes/*"))

    caller.s3.put_object(Bucket="notes", Key="k", Body=b"2", IfMatch=etag)


def test_passing_a_role_is_not_judged(plain: Cloud) -> None:
    """Remedy: ministack_permissions, iam:PassRole of a schedule."""
    caller = a_user(plain, allow("scheduler:CreateSchedule", "*"))

    caller.scheduler.create_schedule(
        Name="alarm",
        ScheduleExpression="at(2099-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:sqs:us-east-1:000000000000:queue",
            "RoleArn": "arn:aws:iam::000000000000:role/runner",
        },
    )


def test_rights_on_edge_functions_are_not_judged(plain: Cloud) -> None:
    """Remedy: ministack_cloudfront, the rights of replication."""
    behavior = a_behavior(LambdaFunctionAssociations=edge(viewer_request=a_version(plain)))
    caller = a_user(plain, allow("cloudfront:*", "*"))

    assert a_distribution(caller, DefaultCacheBehavior=behavior)
