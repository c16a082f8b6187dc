"""`package`: code objects and a template that any tool deploys."""

import json
from pathlib import Path

from maintenance.deployment.template import package_keys

from tests.cloud import Cloud
from tests.deployment.typed import types
from tests.sandbox.builders import a_distribution

BUCKET = "example-packages"


def test_a_bucket_that_does_not_exist_is_an_error(account: Cloud) -> None:
    """It says how to create it, and nothing is written."""
    ran = types(account, "package", "--bucket", "nowhere-at-all")

    assert (1, "") == (ran.returncode, ran.stdout)
    assert "there is no bucket nowhere-at-all: create it in us-east-1 with" in ran.stderr


def test_a_bucket_in_another_region_is_refused(account: Cloud) -> None:
    """Lambda would refuse its code after everything else was created."""
    there = {"LocationConstraint": "eu-west-1"}
    account.s3.create_bucket(Bucket="far-away", CreateBucketConfiguration=there)  # type: ignore[arg-type]  # a Region

    ran = types(account, "package", "--bucket", "far-away")

    assert (1, "") == (ran.returncode, ran.stdout)
    assert "the bucket far-away is in eu-west-1" in ran.stderr


def test_what_the_template_needs_is_uploaded_once(account: Cloud, tmp_path: Path) -> None:
    """CloudFormation accepts the template as it is, and a second time uploads nothing."""
    account.s3.create_bucket(Bucket=BUCKET)
    file = tmp_path / "template.json"

    first = types(account, "package", "--bucket", BUCKET, "--output", str(file))
    second = types(account, "package", "--bucket", BUCKET)

    assert (0, 0) == (first.returncode, second.returncode), first.stderr + second.stderr
    assert file.read_text() == second.stdout
    stored = {each["Key"] for each in account.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert stored == set(package_keys(second.stdout))
    assert [f"Uploaded s3://{BUCKET}/{key}" for key in package_keys(second.stdout)] == (
        first.stderr.splitlines()[:-1]
    )
    assert "" == second.stderr
    assert "Transform" not in json.loads(second.stdout)
    # What CloudFormation takes in a call (doc: CloudFormation User Guide, quotas).
    assert len(second.stdout.encode()) <= 51_200


def test_a_stack_of_the_template_answers_by_its_packages(account: Cloud) -> None:
    """Created without macros, as StackSets and Terraform do."""
    packaged = types(account, "package", "--bucket", BUCKET).stdout
    account.cloudformation.create_stack(
        StackName="packaged",
        TemplateBody=packaged,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": "Distributions", "ParameterValue": a_distribution(account)},
            {"ParameterKey": "SwitchParameter", "ParameterValue": "/packaged"},
        ],
    )
    account.cloudformation.get_waiter("stack_create_complete").wait(
        StackName="packaged", WaiterConfig={"Delay": 1}
    )

    assert "off" == account.ssm.get_parameter(Name="/packaged")["Parameter"]["Value"]
