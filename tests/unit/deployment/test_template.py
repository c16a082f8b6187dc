"""The packaged template: plain CloudFormation, with a bucket for its code."""

import json

from maintenance.deployment.template import bucket_in_use, package_keys, retained, with_bucket

TEMPLATE = json.dumps(
    {
        "Resources": {
            "Controller": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": {"S3Bucket": "placeholder", "S3Key": "a.zip"}},
            },
            "Edge": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": {"S3Bucket": "placeholder", "S3Key": "b.zip"}},
            },
            "Page": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": {"S3Bucket": "placeholder", "S3Key": "b.zip"}},
            },
            "StateBucket": {"Type": "AWS::S3::Bucket"},
        }
    }
)


def test_every_function_gets_the_bucket_and_nothing_else_changes() -> None:
    """Also text beyond ASCII, as in the dashboard."""
    packaged = with_bucket(TEMPLATE.replace("StateBucket", "Bücket"), "mine")

    assert '"Bücket"' in packaged
    expected = TEMPLATE.replace("placeholder", "mine").replace("StateBucket", "Bücket")
    assert json.loads(expected) == json.loads(packaged)


def test_each_package_is_named_once() -> None:
    """Both edge functions have the same."""
    assert ("a.zip", "b.zip") == package_keys(TEMPLATE)


def test_the_bucket_of_a_deployed_template_is_used_again() -> None:
    """What another tool has deployed may name none."""
    assert "mine" == bucket_in_use(with_bucket(TEMPLATE, "mine"))
    assert None is bucket_in_use("Resources: {}")
    assert None is bucket_in_use(json.dumps({"Resources": {}}))
    without = '{"Resources": {"Controller": {"Properties": {"Code": {}}}}}'
    assert None is bucket_in_use(without)


def test_resources_that_outlive_the_stack_are_known() -> None:
    """By their policy."""
    kept = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "StateBucket": kept}}

    assert {"StateBucket"} == retained(json.dumps(template))
