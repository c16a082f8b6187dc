"""
Contract: a key-value store and its function have AWS's limits, rights and signatures.

Source: CloudFront Developer Guide, cloudfront-limits; botocore's models for the codes.
"""

from copy import replace

import httpx
import pytest
from maintenance.standby.program import bake
from maintenance.standby.state import Period, State, encode_state

from tests.cloud import Cloud
from tests.contract.template import ROOT
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_store,
    a_user,
    allow,
    functions,
    put,
    refused,
)
from tests.timing import PATIENCE

_PROGRAM = ROOT / "controller" / "maintenance" / "standby" / "function.js"
_INVALID = ("ValidationException", 400)
_FULL = ("ServiceQuotaExceededException", 402)
_ALLOWED = 10_240
_CODE = "function handler(event) { return event.request; }"


@pytest.mark.parametrize(
    ("largest", "too_large"),
    [
        ({"k" * 512: "v"}, {"k" * 513: "v"}),
        ({"ä" * 256: "v"}, {"ä" * 256 + "k": "v"}),
        ({"k": "v" * 1_024}, {"k": "v" * 1_025}),
        ({"k": "ä" * 512}, {"k": "ä" * 512 + "v"}),
        ({f"{number}": "v" for number in range(50)}, {f"{number}": "v" for number in range(51)}),
    ],
    ids=["key", "key of two-byte characters", "value", "value of two-byte characters", "keys"],
)
def test_a_write_has_limits(
    cloud: Cloud, largest: dict[str, str], too_large: dict[str, str]
) -> None:
    """The largest one is accepted; one that is larger changes nothing."""
    store = a_store(cloud)
    put(cloud, store, largest)
    before = cloud.key_values.describe_key_value_store(KvsARN=store)

    assert _INVALID == refused(lambda: put(cloud, store, too_large))

    after = cloud.key_values.describe_key_value_store(KvsARN=store)
    assert (before["ETag"], len(largest)) == (after["ETag"], after["ItemCount"])


def test_keys_to_delete_count_too(cloud: Cloud) -> None:
    """Fifty keys a request, whatever happens to them."""
    store = a_store(cloud)
    etag = cloud.key_values.describe_key_value_store(KvsARN=store)["ETag"]

    def update() -> object:
        return cloud.key_values.update_keys(
            KvsARN=store,
            IfMatch=etag,
            Puts=[{"Key": "new", "Value": ""}],
            Deletes=[{"Key": f"{number}"} for number in range(50)],
        )

    assert _INVALID == refused(update)


def test_one_key_has_the_same_limit(cloud: Cloud) -> None:
    """PutKey is not a way around it."""
    store = a_store(cloud)
    etag = cloud.key_values.describe_key_value_store(KvsARN=store)["ETag"]

    def put_key() -> object:
        return cloud.key_values.put_key(KvsARN=store, Key="k", Value="v" * 1_025, IfMatch=etag)

    assert _INVALID == refused(put_key)


def test_a_request_has_three_megabytes(cloud: Cloud) -> None:
    """Also one whose keys would be refused anyway."""
    assert _INVALID == refused(lambda: put(cloud, a_store(cloud), {"k": "v" * 3_000_000}))


def test_a_store_has_five_megabytes(cloud: Cloud) -> None:
    """Keys count; a key that is replaced counts once."""
    store = a_store(cloud)
    for block in range(97):
        put(cloud, store, {f"{block:02}{number:02}": "v" * 1_024 for number in range(50)})
    put(cloud, store, {f"0{number:03}": "w" * 1_024 for number in range(50)})

    rest = {f"z{number}": "v" * 1_024 for number in range(50)}

    assert _FULL == refused(lambda: put(cloud, store, rest))


def test_a_function_has_ten_kilobytes(cloud: Cloud) -> None:
    """Creating and updating refuse more, and what is there stays."""
    exact = _CODE + " " * (_ALLOWED - len(_CODE))
    a_function(cloud, code=exact)
    etag = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]

    def update() -> object:
        config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        return cloud.cloudfront.update_function(
            Name="rewrite",
            IfMatch=etag,
            FunctionConfig=config,  # type: ignore[arg-type]  # its runtime is a literal
            FunctionCode=f"{exact} ".encode(),
        )

    expected = ("FunctionSizeLimitExceeded", 413)
    assert expected == refused(update)
    assert expected == refused(lambda: a_function(cloud, "other", code=f"{exact} "))
    assert (
        exact.encode()
        == cloud.cloudfront.get_function(Name="rewrite", Stage="DEVELOPMENT")["FunctionCode"].read()
    )


