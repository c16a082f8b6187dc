"""The events that CloudFront Functions get, and what becomes of their answers."""

import copy
from typing import Any

import pytest

from sandbox.edge.config import EventType
from sandbox.edge.function_events import function_event, read_request_answer, read_response_answer
from sandbox.edge.lambda_events import Visit
from sandbox.edge.messages import EdgeError, Request, Response, header
from tests.sandbox.edge_builders import a_request

VISIT = Visit("E2EXAMPLE", "d111111abcdef8.cloudfront.net", "request-1")
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
    """Return the request of a viewer-request event, free to change."""
    request: dict[str, Any] = copy.deepcopy(
        function_event(VISIT, EventType.VIEWER_REQUEST, REQUEST)["request"]
    )
    return request


def the_response() -> dict[str, Any]:
    """Return the response of a viewer-response event, free to change."""
    response: dict[str, Any] = copy.deepcopy(
        function_event(VISIT, EventType.VIEWER_RESPONSE, REQUEST, RESPONSE)["response"]
    )
    return response


def test_a_viewer_request_has_the_guides_shape() -> None:
    """Repeated names are collapsed, cookies stand apart, values stay encoded."""
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
    } == function_event(VISIT, EventType.VIEWER_REQUEST, REQUEST)


def test_a_viewer_response_has_the_guides_shape() -> None:
    """The status is a number, cookies have their attributes, the body is not shown."""
    assert {
        "statusCode": 200,
        "statusDescription": "OK",
        "headers": {"content-type": {"value": "text/html"}, "via": {"value": "1.1 origin"}},
        "cookies": {"id": {"value": "1", "attributes": "Secure; Path=/"}},
    } == the_response()


def test_an_unchanged_request_goes_on_as_it_was() -> None:
    """Query string and cookies keep their very text."""
    changed = read_request_answer(REQUEST, the_request())

    assert isinstance(changed, Request)
    assert REQUEST.querystring == changed.querystring
    assert "a=1; b=2; a=3" == header(changed.headers, "cookie")
    assert ("Accept", "text/plain") in changed.headers


def test_what_a_function_changes_of_a_request_goes_on() -> None:
    """URI, headers, parameters and cookies."""
    answer = the_request()
    answer["uri"] = "/b"
    answer["headers"]["x-door"] = {"value": "edge"}
    answer["querystring"] = {"z": {"value": "9"}, "flag": {"value": ""}}
    answer["cookies"] = {"c": {"value": "5"}}

    changed = read_request_answer(REQUEST, answer)

    assert isinstance(changed, Request)
    assert ("/b", "z=9&flag") == (changed.uri, changed.querystring)
    assert "edge" == header(changed.headers, "X-Door")
    assert "c=5" == header(changed.headers, "Cookie")


def test_a_changed_value_of_a_repeated_parameter_is_its_first() -> None:
    """The others stay, as the guide says."""
    answer = the_request()
    answer["querystring"]["q"]["value"] = "7"

    changed = read_request_answer(REQUEST, answer)

    assert isinstance(changed, Request)
    assert "q=7&q=2&NoValue&x=%20" == changed.querystring


def test_a_changed_multi_value_wins_over_the_value() -> None:
    """`value` is ignored then, as the guide says."""
    answer = the_request()
    answer["querystring"]["q"] = {"value": "7", "multiValue": [{"value": "8"}, {"value": "9"}]}

    changed = read_request_answer(REQUEST, answer)

    assert isinstance(changed, Request)
    assert "q=8&q=9&NoValue&x=%20" == changed.querystring


def test_deleted_cookies_are_gone() -> None:
    """Without cookies there is no Cookie header."""
    changed = read_request_answer(REQUEST, {**the_request(), "cookies": {}})

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
def test_a_viewer_request_function_may_answer_itself(body: object, expected: bytes) -> None:
    """With a body as text, as an object, or in base64."""
    answer = {
        "statusCode": 503,
        "headers": {"retry-after": {"value": "60"}},
        "cookies": {"seen": {"value": "1", "attributes": "Secure"}},
        "body": body,
    }

    assert Response(
        503, (("Retry-After", "60"), ("Set-Cookie", "seen=1; Secure")), expected
    ) == read_request_answer(REQUEST, answer)


def test_an_unchanged_response_goes_on_as_it_was() -> None:
    """Body and cookies included."""
    changed = read_response_answer(RESPONSE, the_response())

    assert (200, b"page") == (changed.status, changed.body)
    assert "id=1; Secure; Path=/" == header(changed.headers, "Set-Cookie")


def test_a_viewer_response_function_may_change_everything() -> None:
    """Status, headers and body."""
    answer = the_response()
    answer["statusCode"] = 404
    answer["headers"]["x-frame-options"] = {"value": "DENY"}
    answer["body"] = ""

    changed = read_response_answer(RESPONSE, answer)

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
def test_an_invalid_answer_is_refused(change: dict[str, Any] | None, words: str) -> None:
    """With 502 and a sentence."""
    answer = None if change is None else {**the_request(), **change}
    if change and "statusCode" in change:
        answer = change

    with pytest.raises(EdgeError, match=words) as caught:
        read_request_answer(REQUEST, answer)

    assert (502, "FunctionValidationError") == (caught.value.status, caught.value.result)


def test_via_cannot_be_changed_at_viewer_response() -> None:
    """It is one of the two headers that are read-only for functions there."""
    answer = the_response()
    answer["headers"]["via"] = {"value": "1.1 mine"}

    with pytest.raises(EdgeError, match="via is read-only at viewer-response"):
        read_response_answer(RESPONSE, answer)
