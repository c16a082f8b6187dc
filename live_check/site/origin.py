"""
The site's origin: a private bucket with a page and an error page.

CloudFront reads it by origin access control. A sandbox has no such origin: there it is fetched over
plain HTTP from the sandbox's own S3, which is why anybody may read it there.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from live_check.account import REGION, Account

ORIGIN_ID = "bucket"
PAGES = {"index.html": b"<h1>The site is open</h1>", "sorry.html": b"<h1>Custom error page</h1>"}


def make_bucket(account: Account, name: str) -> str:
    """Make the bucket with its pages; return its name."""
    bucket = f"{name}-{account.account_id}"
    # No public access and no ACLs are what a new bucket has by itself.
    account.clients.s3.create_bucket(Bucket=bucket)
    for key, content in PAGES.items():
        account.clients.s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType="text/html")
    return bucket


def origins(account: Account, name: str, bucket: str) -> dict[str, Any]:
    """Return the Origins member of the configuration, with what it needs made."""
    if account.endpoint_url:
        origin = _of_sandbox(account.endpoint_url, bucket)
    else:
        origin = _of_bucket(account, name, bucket)
    return {"Quantity": 1, "Items": [{"Id": ORIGIN_ID, **origin}]}


def let_in(account: Account, bucket: str, distribution_arn: str) -> None:
    """Let this one distribution read the bucket."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
    }
    if account.endpoint_url:
        account.clients.s3.delete_public_access_block(Bucket=bucket)
        statement = {**statement, "Principal": "*", "Condition": {}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    account.clients.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))


def _of_bucket(account: Account, name: str, bucket: str) -> dict[str, Any]:
    control = account.clients.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": name,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )["OriginAccessControl"]
    return {
        "DomainName": f"{bucket}.s3.{REGION}.amazonaws.com",
        "OriginAccessControlId": control["Id"],
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }


def _of_sandbox(endpoint_url: str, bucket: str) -> dict[str, Any]:
    address = urlsplit(endpoint_url)
    return {
        "DomainName": address.hostname,
        "OriginPath": f"/{bucket}",
        "CustomOriginConfig": {
            "HTTPPort": address.port,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "http-only",
        },
    }
