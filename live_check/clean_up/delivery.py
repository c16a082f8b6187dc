"""What is CloudFront's: the distribution, and what its configuration names."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from live_check.account import Account, is_of_any_run
from live_check.clean_up.found import Found
from live_check.site.distribution import items


def distributions(account: Account) -> Iterator[Found]:
    """Find distributions by their CallerReference, which nobody can have changed."""
    cloudfront = account.clients.cloudfront
    for page in cloudfront.get_paginator("list_distributions").paginate():
        for each in page["DistributionList"].get("Items", []):
            # The comment only saves reading the configurations of all others.
            if is_of_any_run(each["Comment"]):
                config = cloudfront.get_distribution_config(Id=each["Id"])["DistributionConfig"]
                reference = config["CallerReference"]
                if is_of_any_run(reference):
                    delete = functools.partial(_delete_distribution, account, each["Id"])
                    yield Found(f"distribution {each['Id']}", reference, delete)


def functions(account: Account) -> Iterator[Found]:
    """Find CloudFront Functions."""
    front = account.clients.cloudfront
    # Each is listed once for each of its stages.
    for name in {each["Name"] for each in _listed(front.list_functions, "FunctionList")}:
        read = functools.partial(front.describe_function, Name=name, Stage="DEVELOPMENT")
        delete = functools.partial(front.delete_function, Name=name)
        yield _by_etag("CloudFront Function", name, read, delete)


def key_value_stores(account: Account) -> Iterator[Found]:
    """Find key value stores."""
    front = account.clients.cloudfront
    for each in _listed(front.list_key_value_stores, "KeyValueStoreList"):
        read = functools.partial(front.describe_key_value_store, Name=each["Name"])
        delete = functools.partial(front.delete_key_value_store, Name=each["Name"])
        yield _by_etag("key value store", each["Name"], read, delete)


def response_headers_policies(account: Account) -> Iterator[Found]:
    """Find response headers policies."""
    front = account.clients.cloudfront
    listed = functools.partial(front.list_response_headers_policies, Type="custom")
    for each in _listed(listed, "ResponseHeadersPolicyList"):
        policy = each["ResponseHeadersPolicy"]
        read = functools.partial(front.get_response_headers_policy, Id=policy["Id"])
        delete = functools.partial(front.delete_response_headers_policy, Id=policy["Id"])
        name = policy["ResponseHeadersPolicyConfig"]["Name"]
        yield _by_etag("response headers policy", name, read, delete)


def key_groups(account: Account) -> Iterator[Found]:
    """Find key groups."""
    front = account.clients.cloudfront
    for each in _listed(front.list_key_groups, "KeyGroupList"):
        group = each["KeyGroup"]
        read = functools.partial(front.get_key_group, Id=group["Id"])
        delete = functools.partial(front.delete_key_group, Id=group["Id"])
        yield _by_etag("key group", group["KeyGroupConfig"]["Name"], read, delete)


def public_keys(account: Account) -> Iterator[Found]:
    """Find public keys."""
    front = account.clients.cloudfront
    for each in _listed(front.list_public_keys, "PublicKeyList"):
        read = functools.partial(front.get_public_key, Id=each["Id"])
        delete = functools.partial(front.delete_public_key, Id=each["Id"])
        yield _by_etag("public key", each["Name"], read, delete)


def origin_access_controls(account: Account) -> Iterator[Found]:
    """Find origin access controls."""
    front = account.clients.cloudfront
    for each in _listed(front.list_origin_access_controls, "OriginAccessControlList"):
        read = functools.partial(front.get_origin_access_control, Id=each["Id"])
        delete = functools.partial(front.delete_origin_access_control, Id=each["Id"])
        yield _by_etag("origin access control", each["Name"], read, delete)


def _by_etag(kind: str, name: str, read: Callable[[], Any], delete: Callable[..., object]) -> Found:
    """Return something whose deletion names the ETag that reading it gives."""
    return Found(kind, name, lambda: delete(IfMatch=read()["ETag"]))


def _listed(call: Callable[..., Any], member: str) -> Iterator[Any]:
    """Give the items of every page of a list that boto3 has no paginator for."""
    page = call()[member]
    yield from page.get("Items", [])
    while page.get("NextMarker"):
        page = call(Marker=page["NextMarker"])[member]
        yield from page.get("Items", [])


def _delete_distribution(account: Account, distribution_id: str) -> None:
    """Take the functions out and disable it, wait until every edge knows, and delete it."""
    cloudfront, pace = account.clients.cloudfront, account.pace
    account.own.add(distribution_id)
    current = cloudfront.get_distribution_config(Id=distribution_id)
    config: Any = current["DistributionConfig"]
    for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", [])):
        behavior["LambdaFunctionAssociations"] = items()
        behavior["FunctionAssociations"] = items()
    config["Enabled"] = False
    cloudfront.update_distribution(
        Id=distribution_id, IfMatch=current["ETag"], DistributionConfig=config
    )

    def deployed() -> str | None:
        found = cloudfront.get_distribution(Id=distribution_id)
        return found["ETag"] if found["Distribution"]["Status"] == "Deployed" else None

    etag = pace.wait_for(deployed, f"{distribution_id} is disabled everywhere", pace.deployment)
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=etag)
