"""The packaged template: plain CloudFormation, with a bucket for its code."""

import json

from maintenance.deployment.template import package_keys, with_bucket

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
