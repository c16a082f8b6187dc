"""Build the resources of a stack with a custom resource, for the sandbox's tests."""

from typing import Any

from tests.sandbox.builders import EDGE_SERVICES

_CUSTOM = """
import json, urllib.request
def handler(event, context):
    failed = event["RequestType"] == "Delete" and "KEEP" in event["ResourceProperties"]
    response = {
        "Status": "FAILED" if failed else "SUCCESS",
        "Reason": "the site is still closed",
        "PhysicalResourceId": "custom",
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    body = json.dumps(response).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""


def a_custom_resource(**properties: str) -> dict[str, Any]:
    """
    Return the resources of a template: Custom, its Function, and the function's Role.

    Its deletion fails if it has a property KEEP.
    """
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": list(EDGE_SERVICES)},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "custom",
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": _CUSTOM},
            },
        },
        "Custom": {
            "Type": "Custom::Switch",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, **properties},
        },
    }
