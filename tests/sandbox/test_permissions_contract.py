"""Contract: rights are checked as IAM does, where ministack alone differs."""

import pytest
from botocore.exceptions import ClientError

from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_distribution,
    a_role,
    a_user,
    a_version,
    allow,
    change_default,
    edge,
    refused,
    update,
)

_ACCOUNT = "000000000000"
_PARAMETERS = f"arn:aws:ssm:us-east-1:{_ACCOUNT}:parameter"
_DISTRIBUTIONS = f"arn:aws:cloudfront::{_ACCOUNT}:distribution"
_ON_THE_VERSION = {"lambda:GetFunction", "lambda:EnableReplication*", "lambda:DisableReplication*"}
_LINKED = f"arn:aws:iam::{_ACCOUNT}:role/aws-service-role"


def test_parameters_by_path_are_checked_on_the_path(cloud: Cloud) -> None:
    """A statement for the path is enough."""
    cloud.ssm.put_parameter(Name="/site/windows/sunday", Value="off", Type="String")
    caller = a_user(cloud, allow("ssm:GetParametersByPath", f"{_PARAMETERS}/site/windows"))

    found = caller.ssm.get_parameters_by_path(Path="/site/windows")["Parameters"]

    assert ["/site/windows/sunday"] == [parameter["Name"] for parameter in found]


def test_parameters_by_another_path_are_refused(cloud: Cloud) -> None:
    """A statement for one path does not allow another."""
    caller = a_user(cloud, allow("ssm:GetParametersByPath", f"{_PARAMETERS}/site/windows"))

    assert ("AccessDeniedException", 400) == refused(
        lambda: caller.ssm.get_parameters_by_path(Path="/site")
    )


def test_several_parameters_are_checked_one_by_one(cloud: Cloud) -> None:
    """The call needs the right on all of them."""
    caller = a_user(cloud, allow("ssm:GetParameters", f"{_PARAMETERS}/a", f"{_PARAMETERS}/b"))

    caller.ssm.get_parameters(Names=["/a", "/b"])
    assert ("AccessDeniedException", 400) == refused(
        lambda: caller.ssm.get_parameters(Names=["/a", "/c"])
    )


def test_a_schedule_is_checked_on_itself_in_its_group(cloud: Cloud) -> None:
    """A statement for one schedule allows that one only."""
    cloud.scheduler.create_schedule_group(Name="site")
    schedule = "arn:aws:scheduler:us-east-1:000000000000:schedule/site/alarm-clock"
    caller = a_user(cloud, allow("scheduler:GetSchedule", schedule))

    def get(name: str, group: str) -> object:
        return caller.scheduler.get_schedule(Name=name, GroupName=group)

    assert "ResourceNotFoundException" == refused(lambda: get("alarm-clock", "site"))[0]
    assert "AccessDeniedException" == refused(lambda: get("alarm-clock", "default"))[0]
    assert "AccessDeniedException" == refused(lambda: get("other", "site"))[0]


def test_a_missing_object_is_a_403_without_the_right_to_list(cloud: Cloud) -> None:
    """A 404 would reveal that it does not exist."""
    cloud.s3.create_bucket(Bucket="state")
    caller = a_user(cloud, allow("s3:GetObject", "arn:aws:s3:::state/*"))

    assert ("AccessDenied", 403) == refused(
        lambda: caller.s3.get_object(Bucket="state", Key="missing")
    )


def test_a_missing_object_is_a_404_with_the_right_to_list(cloud: Cloud) -> None:
    """The right is s3:ListBucket."""
    cloud.s3.create_bucket(Bucket="state")
    caller = a_user(
        cloud,
        allow("s3:GetObject", "arn:aws:s3:::state/*"),
        allow("s3:ListBucket", "arn:aws:s3:::state"),
    )

    assert ("NoSuchKey", 404) == refused(
        lambda: caller.s3.get_object(Bucket="state", Key="missing")
    )


