"""The events of Lambda@Edge functions, and the requests that they return."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.edge.config import Association, Origin
from sandbox.edge.lambda_events import (
    EventContext,
    change_origin,
    change_request,
    check_changed_origin,
    check_changed_request,
    request_event,
    response_event,
)
from sandbox.edge.messages import Response, header
from tests.sandbox.edge_builders import a_lambda, a_request, the_request, the_response

CONTEXT = EventContext("E2EXAMPLE", "d111111abcdef8.cloudfront.net", "request-1")
ORIGIN = Origin("shop", "localhost", "/v1", 8080, "http-only", (("X-Key", "secret"),))
REQUEST = a_request(
    ("Host", "www.example.com"), ("Cookie", "a=1"), ("cookie", "b=2"), uri="/a", querystring="q=1"
)


def an_association(event_type: str = "viewer-request", **members: bool) -> Association:
    """Return an association of a Lambda@Edge function."""
    return Association(event_type, a_lambda(), is_lambda=True, **members)


def test_a_viewer_request_has_the_documented_form() -> None:
    """As in lambda-event-structure, without origin and body."""
    event = request_event(CONTEXT, an_association(), REQUEST)

    assert {
        "Records": [
            {
                "cf": {
                    "config": {
                        "distributionDomainName": "d111111abcdef8.cloudfront.net",
                        "distributionId": "E2EXAMPLE",
                        "eventType": "viewer-request",
                        "requestId": "request-1",
                    },
                    "request": {
                        "clientIp": "203.0.113.7",
                        "headers": {
                            "host": [{"key": "Host", "value": "www.example.com"}],
                            "cookie": [
                                {"key": "Cookie", "value": "a=1"},
                                {"key": "cookie", "value": "b=2"},
                            ],
                        },
                        "method": "GET",
                        "querystring": "q=1",
                        "uri": "/a",
                    },
                }
            }
        ]
    } == event


def test_disallowed_headers_are_not_in_the_event() -> None:
    """Functions do not see headers that they must not set."""
    request = a_request(("X-Real-IP", "203.0.113.9"), ("Connection", "close"), ("Accept", "*/*"))

    seen = the_request(request_event(CONTEXT, an_association(), request))["headers"]

    assert ["accept"] == list(seen)


def test_the_event_has_the_body_if_it_is_included() -> None:
    """Whole, as base64, read-only."""
    request = replace(REQUEST, method="POST", body=b"hello")

    seen = the_request(request_event(CONTEXT, an_association(include_body=True), request))["body"]

    assert {
        "action": "read-only",
        "data": "aGVsbG8=",
        "encoding": "base64",
        "inputTruncated": False,
    } == seen


def test_a_long_body_is_truncated() -> None:
    """At 40 KB for viewer-request, with inputTruncated."""
    request = replace(REQUEST, method="POST", body=b"x" * 40_001)

    seen = the_request(request_event(CONTEXT, an_association(include_body=True), request))["body"]

    assert (True, 53_336) == (seen["inputTruncated"], len(seen["data"]))


def test_an_origin_request_has_the_origin() -> None:
    """A custom origin, with its own headers."""
    event = request_event(CONTEXT, an_association("origin-request"), REQUEST, ORIGIN)

    custom = the_request(event)["origin"]["custom"]

    assert ("localhost", "/v1", 8080) == (custom["domainName"], custom["path"], custom["port"])
    assert {"x-key": [{"key": "X-Key", "value": "secret"}]} == custom["customHeaders"]


def test_a_response_event_has_request_and_response() -> None:
    """The status is a string, and there is no body."""
    response = Response(404, (("Content-Type", "text/plain"),), b"no such page")

    event = response_event(CONTEXT, an_association("origin-response"), REQUEST, response)

    assert {
        "status": "404",
        "statusDescription": "Not Found",
        "headers": {"content-type": [{"key": "Content-Type", "value": "text/plain"}]},
    } == the_response(event)
    assert "/a" == the_request(event)["uri"]


def test_an_unchanged_request_stays_the_same() -> None:
    """A function that returns the event's request changes nothing, hidden headers included."""
    request = replace(REQUEST, headers=(*REQUEST.headers, ("X-Real-IP", "203.0.113.9")), body=b"x")
    result = the_request(request_event(CONTEXT, an_association(include_body=True), request))

    assert () == check_changed_request("viewer-request", request, result)
    assert request == change_request("viewer-request", request, result)


