"""The events of CloudFront Functions, and the effect of their results."""

import copy
from typing import Any

import pytest

from sandbox.edge.config import EventType
from sandbox.edge.function_events import function_event, read_request_result, read_response_result
from sandbox.edge.lambda_events import EventContext
from sandbox.edge.messages import EdgeError, Request, Response, header
from tests.sandbox.edge_builders import a_request

CONTEXT = EventContext("E2EXAMPLE", "d111111abcdef8.cloudfront.net", "request-1")
REQUEST = a_request(
    ("Host", "www.example.com"),
    ("Accept", "text/html"),
    ("Accept", "text/plain"),
    ("Cookie", "a=1; b=2; a=3"),
    uri="/a",
    querystring="q=1&q=2&NoValue&x=%20",
)
RESPONSE = Response(
    200,
    (("Content-Type", "text/html"), ("Set-Cookie", "id=1; Secure; Path=/"), ("Via", "1.1 origin")),
    b"page",
)


def the_request() -> dict[str, Any]:
    """Return a copy of the request of a viewer-request event."""
    request: dict[str, Any] = copy.deepcopy(
        function_event(CONTEXT, EventType.VIEWER_REQUEST, REQUEST)["request"]
    )
    return request


def the_response() -> dict[str, Any]:
    """Return a copy of the response of a viewer-response event."""
    response: dict[str, Any] = copy.deepcopy(
        function_event(CONTEXT, EventType.VIEWER_RESPONSE, REQUEST, RESPONSE)["response"]
    )
    return response


def test_a_viewer_request_has_the_documented_form() -> None:
    """Repeated names have a multiValue, cookies are separate, values stay encoded."""
    assert {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "E2EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "request-1",
        },
        "viewer": {"ip": "203.0.113.7"},
        "request": {
            "method": "GET",
            "uri": "/a",
            "querystring": {
                "q": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]},
                "NoValue": {"value": ""},
                "x": {"value": "%20"},
            },
            "headers": {
                "host": {"value": "www.example.com"},
                "accept": {
                    "value": "text/html",
                    "multiValue": [{"value": "text/html"}, {"value": "text/plain"}],
                },
            },
            "cookies": {
                "a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "3"}]},
                "b": {"value": "2"},
            },
        },
    } == function_event(CONTEXT, EventType.VIEWER_REQUEST, REQUEST)


def test_a_viewer_response_has_the_documented_form() -> None:
    """The status is a number, cookies have attributes, and there is no body."""
    assert {
        "statusCode": 200,
        "statusDescription": "OK",
        "headers": {"content-type": {"value": "text/html"}, "via": {"value": "1.1 origin"}},
        "cookies": {"id": {"value": "1", "attributes": "Secure; Path=/"}},
    } == the_response()


def test_an_unchanged_request_stays_the_same() -> None:
    """Query string and cookies keep their text."""
    changed = read_request_result(REQUEST, the_request())

    assert isinstance(changed, Request)
    assert REQUEST.querystring == changed.querystring
    assert "a=1; b=2; a=3" == header(changed.headers, "cookie")
    assert ("Accept", "text/plain") in changed.headers


def test_a_function_may_change_a_request() -> None:
    """URI, headers, parameters and cookies."""
    result = the_request()
    result["uri"] = "/b"
    result["headers"]["x-door"] = {"value": "edge"}
    result["querystring"] = {"z": {"value": "9"}, "flag": {"value": ""}}
    result["cookies"] = {"c": {"value": "5"}}

    changed = read_request_result(REQUEST, result)

    assert isinstance(changed, Request)
    assert ("/b", "z=9&flag") == (changed.uri, changed.querystring)
    assert "edge" == header(changed.headers, "X-Door")
    assert "c=5" == header(changed.headers, "Cookie")


def test_a_changed_value_replaces_the_first_of_a_repeated_parameter() -> None:
    """The others stay (functions-event-structure)."""
    result = the_request()
    result["querystring"]["q"]["value"] = "7"

    changed = read_request_result(REQUEST, result)

    assert isinstance(changed, Request)
    assert "q=7&q=2&NoValue&x=%20" == changed.querystring


