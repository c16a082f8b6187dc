"""Build distributions, functions and roles for the sandbox's tests, with defaults."""

import http.client
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.cloud import Cloud
from tests.timing import PATIENCE

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_ECHO = "def handler(event, context):\n    return event\n"
EDGE_SERVICES = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")


@dataclass(frozen=True)
class Raw:
    """An HTTP response, not parsed by an SDK."""

    status: int
    headers: dict[str, str]
    body: bytes


def signed(
    cloud: Cloud, call: str, body: bytes = b"", *, service: str = "cloudfront", **headers: str
) -> Raw:
    """Make a call (`GET /path`) signed as the cloud's caller, and return its raw response."""
    method, _, path = call.partition(" ")
    url = cloud.sandbox.endpoint_url + path
    request = AWSRequest(
        method, url, data=body, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )
    credentials = Credentials(cloud.access_key, cloud.secret_key)
    SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    connection.request(method, path, body, dict(request.headers.items()))
    response = connection.getresponse()
    headers_received = {k.lower(): v for k, v in response.getheaders()}
    raw = Raw(response.status, headers_received, response.read())
    connection.close()
    return raw


def a_behavior(**members: object) -> dict[str, Any]:
    """Return a cache behavior of the origin `origin` without functions."""
    return {
        "TargetOriginId": "origin",
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": CACHING_DISABLED,
        **members,
    }


def edge(**arns: str) -> dict[str, Any]:
    """Return LambdaFunctionAssociations from event types: viewer_request=arn."""
    items = [
        {"EventType": name.replace("_", "-"), "LambdaFunctionARN": arn}
        for name, arn in arns.items()
    ]
    return {"Quantity": len(items), "Items": items}


def functions(**arns: str) -> dict[str, Any]:
    """Return FunctionAssociations from event types: viewer_request=arn."""
    items = [
        {"EventType": name.replace("_", "-"), "FunctionARN": arn} for name, arn in arns.items()
    ]
    return {"Quantity": len(items), "Items": items}


def a_config(reference: str = "first", **members: object) -> dict[str, Any]:
    """Return the smallest configuration that CreateDistribution accepts, with `members` added."""
    return {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "origin",
                    "DomainName": "127.0.0.1",
                    "CustomOriginConfig": {
                        "HTTPPort": 8080,
                        "HTTPSPort": 8443,
                        "OriginProtocolPolicy": "http-only",
                    },
                }
            ],
        },
        "DefaultCacheBehavior": a_behavior(),
        **members,
    }


def ordered(*behaviors: dict[str, Any]) -> dict[str, Any]:
    """Return CacheBehaviors in this order."""
    return {"Quantity": len(behaviors), "Items": list(behaviors)}


def all_methods() -> dict[str, Any]:
    """Return AllowedMethods with all seven."""
    return {
        "Quantity": 7,
        "Items": ["HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"],
        "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
    }


def a_vpc_origin(cloud: Cloud) -> dict[str, Any]:
    """Create a VPC origin; return Origins with only this one, under the id `origin`."""
    started = cloud.ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    instance = started["Instances"][0]["InstanceId"]
    made = cloud.cloudfront.create_vpc_origin(
        VpcOriginEndpointConfig={
            "Name": "private",
            "Arn": f"arn:aws:ec2:us-east-1:000000000000:instance/{instance}",
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "http-only",
        }
    )
    private = {"VpcOriginId": made["VpcOrigin"]["Id"]}
    origin = {"Id": "origin", "DomainName": "private.example.com", "VpcOriginConfig": private}
    return {"Quantity": 1, "Items": [origin]}


def a_distribution(cloud: Cloud, reference: str = "first", **members: object) -> str:
    """Create a distribution and return its id."""
    made = cloud.cloudfront.create_distribution(DistributionConfig=a_config(reference, **members))  # type: ignore[arg-type]  # built by parts
    return made["Distribution"]["Id"]


def update(cloud: Cloud, distribution_id: str, **members: object) -> dict[str, Any]:
    """Update the configuration with `members`, and return the response."""
    current = cloud.cloudfront.get_distribution_config(Id=distribution_id)
    config = {**current["DistributionConfig"], **members}
    response = cloud.cloudfront.update_distribution(
        Id=distribution_id,
        IfMatch=current["ETag"],
        DistributionConfig=config,  # type: ignore[arg-type]  # built by parts
    )
    return dict(response)


def change_default(cloud: Cloud, distribution_id: str, **members: object) -> dict[str, Any]:
    """Update the default cache behavior with `members`."""
    current = cloud.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behavior = {**current["DefaultCacheBehavior"], **members}
    return update(cloud, distribution_id, DefaultCacheBehavior=behavior)