def test_uri_query_string_headers_and_body_may_change() -> None:
    """All four changes take effect."""
    result: dict[str, Any] = {
        "uri": "/b",
        "querystring": "q=2",
        "headers": {"x-tester": [{"value": "yes"}]},
        "body": {"action": "replace", "encoding": "base64", "data": "bmV3"},
    }

    assert () == check_changed_request("viewer-request", REQUEST, result)
    changed = change_request("viewer-request", REQUEST, result)

    assert ("/b", "q=2", b"new") == (changed.uri, changed.querystring, changed.body)
    assert "yes" == header(changed.headers, "X-Tester")
    assert None is header(changed.headers, "Cookie")


def test_a_body_that_is_only_returned_stays() -> None:
    """Its action is still read-only: a truncated body must not replace the whole one."""
    request = replace(REQUEST, method="POST", body=b"x" * 40_001)
    result = the_request(request_event(CONTEXT, an_association(include_body=True), request))

    assert request.body == change_request("viewer-request", request, result).body


def test_a_deleted_host_is_restored() -> None:
    """Host is read-only at viewer-request."""
    changed = change_request("viewer-request", REQUEST, {"uri": "/b", "headers": {}})

    assert "www.example.com" == header(changed.headers, "host")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"method": "POST"}, "method is read-only"),
        ({"clientIp": "127.0.0.1"}, "clientIp is read-only"),
        ({"uri": "b"}, "begins with a slash"),
        ({"uri": None}, "begins with a slash"),
        ({"querystring": "a b"}, "without spaces or #"),
        ({"querystring": "a#b"}, "without spaces or #"),
        ({"querystring": {}}, "without spaces or #"),
        ({"uri": "/" + "x" * 8191}, "shorter than 8192"),
        ({"headers": {"host": [{"value": "other"}]}}, "host is read-only at viewer-request"),
        ({"headers": {"x-real-ip": [{"value": "1"}]}}, "x-real-ip is not allowed"),
        ({"body": "new"}, "body must be an object"),
        ({"body": {"action": "replace"}}, "body must be an object"),
        (
            {"body": {"action": "replace", "encoding": "base64", "data": "!"}},
            "not valid base64",
        ),
    ],
)
def test_an_invalid_request_has_an_error(result: dict[str, Any], words: str) -> None:
    """A sentence that says what is wrong."""
    assert words in " ".join(check_changed_request("viewer-request", REQUEST, result))


def test_a_function_may_change_the_origin() -> None:
    """Domain name, port and headers; the path, which is not mentioned, stays."""
    result = {
        "origin": {
            "custom": {
                "domainName": "127.0.0.1",
                "port": 9090,
                "customHeaders": {"x-other": [{"key": "X-Other", "value": "1"}]},
            }
        }
    }

    assert () == check_changed_origin(result)
    assert replace(
        ORIGIN, domain_name="127.0.0.1", http_port=9090, custom_headers=(("X-Other", "1"),)
    ) == change_origin(ORIGIN, result)


def test_an_origin_that_is_not_mentioned_stays() -> None:
    """A function need not return the origin."""
    assert () == check_changed_origin({})
    assert ORIGIN == change_origin(ORIGIN, {})


@pytest.mark.parametrize(
    "origin",
    [{"s3": {"domainName": "bucket.s3.amazonaws.com"}}, {"custom": {"port": "80"}}],
)
def test_an_origin_of_another_kind_is_refused(origin: dict[str, Any]) -> None:
    """The sandbox reaches custom origins only, at a numeric port."""
    assert 1 == len(check_changed_origin({"origin": origin}))