def test_a_conditional_write_needs_the_right_to_read(cloud: Cloud) -> None:
    """If-Match reveals something of the object: s3:GetObject is needed too."""
    cloud.s3.create_bucket(Bucket="state")
    etag = cloud.s3.put_object(Bucket="state", Key="record", Body=b"1")["ETag"]
    caller = a_user(cloud, allow("s3:PutObject", "arn:aws:s3:::state/*"))

    assert ("AccessDenied", 403) == refused(
        lambda: caller.s3.put_object(Bucket="state", Key="record", Body=b"2", IfMatch=etag)
    )


def test_a_schedule_needs_the_right_to_pass_its_role(cloud: Cloud) -> None:
    """scheduler:CreateSchedule alone is not enough."""
    role = a_role(cloud, "runner", trusting=("scheduler.amazonaws.com",))
    caller = a_user(cloud, allow("scheduler:CreateSchedule", "*"))

    assert ("AccessDeniedException", 403) == refused(
        lambda: caller.scheduler.create_schedule(
            Name="alarm",
            ScheduleExpression="at(2099-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f", "RoleArn": role},
        )
    )


def test_a_role_may_be_passed_to_scheduler_only(cloud: Cloud) -> None:
    """The condition iam:PassedToService names the service that the role is passed to."""
    role = a_role(cloud, "runner", trusting=("scheduler.amazonaws.com",))
    to_scheduler = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    passing = {**allow("iam:PassRole", role), "Condition": to_scheduler}
    caller = a_user(cloud, allow("scheduler:CreateSchedule", "*"), passing)

    made = caller.scheduler.create_schedule(
        Name="alarm",
        ScheduleExpression="at(2099-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f", "RoleArn": role},
    )

    assert made["ScheduleArn"].endswith("schedule/default/alarm")


def test_changing_the_role_of_a_function_needs_the_right_to_pass_it(cloud: Cloud) -> None:
    """lambda:UpdateFunctionConfiguration is enough for everything else."""
    a_version(cloud)
    caller = a_user(cloud, allow("lambda:UpdateFunctionConfiguration", "*"))
    configure = caller.functions.update_function_configuration

    configure(FunctionName="page", MemorySize=256)
    assert ("AccessDeniedException", 403) == refused(
        lambda: configure(FunctionName="page", Role=a_role(cloud, "other"))
    )


def test_a_role_may_be_passed_to_lambda_only(cloud: Cloud) -> None:
    """The condition iam:PassedToService names Lambda."""
    a_version(cloud)
    other = a_role(cloud, "other")
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    passing = {**allow("iam:PassRole", other), "Condition": to_lambda}
    caller = a_user(cloud, allow("lambda:UpdateFunctionConfiguration", "*"), passing)

    changed = caller.functions.update_function_configuration(FunctionName="page", Role=other)

    assert other == changed["Role"]


def test_distributions_are_checked_one_by_one(cloud: Cloud) -> None:
    """The right to update one does not allow another."""
    mine, other = a_distribution(cloud, "mine"), a_distribution(cloud, "other")
    caller = a_user(
        cloud,
        allow("cloudfront:GetDistributionConfig", "*"),
        allow("cloudfront:UpdateDistribution", f"{_DISTRIBUTIONS}/{mine}"),
    )

    change_default(caller, mine, Compress=True)
    assert ("AccessDenied", 403) == refused(lambda: change_default(caller, other, Compress=True))


@pytest.mark.parametrize("missing", sorted(_ON_THE_VERSION))
def test_associating_a_new_version_needs_rights_on_it(cloud: Cloud, missing: str) -> None:
    """CloudFront uses the caller's own rights, and names the one that is missing."""
    distribution_id, arn = a_distribution(cloud), a_version(cloud)
    rights = _ON_THE_VERSION - {missing}
    caller = a_user(
        cloud, allow("cloudfront:*", "*"), *(allow(right, arn) for right in sorted(rights))
    )

    with pytest.raises(ClientError, match=missing.replace("*", r"\*")) as caught:
        change_default(caller, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))

    assert "InvalidLambdaFunctionAssociation" == caught.value.response["Error"]["Code"]


