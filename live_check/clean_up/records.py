"""What is kept on purpose by a deleted stack, or written by the way: buckets, parameters, logs."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from live_check.account import PREFIX, REGION, Account
from live_check.clean_up.found import Found

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

# What a Region says that this account has not opted in to.
_NOT_OPTED_IN = ("InvalidClientTokenId", "UnrecognizedClientException")


def buckets(account: Account) -> Iterator[Found]:
    """Find buckets, the state bucket of the stack among them."""
    for each in account.clients.s3.list_buckets()["Buckets"]:
        name = each["Name"]
        yield Found("bucket", name, functools.partial(_delete_bucket, account, name))


def parameters(account: Account) -> Iterator[Found]:
    """Find parameters."""
    ssm = account.clients.ssm
    for page in ssm.get_paginator("describe_parameters").paginate():
        for each in page["Parameters"]:
            delete = functools.partial(ssm.delete_parameter, Name=each["Name"])
            yield Found("parameter", each["Name"], delete)


def log_groups(account: Account) -> Iterator[Found]:
    """
    Find the log groups of functions, which Lambda has made in the Regions nearest to the visitors.

    doc: CloudFront Developer Guide, edge-functions-logs
    """
    everywhere = account.session.get_available_regions("logs")
    for region in [REGION] if account.endpoint_url else everywhere:
        logs = account.client("logs", region_name=region)
        for prefix in ("/aws/lambda/", f"/aws/lambda/{REGION}."):
            for group in _log_groups(logs, f"{prefix}{PREFIX}"):
                delete = functools.partial(logs.delete_log_group, logGroupName=group)
                yield Found(f"log group {prefix} in {region}", group.removeprefix(prefix), delete)


def _log_groups(logs: Any, prefix: str) -> list[str]:  # noqa: ANN401 - a client made at run time
    try:
        pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix))
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_OPTED_IN:
            return []
        raise
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def _delete_bucket(account: Account, name: str) -> None:
    s3 = account.clients.s3
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys: list[ObjectIdentifierTypeDef] = [
            {"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions
        ]
        if keys:
            s3.delete_objects(Bucket=name, Delete={"Objects": keys})
    s3.delete_bucket(Bucket=name)
