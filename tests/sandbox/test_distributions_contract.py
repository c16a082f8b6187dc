"""Contract: what CloudFront returns of a distribution, and when it serves a change."""

import itertools

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    change_default,
    edge,
    functions,
    ordered,
    signed,
    update,
)

_UNKNOWN = b"<ViewerWeather><Forecast>a &lt; b</Forecast></ViewerWeather>"


def _status(cloud: Cloud, distribution_id: str) -> str:
    return cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]["Status"]


def _config(cloud: Cloud, distribution_id: str) -> bytes:
    return signed(cloud, f"GET /2020-05-31/distribution/{distribution_id}/config").body


def _put(cloud: Cloud, distribution_id: str, config: bytes) -> int:
    read = signed(cloud, f"GET /2020-05-31/distribution/{distribution_id}/config")
    path = f"/2020-05-31/distribution/{distribution_id}/config"
    return signed(cloud, f"PUT {path}", config, If_Match=read.headers["etag"]).status


def test_a_change_is_in_progress_until_it_is_deployed(cloud: Cloud) -> None:
    """In every response with a Status, for deploy_seconds."""
    cloud.sandbox.set(deploy_seconds=3600)
    distribution_id = a_distribution(cloud)
    response = update(cloud, distribution_id, Comment="changed")
    listed = cloud.cloudfront.list_distributions()["DistributionList"]["Items"][0]

    assert ["InProgress"] * 3 == [
        response["Distribution"]["Status"],
        listed["Status"],
        _status(cloud, distribution_id),
    ]
    cloud.sandbox.finish_deployments()
    assert "Deployed" == _status(cloud, distribution_id)


def test_a_change_deploys_by_itself(cloud: Cloud) -> None:
    """Without any call."""
    cloud.sandbox.set(deploy_seconds=0.1)
    distribution_id = a_distribution(cloud)

    eventually(lambda: _status(cloud, distribution_id) == "Deployed")


def test_a_configuration_comes_back_with_its_defaults(cloud: Cloud) -> None:
    """Missing lists have Quantity 0 and no Items, missing settings their default."""
    distribution_id = a_distribution(cloud)

    config = cloud.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]

    assert {"Quantity": 0} == config["CacheBehaviors"]
    assert {"Quantity": 0} == config["DefaultCacheBehavior"]["LambdaFunctionAssociations"]
    assert 30 == config["Origins"]["Items"][0]["CustomOriginConfig"]["OriginReadTimeout"]
    assert "PriceClass_All" == config["PriceClass"]


def test_a_configuration_written_back_is_the_same_bytes(cloud: Cloud) -> None:
    """Also elements that no SDK knows, and associations of both kinds."""
    page, sign = a_version(cloud), a_version(cloud, "sign")
    distribution_id = a_distribution(
        cloud,
        CacheBehaviors=ordered(
            a_behavior(
                PathPattern="/a&b/*",
                LambdaFunctionAssociations=edge(
                    origin_request=sign, viewer_request=page, viewer_response=page
                ),
            ),
            a_behavior(
                PathPattern="*", FunctionAssociations=functions(viewer_request=a_function(cloud))
            ),
        ),
    )
    first = _config(cloud, distribution_id).replace(b"<Staging>", _UNKNOWN + b"<Staging>")
    assert 200 == _put(cloud, distribution_id, first)
    update(cloud, distribution_id, Comment="in between")

    assert 200 == _put(cloud, distribution_id, first)

    assert first == _config(cloud, distribution_id)


def test_unknown_elements_are_kept_and_comments_are_not(cloud: Cloud) -> None:
    """CloudFront stores elements, not text."""
    distribution_id = a_distribution(cloud)
    config = _config(cloud, distribution_id)
    changed = config.replace(b"<Staging>", _UNKNOWN + b"<!-- a remark --><Staging>")

    _put(cloud, distribution_id, changed)

    assert config.replace(b"<Staging>", _UNKNOWN + b"<Staging>") == _config(cloud, distribution_id)


def test_associations_come_back_in_the_order_of_the_seed(cloud: Cloud) -> None:
    """One seed gives one order, several seeds give several."""
    page = a_version(cloud)
    arns = {"origin_request": page, "origin_response": page, "viewer_request": page}
    distribution_id = a_distribution(
        cloud, DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=edge(**arns))
    )

    def order() -> tuple[str, ...]:
        read = cloud.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
        items = read["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"]
        return tuple(item["EventType"] for item in items)

    seen = set()
    for seed in range(8):
        cloud.sandbox.set(association_seed=seed)
        assert order() == order()
        seen.add(order())
    assert 1 < len(seen)


def test_behaviors_keep_their_order(cloud: Cloud) -> None:
    """The order is their precedence."""
    patterns = ["/z/*", "/a/*", "*", "/m/*"]
    distribution_id = a_distribution(
        cloud, CacheBehaviors=ordered(*(a_behavior(PathPattern=one) for one in patterns))
    )

    read = cloud.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]

    assert patterns == [item["PathPattern"] for item in read["CacheBehaviors"]["Items"]]


def test_a_summary_has_the_etag(cloud: Cloud) -> None:
    """An editor need not read the configuration to see that it changed."""
    distribution_id = a_distribution(cloud)
    etag = change_default(cloud, distribution_id, Compress=True)["ETag"]

    [summary] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]

    assert etag == summary["ETag"]


def test_a_multi_tenant_distribution_is_listed_without_a_domain_name(cloud: Cloud) -> None:
    """Its tenants have the hosts; CloudFront writes a hyphen."""
    a_distribution(cloud, "tenants", ConnectionMode="tenant-only")
    a_distribution(cloud, "direct")

    items = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]

    shown = {item["ConnectionMode"]: item["DomainName"] for item in items}
    assert "-" == shown["tenant-only"]
    assert shown["direct"].endswith(".cloudfront.net")


def test_a_listing_comes_in_pages(cloud: Cloud) -> None:
    """Each distribution is on one page."""
    ids = {a_distribution(cloud, f"reference-{number}") for number in range(5)}
    pages = cloud.cloudfront.get_paginator("list_distributions").paginate(
        PaginationConfig={"PageSize": 2}
    )
    seen = [page["DistributionList"].get("Items", []) for page in pages]

    assert [2, 2, 1] == [len(items) for items in seen]
    assert ids == {item["Id"] for item in itertools.chain(*seen)}


def test_a_page_holds_100_at_most(cloud: Cloud) -> None:
    """Even if more are asked for."""
    for number in range(101):
        a_distribution(cloud, f"reference-{number}")

    listed = cloud.cloudfront.list_distributions(MaxItems="1000")["DistributionList"]

    assert (100, True) == (listed["Quantity"], listed["IsTruncated"])


def test_the_empty_listing_has_no_items(cloud: Cloud) -> None:
    """Items is missing, not empty."""
    listed = cloud.cloudfront.list_distributions()["DistributionList"]

    assert "Items" not in listed
