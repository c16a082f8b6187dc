"""Make the site's functions: one on Lambda@Edge, and a CloudFront Function with its store."""

import io
import json
import zipfile
from pathlib import Path

from botocore.exceptions import ClientError

from live_check.account import Account

_HERE = Path(__file__).parent


def publish_edge_function(account: Account, name: str) -> str:
    """Publish the Lambda@Edge function, whose role may do nothing; return its version's ARN."""
    functions, pace = account.clients.functions, account.pace
    role = make_role(account, name, "lambda.amazonaws.com", "edgelambda.amazonaws.com")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(_HERE / "viewer_request.py", "viewer_request.py")

    def create() -> bool | None:
        try:
            functions.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role,
                Handler="viewer_request.handler",
                Code={"ZipFile": package.getvalue()},
                Timeout=5,
                MemorySize=128,
            )
        except ClientError as error:
            # A role that was made a moment ago cannot be assumed yet.
            if "cannot be assumed" in error.response["Error"]["Message"]:
                return None
            raise
        return True

    pace.wait_for(create, "Lambda takes the role", pace.event)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    version = functions.publish_version(FunctionName=name)
    functions.get_waiter("published_version_active").wait(
        FunctionName=name, Qualifier=version["Version"]
    )
    return version["FunctionArn"]


def publish_function(account: Account, name: str) -> tuple[str, str]:
    """Publish the CloudFront Function that reads a new store; return both ARNs, its own first."""
    cloudfront, pace = account.clients.cloudfront, account.pace
    store = cloudfront.create_key_value_store(Name=name, Comment=name)["KeyValueStore"]["ARN"]

    def is_ready() -> bool | None:
        found = cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]
        return True if found["Status"] == "READY" else None

    pace.wait_for(is_ready, "the key value store is READY", pace.deployment)
    made = cloudfront.create_function(
        Name=name,
        FunctionConfig={
            "Comment": name,
            "Runtime": "cloudfront-js-2.0",
            "KeyValueStoreAssociations": {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]},
        },
        FunctionCode=(_HERE / "viewer_request.js").read_bytes(),
    )
    published = cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
    return published["FunctionSummary"]["FunctionMetadata"]["FunctionARN"], store


def make_role(account: Account, name: str, *services: str) -> str:
    """Create a role without permissions that `services` may assume; return its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    made = account.clients.iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(document)
    )
    return made["Role"]["Arn"]
