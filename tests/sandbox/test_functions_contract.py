"""
Contract: CloudFront Functions reach edge locations over time, and can be tested.

Source: CloudFront Developer Guide, publish-function and test-function; botocore's model for codes.
"""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.cloud import Cloud
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

_ANSWER = "function handler() {{ return {{ statusCode: {} }}; }}"
_EVENT = {"request": {"uri": "/a", "headers": {}}}
_RUNTIME: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}


def _domain(cloud: Cloud, function_arn: str) -> str:
    """Create a distribution with the function; return its domain."""
    used = functions(viewer_request=function_arn)
    made = a_distribution(cloud, DefaultCacheBehavior=a_behavior(FunctionAssociations=used))
    cloud.sandbox.finish_deployments()
    return cloud.cloudfront.get_distribution(Id=made)["Distribution"]["DomainName"]


def _ask(cloud: Cloud, domain: str, location: int = 1) -> httpx.Response:
    headers = {"Host": domain, "X-Sandbox-Edge-Location": str(location)}
    return httpx.get(cloud.sandbox.endpoint_url, headers=headers)


def _statuses(cloud: Cloud, domain: str, locations: int) -> list[int]:
    return [_ask(cloud, domain, number + 1).status_code for number in range(locations)]


def _update(cloud: Cloud, code: str) -> str:
    etag = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    updated = cloud.cloudfront.update_function(
        Name="rewrite", IfMatch=etag, FunctionConfig=_RUNTIME, FunctionCode=code.encode()
    )
    return updated["ETag"]


def _test(cloud: Cloud, stage: str = "DEVELOPMENT", event: object = _EVENT) -> dict[str, Any]:
    etag = cloud.cloudfront.describe_function(Name="rewrite", Stage=stage)["ETag"]  # type: ignore[arg-type]  # a literal
    tested = cloud.cloudfront.test_function(
        Name="rewrite",
        IfMatch=etag,
        Stage=stage,  # type: ignore[arg-type]  # a literal
        EventObject=json.dumps(event).encode(),
    )
    return dict(tested["TestResult"])


def test_a_publish_reaches_each_edge_location_at_its_own_moment(cloud: Cloud) -> None:
    """An update alone reaches no location."""
    cloud.sandbox.set(deploy_seconds=0, edge_locations=2, publish_seconds=3600)
    domain = _domain(cloud, a_function(cloud, code=_ANSWER.format(200)))

    etag = _update(cloud, _ANSWER.format(204))
    updated = _statuses(cloud, domain, 2)
    cloud.cloudfront.publish_function(Name="rewrite", IfMatch=etag)
    published = _statuses(cloud, domain, 2)
    cloud.sandbox.advance(30)
    later = _statuses(cloud, domain, 2)
    cloud.sandbox.finish_deployments()

    assert [[200, 200]] * 2 + [[204, 200]] == [updated, published, later]
    assert [204, 204] == _statuses(cloud, domain, 2)


def test_a_publish_gets_older_with_the_clock_of_the_controls(cloud: Cloud) -> None:
    """So that a program which waits between publishes can be tested."""
    a_function(cloud)

    def published() -> datetime:
        live = cloud.cloudfront.describe_function(Name="rewrite", Stage="LIVE")
        return live["FunctionSummary"]["FunctionMetadata"]["LastModifiedTime"]

    before = published()
    cloud.sandbox.advance(10)

    assert 599 <= (before - published()).total_seconds() <= 601


def test_a_change_reaches_each_edge_location_at_its_own_moment(cloud: Cloud) -> None:
    """A distribution's, and that of a key-value store."""
    store = a_store(cloud)
    code = """import cf from 'cloudfront';
        async function handler() {
            return { statusCode: parseInt(await cf.kvs().get('status')) };
        }"""
    put(cloud, store, {"status": "204"})
    domain = _domain(cloud, a_function(cloud, code=code, store=store))
    cloud.sandbox.set(edge_locations=3, store_seconds=10_800)

    put(cloud, store, {"status": "503"})
    cloud.sandbox.advance(120)

    assert [503, 503, 204] == _statuses(cloud, domain, 3)
    assert "SANDBOX3" == _ask(cloud, domain, 3).headers["x-amz-cf-pop"]


def test_an_edge_location_serves_a_new_distribution_when_it_has_it(cloud: Cloud) -> None:
    """It is Deployed when all have it."""
    cloud.sandbox.set(edge_locations=2, deploy_seconds=3600)
    used = functions(viewer_request=a_function(cloud, code=_ANSWER.format(204)))
    made = a_distribution(cloud, DefaultCacheBehavior=a_behavior(FunctionAssociations=used))
    cloud.sandbox.advance(30)
    distribution = cloud.cloudfront.get_distribution(Id=made)["Distribution"]

    assert "InProgress" == distribution["Status"]
    assert [204, 403] == _statuses(cloud, distribution["DomainName"], 2)