def test_an_updated_function_is_published_by_the_etag_of_the_update(cloud: Cloud) -> None:
    """In the header that the model names (model: cloudfront UpdateFunctionResult)."""
    a_function(cloud, code=_CODE)
    described = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")
    config = described["FunctionSummary"]["FunctionConfig"]

    updated = cloud.cloudfront.update_function(
        Name="rewrite",
        IfMatch=described["ETag"],
        FunctionConfig=config,
        FunctionCode=f"{_CODE} ".encode(),
    )
    cloud.cloudfront.publish_function(Name="rewrite", IfMatch=updated["ETag"])

    live = cloud.cloudfront.get_function(Name="rewrite", Stage="LIVE")["FunctionCode"].read()
    assert f"{_CODE} ".encode() == live


def test_rights_on_a_store_are_for_that_one(cloud: Cloud) -> None:
    """IAM judges the ARN of the store (Service Authorization Reference)."""
    ours, theirs = a_store(cloud), a_store(cloud, "other")
    caller = a_user(cloud, allow("cloudfront-keyvaluestore:*", ours))

    put(caller, ours, {"state": "closed"})

    assert ("AccessDeniedException", 403) == refused(lambda: put(caller, theirs, {"state": "open"}))


def test_rights_to_read_a_store_do_not_allow_to_write(cloud: Cloud) -> None:
    """Each operation has an action of its own."""
    store = a_store(cloud)
    caller = a_user(cloud, allow("cloudfront-keyvaluestore:DescribeKeyValueStore", store))

    assert ("AccessDeniedException", 403) == refused(lambda: put(caller, store, {"state": "open"}))


def test_rights_on_a_cloudfront_function_are_for_that_one(cloud: Cloud) -> None:
    """So a role may publish one function and no other."""
    ours, theirs = a_function(cloud, published=False), a_function(cloud, "other")
    caller = a_user(cloud, allow("cloudfront:*", ours))
    etag = caller.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]

    caller.cloudfront.publish_function(Name="rewrite", IfMatch=etag)

    assert theirs.endswith("/other")
    assert (
        "AccessDenied"
        == refused(lambda: caller.cloudfront.describe_function(Name="other", Stage="LIVE"))[0]
    )


def test_a_signature_with_another_secret_is_refused(cloud: Cloud) -> None:
    """A user's; root, which has no secret in the sandbox, is not verified."""
    store = a_store(cloud)
    caller = replace(a_user(cloud, allow("cloudfront-keyvaluestore:*", store)), secret_key="other")  # noqa: S106 - not a real one

    def describe() -> object:
        return caller.key_values.describe_key_value_store(KvsARN=store)

    assert ("InvalidSignatureException", 403) == refused(describe)


def _visit(cloud: Cloud, domain: str) -> tuple[int, str]:
    response = httpx.get(cloud.sandbox.endpoint_url, headers={"Host": domain}, timeout=PATIENCE)
    return response.status_code, response.headers.get("x-maintenance", "")


def test_the_edge_reads_a_write_after_its_time(cloud: Cloud) -> None:
    """The standby engine's function closes a site by one key."""
    cloud.sandbox.set(deploy_seconds=0, store_seconds=3600)
    store = a_store(cloud)
    baked = State(1, ("en",), "00000000", ())
    code = bake(_PROGRAM.read_text(), baked, ())
    arn = a_function(cloud, code=code.decode(), store=store)
    behavior = a_behavior(FunctionAssociations=functions(viewer_request=arn))
    distribution_id = a_distribution(cloud, DefaultCacheBehavior=behavior)
    distribution = cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    closed = State(2, ("en",), "00000000", (Period(1, 0, "00000000"),))

    put(cloud, store, {"state": encode_state(closed)})
    before = _visit(cloud, distribution["DomainName"])
    cloud.sandbox.finish_deployments()
    after = _visit(cloud, distribution["DomainName"])

    assert 502 == before[0], "the origin does not listen"
    assert 503 == after[0]
    assert "" != after[1]
    cloud.sandbox.set(failing_reads=1)
    assert 502 == _visit(cloud, distribution["DomainName"])[0], "the state in the code counts"
