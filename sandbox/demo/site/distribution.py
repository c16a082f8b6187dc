"""
Create the shop's distribution and edge functions, through boto3.

    behavior      function
    ------------  -----------------------------------------------------------------
    /api/*        CloudFront Function at viewer-request: marks the request for the origin
    /assets/*     CloudFront Function at viewer-response: security headers
    /downloads/*  Lambda@Edge at origin-request: the latest report
    default       none
"""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import WaiterConfigTypeDef
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient

FUNCTIONS = Path(__file__).with_name("functions")
ORIGIN_ID = "shop"
# Browsers resolve every name under localhost to this machine.
ALIAS = "shop.localhost"
# doc: CloudFront Developer Guide, using-managed-cache-policies, using-managed-origin-request-
# policies
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
_ALL_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
_POLL: "WaiterConfigTypeDef" = {"Delay": 1, "MaxAttempts": 120}


@dataclass(frozen=True, slots=True)
class Functions:
    """The ARNs of the shop's own edge functions, as its behaviors name them."""

    api_viewer_request: str
    assets_viewer_response: str
    downloads_origin_request: str


@dataclass(frozen=True, slots=True)
class Site:
    """A deployed distribution, and its functions."""

    distribution_id: str
    domain_name: str
    functions: Functions


@dataclass(frozen=True, slots=True)
class Clients:
    """The boto3 clients to create a site with; Lambda's must be for us-east-1."""

    cloudfront: "CloudFrontClient"
    iam: "IAMClient"
    functions: "LambdaClient"


def create_site(clients: Clients, origin_url: str, *, name: str = "shop") -> Site:
    """
    Create functions and distribution for the origin at `origin_url`, and wait until it is Deployed.

    The names of functions and role begin with `name`; a second site needs another.
    """
    functions = Functions(
        api_viewer_request=_publish_function(clients, f"{name}-api", "api_viewer_request"),
        assets_viewer_response=_publish_function(
            clients, f"{name}-assets", "assets_viewer_response"
        ),
        downloads_origin_request=_publish_lambda(
            clients, f"{name}-downloads", "downloads_origin_request"
        ),
    )
    config = distribution_config(origin_url, functions, reference=name)
    created = clients.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    clients.cloudfront.get_waiter("distribution_deployed").wait(
        Id=created["Id"], WaiterConfig=_POLL
    )
    return Site(created["Id"], created["DomainName"], functions)


def distribution_config(origin_url: str, functions: Functions, *, reference: str) -> Any:  # noqa: ANN401 - boto3's own shape
    """Return the DistributionConfig for CreateDistribution, with `reference` as CallerReference."""
    behaviors = [
        _behavior(
            "/api/*",
            AllowedMethods=_methods(*_ALL_METHODS),
            CachePolicyId=CACHING_DISABLED,
            OriginRequestPolicyId=ALL_VIEWER_EXCEPT_HOST,
            FunctionAssociations=_items(
                {"EventType": "viewer-request", "FunctionARN": functions.api_viewer_request}
            ),
        ),
        _behavior(
            "/assets/*",
            FunctionAssociations=_items(
                {"EventType": "viewer-response", "FunctionARN": functions.assets_viewer_response}
            ),
        ),
        _behavior(
            "/downloads/*",
            LambdaFunctionAssociations=_items(
                {
                    "EventType": "origin-request",
                    "LambdaFunctionARN": functions.downloads_origin_request,
                    "IncludeBody": False,
                }
            ),
        ),
    ]
    return {
        "CallerReference": reference,
        "Comment": "Harbour Roasters",
        "Aliases": _items(ALIAS),
        "ViewerCertificate": {
            "ACMCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/shop",
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": _items(_origin(origin_url)),
        "DefaultCacheBehavior": _behavior(None),
        "CacheBehaviors": _items(*behaviors),
    }


def plain_config(origin_url: str, reference: str) -> Any:  # noqa: ANN401 - boto3's own shape
    """Return the DistributionConfig of a site with one behavior, no alias and no functions."""
    return {
        "CallerReference": reference,
        "Comment": reference,
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": _items(_origin(origin_url)),
        "DefaultCacheBehavior": {**_behavior(None), "ViewerProtocolPolicy": "allow-all"},
    }


def _origin(origin_url: str) -> dict[str, Any]:
    address = urlsplit(origin_url)
    return {
        "Id": ORIGIN_ID,
        "DomainName": address.hostname,
        "OriginPath": "",
        "CustomHeaders": _items(),
        "CustomOriginConfig": {
            "HTTPPort": address.port or 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "http-only",
            "OriginSslProtocols": _items("TLSv1.2"),
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
        },
    }


def _behavior(path_pattern: str | None, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own shapes
    return {
        **({"PathPattern": path_pattern} if path_pattern else {}),
        "TargetOriginId": ORIGIN_ID,
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": _methods("GET", "HEAD"),
        "SmoothStreaming": False,
        "Compress": True,
        "LambdaFunctionAssociations": _items(),
        "FunctionAssociations": _items(),
        "FieldLevelEncryptionId": "",
        "CachePolicyId": CACHING_OPTIMIZED,
        **members,
    }


def _methods(*names: str) -> dict[str, Any]:
    return {**_items(*names), "CachedMethods": _items("GET", "HEAD")}


def _items(*items: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own shapes
    return {"Quantity": len(items), "Items": list(items)} if items else {"Quantity": 0}


def _publish_function(clients: Clients, name: str, source: str) -> str:
    created = clients.cloudfront.create_function(
        Name=name,
        FunctionConfig={"Comment": source, "Runtime": "cloudfront-js-2.0"},
        FunctionCode=(FUNCTIONS / f"{source}.js").read_bytes(),
    )
    published = clients.cloudfront.publish_function(Name=name, IfMatch=created["ETag"])
    return published["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]


def _publish_lambda(clients: Clients, name: str, source: str) -> str:
    clients.functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=_create_role(clients, name),
        Handler=f"{source}.handler",
        Code={"ZipFile": _package(FUNCTIONS / f"{source}.py")},
        Timeout=5,
        MemorySize=128,
    )
    clients.functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=_POLL)
    version = clients.functions.publish_version(FunctionName=name)
    clients.functions.get_waiter("published_version_active").wait(
        FunctionName=name, Qualifier=version["Version"], WaiterConfig=_POLL
    )
    return version["FunctionArn"]


def _create_role(clients: Clients, name: str) -> str:
    # Lambda and its replicas at the edge assume the role (doc: lambda-edge-permissions).
    services = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:*:*:*",
    }
    role = clients.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]
    clients.iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=_policy(logs))
    return role["Arn"]


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _package(source: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.write(source, source.name)
    return buffer.getvalue()