def test_a_function_that_does_not_compile_is_published_and_throttled(cloud: Cloud) -> None:
    """Neither creating nor publishing compiles it, as someone found on AWS."""
    cloud.sandbox.set(deploy_seconds=0, throttle_seconds=3600)
    domain = _domain(cloud, a_function(cloud, code="function handler(event) {"))

    first = _ask(cloud, domain)
    etag = _update(cloud, _ANSWER.format(204))
    cloud.cloudfront.publish_function(Name="rewrite", IfMatch=etag)
    cloud.sandbox.finish_deployments()
    repaired = _ask(cloud, domain)

    results = [each.headers["x-cache"].partition(" ")[0] for each in (first, repaired)]
    assert ["FunctionExecutionError", "FunctionThrottledError"] == results
    assert [503, 503] == [first.status_code, repaired.status_code]


def test_a_function_can_be_tested_in_both_stages(cloud: Cloud) -> None:
    """Each with its own code and ETag; nothing that visitors get changes."""
    store = a_store(cloud)
    put(cloud, store, {"a": "1", "b": "2"})
    code = """import cf from 'cloudfront';
        async function handler(event) {
            console.log('asked for ' + event.request.uri);
            event.request.uri = '/' + await cf.kvs().get('a') + await cf.kvs().get('b');
            return event.request;
        }"""
    a_function(cloud, code=code, store=store)
    _update(cloud, "function handler(event) { return event.nothing.more; }")

    live, new = _test(cloud, "LIVE"), _test(cloud)

    assert {"request": {"uri": "/12", "headers": {}}} == json.loads(live["FunctionOutput"])
    assert ["asked for /a"] == live["FunctionExecutionLogs"]
    assert int(new["ComputeUtilization"]) < int(live["ComputeUtilization"]) <= 50
    assert "rewrite" == live["FunctionSummary"]["Name"]
    assert "TypeError" in new["FunctionErrorMessage"]
    assert ("", "") == (live["FunctionErrorMessage"], new["FunctionOutput"])


def test_a_response_of_a_tested_function_is_its_output(cloud: Cloud) -> None:
    """As in the event that CloudFront would pass on."""
    a_function(cloud, code=_ANSWER.format(204))

    assert {"response": {"statusCode": 204}} == json.loads(_test(cloud)["FunctionOutput"])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"IfMatch": "other"}, ("InvalidIfMatchVersion", 400)),
        ({"Name": "missing"}, ("NoSuchFunctionExists", 404)),
        ({"Stage": "LIVE"}, ("NoSuchFunctionExists", 404)),
        ({"Stage": "STAGING"}, ("InvalidArgument", 400)),
        ({"EventObject": b"{"}, ("InvalidArgument", 400)),
    ],
    ids=str,
)
def test_an_invalid_test_is_refused(
    cloud: Cloud, changed: dict[str, Any], expected: tuple[str, int]
) -> None:
    """A stage that was never published does not exist."""
    a_function(cloud, published=False)
    etag = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    call: dict[str, Any] = {"Name": "rewrite", "IfMatch": etag, "EventObject": b"{}", **changed}

    assert expected == refused(lambda: cloud.cloudfront.test_function(**call))


def test_the_right_to_test_is_one_of_its_own(cloud: Cloud) -> None:
    """On the function's ARN."""
    arn = a_function(cloud)
    caller = a_user(cloud, allow("cloudfront:DescribeFunction", arn))

    assert "AccessDenied" == refused(lambda: _test(caller))[0]


def test_a_store_in_use_cannot_be_deleted_and_one_deleted_leaves_no_keys(cloud: Cloud) -> None:
    """Its ARN ends in an id, so a new one of that name is another."""
    store = a_store(cloud)
    put(cloud, store, {"state": "closed"})
    a_function(cloud, store=store, published=False)

    def delete() -> object:
        etag = cloud.cloudfront.describe_key_value_store(Name="state")["ETag"]
        return cloud.cloudfront.delete_key_value_store(Name="state", IfMatch=etag)

    assert ("CannotDeleteEntityWhileInUse", 409) == refused(delete)
    function = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    cloud.cloudfront.delete_function(Name="rewrite", IfMatch=function)
    delete()
    new = a_store(cloud)

    assert store != new
    assert 0 == cloud.key_values.describe_key_value_store(KvsARN=new)["ItemCount"]
    assert "ResourceNotFoundException" == refused(lambda: put(cloud, store, {"a": "b"}))[0]
