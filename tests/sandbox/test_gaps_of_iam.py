"""
Gaps of ministack that the patches fill, in IAM: a test for each.

A failure is good news: ministack has closed the gap. Then remove the patch that the test names.
"""

import json

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_role,
    a_store,
    a_user,
    a_version,
    a_vpc_origin,
    allow,
    edge,
    refused,
)

pytestmark = pytest.mark.gap

_QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"
_FUNCTIONS = "arn:aws:lambda:us-east-1:000000000000:function"
_PARAMETERS = "arn:aws:ssm:us-east-1:000000000000:parameter"


def test_parameters_by_path_are_checked_on_every_resource(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resource of GetParametersByPath."""
    caller = a_user(plain, allow("ssm:GetParametersByPath", f"{_PARAMETERS}/site*"))

    assert (
        "AccessDeniedException"
        == refused(lambda: caller.ssm.get_parameters_by_path(Path="/site"))[0]
    )


def test_several_parameters_are_checked_on_every_resource(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resources of GetParameters."""
    caller = a_user(plain, allow("ssm:GetParameters", f"{_PARAMETERS}/*"))

    assert "AccessDeniedException" == refused(lambda: caller.ssm.get_parameters(Names=["/a"]))[0]


def test_a_schedule_is_checked_in_the_default_group(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resource of a scheduler call."""
    plain.scheduler.create_schedule_group(Name="site")
    schedule = "arn:aws:scheduler:us-east-1:000000000000:schedule/site/alarm-clock"
    caller = a_user(plain, allow("scheduler:GetSchedule", schedule))

    def get() -> object:
        return caller.scheduler.get_schedule(Name="alarm-clock", GroupName="site")

    assert "AccessDeniedException" == refused(get)[0]


def test_a_map_run_is_checked_as_every_resource(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resource of DescribeMapRun."""
    arn = "arn:aws:states:us-east-1:000000000000:mapRun:m/map:1"
    caller = a_user(plain, allow("states:DescribeMapRun", arn))

    assert (
        "AccessDeniedException" == refused(lambda: caller.states.describe_map_run(mapRunArn=arn))[0]
    )


def test_a_missing_object_is_not_found_without_the_right_to_list(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, 403 without s3:ListBucket."""
    plain.s3.create_bucket(Bucket="state")
    caller = a_user(plain, allow("s3:GetObject", "arn:aws:s3:::state/*"))

    assert 404 == refused(lambda: caller.s3.get_object(Bucket="state", Key="k"))[1]


def test_a_conditional_write_needs_no_right_to_read(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, s3:GetObject for If-Match."""
    plain.s3.create_bucket(Bucket="state")
    etag = plain.s3.put_object(Bucket="state", Key="k", Body=b"1")["ETag"]
    caller = a_user(plain, allow("s3:PutObject", "arn:aws:s3:::state/*"))

    caller.s3.put_object(Bucket="state", Key="k", Body=b"2", IfMatch=etag)


def test_passing_a_role_is_not_checked(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, iam:PassRole of a schedule."""
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


def test_passing_a_role_to_a_function_is_not_checked(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, iam:PassRole of a function."""
    a_version(plain, "page")
    other = a_role(plain, "other")
    caller = a_user(plain, allow("lambda:UpdateFunctionConfiguration", "*"))

    changed = caller.functions.update_function_configuration(FunctionName="page", Role=other)

    assert other == changed["Role"]


def test_rights_on_edge_functions_are_not_checked(plain: Cloud) -> None:
    """Patch: patches/iam/associations, the rights of replication and the service-linked roles."""
    behavior = a_behavior(LambdaFunctionAssociations=edge(viewer_request=a_version(plain)))
    caller = a_user(plain, allow("cloudfront:*", "*"))

    assert a_distribution(caller, DefaultCacheBehavior=behavior)
    assert [] == plain.iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]


def test_the_right_on_a_vpc_origin_is_not_checked(plain: Cloud) -> None:
    """Patch: patches/iam/associations, cloudfront:GetVpcOrigin."""
    caller = a_user(plain, allow("cloudfront:CreateDistribution", "*"))

    assert a_distribution(caller, Origins=a_vpc_origin(plain))


def _a_rule_of(cloud: Cloud, target_arn: str, **members: object) -> None:
    cloud.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["mine"]}))
    target = {"Id": "t", "Arn": target_arn, **members}
    cloud.events.put_targets(Rule="r", Targets=[target])  # type: ignore[list-item]  # built by parts
    cloud.events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": "{}"}])


def _log_groups(cloud: Cloud) -> list[str]:
    return [group["logGroupName"] for group in cloud.logs.describe_log_groups()["logGroups"]]


def _received(cloud: Cloud, url: str) -> list[str]:
    messages = cloud.sqs.receive_message(QueueUrl=url).get("Messages", [])
    return [message["Body"] for message in messages]


def test_a_rule_invokes_any_function(plain: Cloud) -> None:
    """Patch: patches/events/deliveries, the policy of the function."""
    arn = a_version(plain).removesuffix(":1")

    _a_rule_of(plain, arn)

    assert ["/aws/lambda/page"] == eventually(lambda: _log_groups(plain))


def test_a_rule_has_no_dead_letters(plain: Cloud) -> None:
    """Patch: patches/events/deliveries, dead letters; here the target does not even exist."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]

    _a_rule_of(plain, f"{_FUNCTIONS}:missing", DeadLetterConfig={"Arn": _QUEUE})

    assert [] == _received(plain, url)


def test_a_schedule_needs_no_role(plain: Cloud) -> None:
    """Patch: patches/events/deliveries, the role of a schedule; here it does not even exist."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]

    plain.scheduler.create_schedule(
        Name="s",
        ScheduleExpression="at(2000-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": _QUEUE, "RoleArn": "arn:aws:iam::000000000000:role/missing", "Input": "{}"},
    )

    assert ["{}"] == eventually(lambda: _received(plain, url))


def test_a_failed_invocation_is_sent_without_the_right(plain: Cloud) -> None:
    """Patch: patches/events/deliveries, the role of the function."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    a_version(plain, code="def handler(event, context):\n    raise ValueError('ours')\n")
    plain.functions.put_function_event_invoke_config(
        FunctionName="page",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": _QUEUE}},
    )

    plain.functions.invoke(FunctionName="page", InvocationType="Event")

    assert "ours" in eventually(lambda: _received(plain, url))[0]


def test_a_store_is_checked_as_every_resource(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resource of a call of a key-value store's data."""
    store = a_store(plain)
    caller = a_user(plain, allow("cloudfront-keyvaluestore:*", store))

    def describe() -> object:
        return caller.key_values.describe_key_value_store(KvsARN=store)

    assert ("AccessDeniedException", 403) == refused(describe)


def test_a_cloudfront_function_is_checked_as_every_resource(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resource of a call of one CloudFront Function."""
    caller = a_user(plain, allow("cloudfront:DescribeFunction", a_function(plain)))

    assert (
        "AccessDenied"
        == refused(
            lambda: caller.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")
        )[0]
    )
