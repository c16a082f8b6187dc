"""
The throw-away distribution, and the only door through which it is changed.

    behavior     holds                                              for the questions about
    -----------  -------------------------------------------------  ---------------------------
    default      nothing: the stack's function comes and goes here  switching, mixed functions
    /probe/*     the Lambda@Edge function, a response headers       sizes, compression, order,
                 policy, compression, redirect-to-https             headers, custom error pages
    /signed/*    the same function, a trusted key group             signed URLs
    /store/*     the CloudFront Function that reads the store       key value store

A 503 has a custom error page, in every behavior: that is CloudFront's scope for it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from live_check.account import Account
from live_check.site.functions import publish_edge_function, publish_function
from live_check.site.origin import ORIGIN_ID, let_in, make_bucket, origins

EXCEPT_PATHS = ("/probe/*", "/signed/*", "/store/*")
POLICY_HEADER = "x-live-check-policy"
# doc: CloudFront Developer Guide, using-managed-cache-policies
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


@dataclass(frozen=True, slots=True)
class Site:
    """The distribution as it was made, and what its questions need to know of it."""

    account: Account
    name: str
    bucket: str
    distribution_id: str
    distribution_arn: str
    domain_name: str
    edge_version_arn: str
    function_arn: str
    store_arn: str

    def get(self, path: str, *, scheme: str = "https", **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Return what a visitor gets, redirections not followed."""
        url, headers = f"{scheme}://{self.domain_name}", {}
        if self.account.endpoint_url:
            url, headers = self.account.endpoint_url, {"Host": self.domain_name}
        method = options.pop("method", "GET")
        return httpx.request(method, f"{url}{path}", headers=headers, timeout=30, **options)

    def status(self) -> str:
        """Return CloudFront's word: InProgress or Deployed."""
        found = self.account.clients.cloudfront.get_distribution(Id=self.distribution_id)
        return found["Distribution"]["Status"]

    def wait_until_deployed(self) -> float:
        """Return after how many seconds every edge has what was written last."""
        began = time.monotonic()
        pace = self.account.pace
        pace.wait_for(
            lambda: True if self.status() == "Deployed" else None,
            f"the distribution {self.distribution_id} is Deployed",
            pace.deployment,
        )
        return time.monotonic() - began

    def config_xml(self) -> bytes:
        """Return the configuration byte for byte as CloudFront sends it."""
        bodies: list[bytes] = []

        def keep(response_dict: Mapping[str, Any], **_: object) -> None:
            bodies.append(response_dict["body"])

        cloudfront = self.account.clients.cloudfront
        event = "before-parse.cloudfront.GetDistributionConfig"
        cloudfront.meta.events.register(event, keep)
        try:
            cloudfront.get_distribution_config(Id=self.distribution_id)
        finally:
            cloudfront.meta.events.unregister(event, keep)
        return bodies[-1]

    def update(self, **members: Any) -> None:  # noqa: ANN401 - boto3's own shapes
        """Write the present configuration with `members` in it."""
        cloudfront = self.account.clients.cloudfront
        current = cloudfront.get_distribution_config(Id=self.distribution_id)
        config: Any = {**current["DistributionConfig"], **members}
        cloudfront.update_distribution(
            Id=self.distribution_id, IfMatch=current["ETag"], DistributionConfig=config
        )

    def default_behavior(self) -> dict[str, Any]:
        """Return the default cache behavior as it is now."""
        cloudfront = self.account.clients.cloudfront
        current = cloudfront.get_distribution_config(Id=self.distribution_id)
        return dict(current["DistributionConfig"]["DefaultCacheBehavior"])


def make_site(account: Account, name: str) -> Site:
    """Make everything of the site and its distribution, which then is on its way to the edges."""
    bucket = make_bucket(account, name)
    edge_version_arn = publish_edge_function(account, name)
    function_arn, store_arn = publish_function(account, name)
    behaviors = _behaviors(account, name, edge_version_arn, function_arn)
    config: Any = {
        "DistributionConfig": _config(name, origins(account, name, bucket), behaviors),
        "Tags": {"Items": [{"Key": name, "Value": ""}]},
    }
    made = account.clients.cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags=config
    )["Distribution"]
    account.own.add(made["Id"])
    let_in(account, bucket, made["ARN"])
    return Site(
        account=account,
        name=name,
        bucket=bucket,
        distribution_id=made["Id"],
        distribution_arn=made["ARN"],
        domain_name=made["DomainName"],
        edge_version_arn=edge_version_arn,
        function_arn=function_arn,
        store_arn=store_arn,
    )


def items(*members: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own shapes
    """Return a list as CloudFront writes it."""
    return {"Quantity": len(members), "Items": list(members)} if members else {"Quantity": 0}


def at_viewer_request(version_arn: str) -> dict[str, Any]:
    """Return LambdaFunctionAssociations with this one."""
    return items({
        "EventType": "viewer-request", "LambdaFunctionARN": version_arn, "IncludeBody": False,
    })  # fmt: skip


def _config(
    name: str, origins: dict[str, Any], behaviors: tuple[dict[str, Any], ...]
) -> dict[str, Any]:
    error_page = {
        "ErrorCode": 503,
        "ResponsePagePath": "/sorry.html",
        "ResponseCode": "200",
        "ErrorCachingMinTTL": 0,
    }
    return {
        "CallerReference": name,
        "Comment": name,
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": origins,
        "DefaultCacheBehavior": _behavior(CachePolicyId=_CACHING_DISABLED),
        "CacheBehaviors": items(*behaviors),
        "CustomErrorResponses": items(error_page),
    }


def _behaviors(
    account: Account, name: str, edge_version_arn: str, function_arn: str
) -> tuple[dict[str, Any], ...]:
    probe = {
        "CachePolicyId": _CACHING_OPTIMIZED,
        "LambdaFunctionAssociations": at_viewer_request(edge_version_arn),
        "ResponseHeadersPolicyId": _response_headers_policy(account, name),
    }
    signers = {"Enabled": True, **items(_key_group(account, name))}
    answers = {"EventType": "viewer-request", "FunctionARN": function_arn}
    return (
        _behavior(PathPattern="/probe/*", **probe),
        _behavior(PathPattern="/signed/*", **probe, TrustedKeyGroups=signers),
        _behavior(
            PathPattern="/store/*",
            CachePolicyId=_CACHING_DISABLED,
            FunctionAssociations=items(answers),
        ),
    )


def _behavior(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own shapes
    return {
        "TargetOriginId": ORIGIN_ID,
        "ViewerProtocolPolicy": "redirect-to-https",
        "Compress": True,
        **members,
    }


def _response_headers_policy(account: Account, name: str) -> str:
    header = {"Header": POLICY_HEADER, "Value": "applied", "Override": True}
    config: Any = {"Name": name, "CustomHeadersConfig": items(header)}
    made = account.clients.cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig=config
    )
    return made["ResponseHeadersPolicy"]["Id"]


def _key_group(account: Account, name: str) -> str:
    # Its private half was thrown away: nobody can sign, and nobody shall.
    pem = (Path(__file__).parent / "nobodys_key.pem").read_text("ascii")
    key = account.clients.cloudfront.create_public_key(
        PublicKeyConfig={"CallerReference": name, "Name": name, "EncodedKey": pem}
    )["PublicKey"]
    group = account.clients.cloudfront.create_key_group(
        KeyGroupConfig={"Name": name, "Items": [key["Id"]]}
    )["KeyGroup"]
    return group["Id"]