def test_a_changed_multi_value_wins_over_the_value() -> None:
    """`value` is ignored (functions-event-structure)."""
    result = the_request()
    result["querystring"]["q"] = {"value": "7", "multiValue": [{"value": "8"}, {"value": "9"}]}

    changed = read_request_result(REQUEST, result)

    assert isinstance(changed, Request)
    assert "q=8&q=9&NoValue&x=%20" == changed.querystring


def test_deleted_cookies_are_gone() -> None:
    """The Cookie header too."""
    changed = read_request_result(REQUEST, {**the_request(), "cookies": {}})

    assert isinstance(changed, Request)
    assert None is header(changed.headers, "cookie")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Back soon", b"Back soon"),
        ({"encoding": "text", "data": "Back soon"}, b"Back soon"),
        ({"encoding": "base64", "data": "QmFjayBzb29u"}, b"Back soon"),
    ],
)
def test_a_viewer_request_function_may_respond(body: object, expected: bytes) -> None:
    """With a body as text, as an object, or in base64."""
    result = {
        "statusCode": 503,
        "headers": {"retry-after": {"value": "60"}},
        "cookies": {"seen": {"value": "1", "attributes": "Secure"}},
        "body": body,
    }

    assert Response(
        503, (("Retry-After", "60"), ("Set-Cookie", "seen=1; Secure")), expected
    ) == read_request_result(REQUEST, result)


def test_an_unchanged_response_stays_the_same() -> None:
    """With body and cookies."""
    changed = read_response_result(RESPONSE, the_response())

    assert (200, b"page") == (changed.status, changed.body)
    assert "id=1; Secure; Path=/" == header(changed.headers, "Set-Cookie")


def test_a_viewer_response_function_may_change_everything() -> None:
    """Status, headers and body."""
    result = the_response()
    result["statusCode"] = 404
    result["headers"]["x-frame-options"] = {"value": "DENY"}
    result["body"] = ""

    changed = read_response_result(RESPONSE, result)

    assert (404, b"") == (changed.status, changed.body)
    assert "DENY" == header(changed.headers, "X-Frame-Options")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "must return a request or a response"),
        ({"uri": "b"}, "begins with a slash"),
        ({"method": "POST"}, "method is read-only"),
        ({"headers": []}, "headers must be an object"),
        ({"headers": {"X-Upper": {"value": "1"}}}, "must be in lower case"),
        ({"headers": {"x-a": "1"}}, "headers.x-a must be an object"),
        ({"headers": {"x-a": {"value": 1}}}, "headers.x-a must be an object"),
        ({"headers": {"connection": {"value": "close"}}}, "connection is not allowed"),
        ({"headers": {"host": {"value": "other"}}}, "host is read-only"),
        ({"querystring": {"q": {"multiValue": []}}}, "querystring.q must be an object"),
        ({"querystring": {"q": {"value": "a b"}}}, "without spaces or #"),
        ({"cookies": {"a": None}}, "cookies.a must be an object"),
        ({"statusCode": "503"}, "statusCode must be a number"),
        ({"statusCode": 600}, "statusCode must be a number"),
        ({"statusCode": 503, "body": 1}, "body must be a string"),
        ({"statusCode": 503, "body": {"encoding": "base64", "data": "!"}}, "nor valid base64"),
    ],
)
def test_an_invalid_result_is_refused(change: dict[str, Any] | None, words: str) -> None:
    """With 502, and a message."""
    result = None if change is None else {**the_request(), **change}
    if change and "statusCode" in change:
        result = change

    with pytest.raises(EdgeError, match=words) as caught:
        read_request_result(REQUEST, result)

    assert (502, "FunctionValidationError") == (caught.value.status, caught.value.result)


def test_via_cannot_be_changed_at_viewer_response() -> None:
    """Two headers are read-only there."""
    result = the_response()
    result["headers"]["via"] = {"value": "1.1 mine"}

    with pytest.raises(EdgeError, match="via is read-only at viewer-response"):
        read_response_result(RESPONSE, result)