def a_role(
    cloud: Cloud,
    name: str = "edge",
    trusting: tuple[str, ...] = EDGE_SERVICES,
    allowing: tuple[dict[str, Any], ...] = (),
) -> str:
    """Create a role that `trusting` may assume and that allows `allowing`; return its ARN."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": list(trusting)},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    made = cloud.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    if allowing:
        policy = {"Version": "2012-10-17", "Statement": list(allowing)}
        cloud.iam.put_role_policy(
            RoleName=name, PolicyName="allowing", PolicyDocument=json.dumps(policy)
        )
    return made["Role"]["Arn"]


def allow(action: str, *resources: str) -> dict[str, Any]:
    """Return a statement that allows `action` on `resources`."""
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}


def a_package(code: str) -> bytes:
    """Return a zip with `code` as app.py."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", code)
    return package.getvalue()


def a_version(
    cloud: Cloud,
    name: str = "page",
    *,
    code: str = _ECHO,
    role: str = "",
    **members: Any,  # noqa: ANN401 - boto3 checks them
) -> str:
    """Create an edge function with one published version; return the version's ARN."""
    made = cloud.functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role or a_role(cloud, f"role-of-{name}"),
        Code={"ZipFile": a_package(code)},
        **{"Timeout": 5, "MemorySize": 128, **members},
    )
    published = cloud.functions.publish_version(FunctionName=made["FunctionName"])
    return published["FunctionArn"]


_SAME_REQUEST = "function handler(event) { return event.request; }"


def a_function(
    cloud: Cloud,
    name: str = "rewrite",
    *,
    code: str = _SAME_REQUEST,
    published: bool = True,
    store: str | None = None,
) -> str:
    """Create a CloudFront Function that reads `store`, an ARN, if one is given; return its ARN."""
    config: dict[str, Any] = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    if store:
        items = [{"KeyValueStoreARN": store}]
        config["KeyValueStoreAssociations"] = {"Quantity": 1, "Items": items}
    made = cloud.cloudfront.create_function(
        Name=name,
        FunctionConfig=config,  # type: ignore[arg-type]  # built by parts
        FunctionCode=code.encode(),
    )
    if published:
        cloud.cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
    return made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]


def a_store(cloud: Cloud, name: str = "state") -> str:
    """Create a key-value store; return its ARN."""
    return cloud.cloudfront.create_key_value_store(Name=name)["KeyValueStore"]["ARN"]


def put(cloud: Cloud, store: str, values: Mapping[str, str]) -> None:
    """Put keys into a store, in one request."""
    etag = cloud.key_values.describe_key_value_store(KvsARN=store)["ETag"]
    items = [{"Key": key, "Value": value} for key, value in values.items()]
    cloud.key_values.update_keys(KvsARN=store, IfMatch=etag, Puts=items)  # type: ignore[arg-type]  # its own mapping


def refused(call: Callable[[], object]) -> tuple[str, int]:
    """Return the code and status of the error with which AWS refuses `call`."""
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def a_user(cloud: Cloud, *statements: dict[str, Any]) -> Cloud:
    """Return the cloud of a user who is allowed `statements` and nothing else."""
    cloud.iam.create_user(UserName="caller")
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    cloud.iam.put_user_policy(
        UserName="caller", PolicyName="allowed", PolicyDocument=json.dumps(policy)
    )
    key = cloud.iam.create_access_key(UserName="caller")["AccessKey"]
    return Cloud(cloud.sandbox, key["AccessKeyId"], key["SecretAccessKey"])


def a_session(cloud: Cloud, role: str, session: str, *statements: dict[str, Any]) -> Cloud:
    """Return the cloud of a session of a new role that allows `statements` and nothing else."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    made = cloud.iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    cloud.iam.put_role_policy(
        RoleName=role, PolicyName="allowing", PolicyDocument=json.dumps(policy)
    )
    key = cloud.sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName=session)["Credentials"]
    return Cloud(cloud.sandbox, key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])


def a_bucket_with_events(cloud: Cloud) -> None:
    """Create the versioned bucket `state`; events of its objects under page/ go to SQS `queue`."""
    cloud.s3.create_bucket(Bucket="state")
    cloud.s3.put_bucket_versioning(Bucket="state", VersioningConfiguration={"Status": "Enabled"})
    cloud.s3.put_bucket_notification_configuration(
        Bucket="state", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    detail = {"bucket": {"name": ["state"]}, "object": {"key": [{"prefix": "page/"}]}}
    cloud.events.put_rule(
        Name="page", EventPattern=json.dumps({"source": ["aws.s3"], "detail": detail})
    )
    queue = "arn:aws:sqs:us-east-1:000000000000:queue"
    cloud.events.put_targets(Rule="page", Targets=[{"Id": "queue", "Arn": queue}])