def test_an_associated_version_needs_no_rights(cloud: Cloud) -> None:
    """Only what an update adds is checked."""
    arn = a_version(cloud)
    distribution_id = a_distribution(cloud)
    change_default(cloud, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))
    caller = a_user(cloud, allow("cloudfront:*", "*"))

    change_default(caller, distribution_id, Compress=True)


def _linked_roles(cloud: Cloud) -> set[str]:
    roles = cloud.iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return {role["Arn"].removeprefix(f"{_LINKED}/") for role in roles}


def test_the_first_association_creates_the_service_linked_roles(cloud: Cloud) -> None:
    """The caller needs the right to create both."""
    arn, distribution_id = a_version(cloud), a_distribution(cloud)
    caller = a_user(
        cloud,
        allow("cloudfront:*", "*"),
        *(allow(right, arn) for right in sorted(_ON_THE_VERSION)),
        allow("iam:CreateServiceLinkedRole", f"{_LINKED}/replicator.lambda.amazonaws.com/*"),
        allow("iam:CreateServiceLinkedRole", f"{_LINKED}/logger.cloudfront.amazonaws.com/*"),
    )

    change_default(caller, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))

    assert {
        "replicator.lambda.amazonaws.com/AWSServiceRoleForLambdaReplicator",
        "logger.cloudfront.amazonaws.com/AWSServiceRoleForCloudFrontLogger",
    } == _linked_roles(cloud)


def test_the_first_association_is_refused_without_the_right_to_link_roles(cloud: Cloud) -> None:
    """No role is created."""
    arn, distribution_id = a_version(cloud), a_distribution(cloud)
    caller = a_user(
        cloud,
        allow("cloudfront:*", "*"),
        *(allow(right, arn) for right in sorted(_ON_THE_VERSION)),
    )

    with pytest.raises(ClientError, match=r"iam:CreateServiceLinkedRole on resource: .*Replicator"):
        change_default(caller, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))
    assert set() == _linked_roles(cloud)


def test_an_account_with_linked_roles_needs_no_right_to_create_them(cloud: Cloud) -> None:
    """Only the account's first association does."""
    first, distribution_id = a_version(cloud, "first"), a_distribution(cloud)
    change_default(cloud, distribution_id, LambdaFunctionAssociations=edge(viewer_request=first))
    arn = a_version(cloud, "second")
    rights = (allow(right, arn) for right in sorted(_ON_THE_VERSION))
    caller = a_user(cloud, allow("cloudfront:*", "*"), *rights)

    change_default(caller, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))


def test_a_vpc_origin_needs_the_right_to_read_it(cloud: Cloud) -> None:
    """UpdateDistribution also needs cloudfront:GetVpcOrigin (list_cloudfront)."""
    distribution_id = a_distribution(cloud)
    caller = a_user(
        cloud,
        allow("cloudfront:GetDistributionConfig", "*"),
        allow("cloudfront:UpdateDistribution", "*"),
    )
    config = caller.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    origin = {**config["Origins"]["Items"][0], "VpcOriginConfig": {"VpcOriginId": "vo_1"}}
    del origin["CustomOriginConfig"]
    origins = {"Quantity": 1, "Items": [origin]}

    with pytest.raises(ClientError, match=r"cloudfront:GetVpcOrigin on resource: .*/vo_1"):
        update(caller, distribution_id, Origins=origins)


def test_a_map_run_is_checked_itself(cloud: Cloud) -> None:
    """Not as any resource: a policy may name the machine that it belongs to."""
    arn = "arn:aws:states:us-east-1:000000000000:mapRun:m/map:1"
    caller = a_user(cloud, allow("states:DescribeMapRun", arn))

    allowed = refused(lambda: caller.states.describe_map_run(mapRunArn=arn))
    denied = refused(lambda: caller.states.describe_map_run(mapRunArn=f"{arn}2"))

    assert ("ResourceNotFound", "AccessDeniedException") == (allowed[0], denied[0])
