"""The events that Lambda@Edge functions get, and the requests they hand back."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.edge.config import Association, Origin
from sandbox.edge.lambda_events import (
    Visit,
    changed_origin,
    changed_request,
    check_changed_origin,
    check_changed_request,
    request_event,
    response_event,
)
from sandbox.edge.messages import Response, header
from tests.sandbox.edge_builders import a_lambda, a_request, the_request, the_response

VISIT = Visit("E2EXAMPLE", "d111111abcdef8.cloudfront.net", "request-1")
ORIGIN = Origin("shop", "localhost", "/v1", 8080, "http-only", (("X-Key", "secret"),))
REQUEST = a_request(
    ("Host", "www.example.com"), ("Cookie", "a=1"), ("cookie", "b=2"), uri="/a", querystring="q=1"
)


def an_association(event_type: str = "viewer-request", **members: bool) -> Association:
    """Return an association of a Lambda@Edge function."""
    return Association(event_type, a_lambda(), is_lambda=True, **members)


def test_a_viewer_request_has_the_guides_shape() -> None:
    """Member for member as in the guide's example; there is no origin and no body."""
    event = request_event(VISIT, an_association(), REQUEST)

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


def test_disallowed_headers_are_not_shown() -> None:
    """Functions do not see what they may not send."""
    request = a_request(("X-Real-IP", "203.0.113.9"), ("Connection", "close"), ("Accept", "*/*"))

    shown = the_request(request_event(VISIT, an_association(), request))["headers"]

    assert ["accept"] == list(shown)


def test_a_body_is_shown_where_it_was_asked_for() -> None:
    """As base64, read-only, whole."""
    request = replace(REQUEST, method="POST", body=b"hello")

    shown = the_request(request_event(VISIT, an_association(include_body=True), request))["body"]

    assert {
        "action": "read-only",
        "data": "aGVsbG8=",
        "encoding": "base64",
        "inputTruncated": False,
    } == shown


def test_a_long_body_is_cut() -> None:
    """At 40 KB for viewer-request; the event says so."""
    request = replace(REQUEST, method="POST", body=b"x" * 40_001)

    shown = the_request(request_event(VISIT, an_association(include_body=True), request))["body"]

    assert (True, 53_336) == (shown["inputTruncated"], len(shown["data"]))


def test_an_origin_request_shows_the_origin() -> None:
    """Custom origins with their own headers."""
    event = request_event(VISIT, an_association("origin-request"), REQUEST, ORIGIN)

    custom = the_request(event)["origin"]["custom"]

    assert ("localhost", "/v1", 8080) == (custom["domainName"], custom["path"], custom["port"])
    assert {"x-key": [{"key": "X-Key", "value": "secret"}]} == custom["customHeaders"]


def test_a_response_event_shows_request_and_response() -> None:
    """The status is a string and the body is not shown."""
    response = Response(404, (("Content-Type", "text/plain"),), b"no such page")

    event = response_event(VISIT, an_association("origin-response"), REQUEST, response)

    assert {
        "status": "404",
        "statusDescription": "Not Found",
        "headers": {"content-type": [{"key": "Content-Type", "value": "text/plain"}]},
    } == the_response(event)
    assert "/a" == the_request(event)["uri"]


def test_an_unchanged_request_comes_back_as_it_was() -> None:
    """Handing back the event's request changes nothing, hidden headers included."""
    request = replace(REQUEST, headers=(*REQUEST.headers, ("X-Real-IP", "203.0.113.9")), body=b"x")
    answer = the_request(request_event(VISIT, an_association(include_body=True), request))

    assert () == check_changed_request("viewer-request", request, answer)
    assert request == changed_request("viewer-request", request, answer)


def test_uri_query_string_headers_and_body_may_change() -> None:
    """All four reach the next stage."""
    answer: dict[str, Any] = {
        "uri": "/b",
        "querystring": "q=2",
        "headers": {"x-tester": [{"value": "yes"}]},
        "body": {"action": "replace", "encoding": "base64", "data": "bmV3"},
    }

    assert () == check_changed_request("viewer-request", REQUEST, answer)
    changed = changed_request("viewer-request", REQUEST, answer)

    assert ("/b", "q=2", b"new") == (changed.uri, changed.querystring, changed.body)
    assert "yes" == header(changed.headers, "X-Tester")
    assert None is header(changed.headers, "Cookie")


def test_a_body_that_is_only_handed_back_stays() -> None:
    """Its action is still read-only: a cut body must not replace the whole one."""
    request = replace(REQUEST, method="POST", body=b"x" * 40_001)
    answer = the_request(request_event(VISIT, an_association(include_body=True), request))

    assert request.body == changed_request("viewer-request", request, answer).body


def test_a_deleted_host_is_put_back() -> None:
    """Host is read-only at viewer-request."""
    changed = changed_request("viewer-request", REQUEST, {"uri": "/b", "headers": {}})

    assert "www.example.com" == header(changed.headers, "host")


@pytest.mark.parametrize(
    ("answer", "words"),
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
def test_a_request_that_goes_too_far_is_told(answer: dict[str, Any], words: str) -> None:
    """Each fault is a sentence with what is wrong in it."""
    assert words in " ".join(check_changed_request("viewer-request", REQUEST, answer))


def test_an_origin_may_be_exchanged() -> None:
    """Domain name, port, path and headers; what is not said stays."""
    answer = {
        "origin": {
            "custom": {
                "domainName": "127.0.0.1",
                "port": 9090,
                "customHeaders": {"x-other": [{"key": "X-Other", "value": "1"}]},
            }
        }
    }

    assert () == check_changed_origin(answer)
    assert replace(
        ORIGIN, domain_name="127.0.0.1", http_port=9090, custom_headers=(("X-Other", "1"),)
    ) == changed_origin(ORIGIN, answer)


def test_an_origin_that_is_not_mentioned_stays() -> None:
    """A function need not hand the origin back."""
    assert () == check_changed_origin({})
    assert ORIGIN == changed_origin(ORIGIN, {})


@pytest.mark.parametrize(
    "origin",
    [{"s3": {"domainName": "bucket.s3.amazonaws.com"}}, {"custom": {"port": "80"}}],
)
def test_an_origin_of_another_kind_is_refused(origin: dict[str, Any]) -> None:
    """The sandbox reaches custom origins only, and by a number."""
    assert 1 == len(check_changed_origin({"origin": origin}))
