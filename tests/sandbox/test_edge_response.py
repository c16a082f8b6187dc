"""Which responses of Lambda@Edge functions CloudFront accepts, and which become a 502."""

from typing import Any

import pytest

from sandbox.edge.lambda_responses import (
    change_response,
    check_changed_response,
    check_generated_response,
    read_response,
)
from sandbox.edge.messages import Response

VIA = (("Via", "1.1 origin"), ("Content-Type", "text/html"))


def a_response(**members: object) -> dict[str, object]:
    """Return a small valid response with `members` added."""
    return {"status": "503", **members}


@pytest.mark.parametrize(
    "result",
    [
        a_response(),
        a_response(status="200", statusDescription="OK"),
        a_response(headers={"retry-after": [{"value": "60"}]}),
        a_response(headers={"retry-after": [{"key": "Retry-After", "value": "60"}]}),
        a_response(headers={"set-cookie": [{"value": "a=1"}, {"value": "b=2"}]}),
        a_response(body="<p>Back soon</p>", bodyEncoding="text"),
        a_response(body="QmFjayBzb29u", bodyEncoding="base64"),
        a_response(status="204", body=""),
        a_response(body="x" * 40_000),
    ],
)
def test_a_valid_response_has_no_errors(result: object) -> None:
    """CloudFront's guide allows all of these."""
    assert () == check_generated_response("viewer-request", result)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "must return a request or a response object"),
        ([], "must return a request or a response object"),
        ({}, 'status must be a string from "200" to "599", not None'),
        (a_response(status=503), "not 503"),
        (a_response(status="199"), "not '199'"),
        (a_response(status="600"), "not '600'"),
        (a_response(status="5O3"), "not '5O3'"),
        (a_response(statusDescription=1), "statusDescription must be a string"),
        (a_response(body=b"".hex), "body must be a string"),
        (a_response(body="a", bodyEncoding="gzip"), "not 'gzip'"),
        (a_response(body="not base64!", bodyEncoding="base64"), "not valid base64"),
        (a_response(status="204", body="x"), "204 must have no body"),
        (a_response(headers=[]), "headers must be an object of lists, not a list"),
        (a_response(headers={"Retry-After": [{"value": "1"}]}), "must be in lower case"),
        (a_response(headers={"": [{"value": "1"}]}), "must be in lower case"),
        (a_response(headers={"retry-after": "60"}), "must be a list such as"),
        (a_response(headers={"retry-after": []}), "must be a list such as"),
        (a_response(headers={"retry-after": [{"key": "Retry-After"}]}), "needs a value"),
        (a_response(headers={"retry-after": [{"value": 60}]}), "needs a value that is a string"),
        (a_response(headers={"a": [{"key": "B", "value": "1"}]}), "which is another name"),
        (a_response(headers={"a": [{"value": "1\r\nb: 2"}]}), "control character"),
        (a_response(body="x" * 40_001), "40,001 bytes; at viewer-request 40,000 are allowed"),
        (a_response(body="é" * 20_001), "40,002 bytes"),
        (a_response(body="x" * 39_995, headers={"a": [{"value": "1"}]}), "40,001 bytes"),
    ],
)
def test_an_invalid_response_has_an_error(result: object, words: str) -> None:
    """A sentence that says what is wrong."""
    errors = check_generated_response("viewer-request", result)

    assert words in " ".join(errors)


@pytest.mark.parametrize(
    "name",
    ["connection", "x-cache", "x-amz-cf-id", "x-edge-location", "x-accel-redirect", "upgrade"],
)
def test_a_disallowed_header_is_an_error(name: str) -> None:
    """Only CloudFront and its servers set these."""
    errors = check_generated_response(
        "viewer-request", a_response(headers={name: [{"value": "x"}]})
    )

    assert (f"The header {name} is not allowed in an edge function's response.",) == errors


@pytest.mark.parametrize(
    ("event_type", "name"),
    [
        ("viewer-request", "content-length"),
        ("viewer-request", "transfer-encoding"),
        ("viewer-request", "via"),
        ("viewer-request", "host"),
        ("origin-request", "content-length"),
        ("origin-request", "accept-encoding"),
    ],
)
def test_a_read_only_header_is_an_error(event_type: str, name: str) -> None:
    """Each event has its own list."""
    errors = check_generated_response(event_type, a_response(headers={name: [{"value": "1"}]}))

    assert (f"The header {name} is read-only at {event_type}: do not set it.",) == errors


def test_all_errors_are_reported_together() -> None:
    """One attempt is enough to fix them all."""
    result = {"status": 503, "headers": {"Via": [{"value": "x"}], "x-cache": [{"value": "x"}]}}

    assert 3 == len(check_generated_response("viewer-request", result))


def test_origin_events_may_return_a_megabyte() -> None:
    """The limit of 40 KB is for viewer-request."""
    assert () == check_generated_response("origin-request", a_response(body="x" * 1_000_000))
    assert () != check_generated_response("origin-request", a_response(body="x" * 1_000_001))


def test_a_response_is_read() -> None:
    """Header names without a key get capitals; a base64 body is decoded."""
    result: dict[str, Any] = {
        "status": "503",
        "headers": {"retry-after": [{"value": "60"}], "etag": [{"key": "ETag", "value": "x"}]},
        "body": "QmFjayBzb29u",
        "bodyEncoding": "base64",
    }

    assert Response(503, (("Retry-After", "60"), ("ETag", "x")), b"Back soon") == read_response(
        result
    )


def test_a_changed_response_keeps_its_body() -> None:
    """Functions do not see the body; without a new one the origin's stays."""
    result = {"status": "201", "headers": {"via": [{"value": "1.1 origin"}]}}

    changed = change_response("origin-response", Response(200, VIA, b"kept"), result)

    assert Response(201, (("Via", "1.1 origin"),), b"kept") == changed


def test_a_changed_response_takes_a_new_body() -> None:
    """At origin-response the body may be replaced."""
    result = {"status": "200", "headers": {}, "body": "new"}

    assert b"new" == change_response("origin-response", Response(200, (), b"old"), result).body


def test_headers_that_cannot_be_deleted_are_restored() -> None:
    """Via is read-only and X-Cache hidden: a function that deletes all headers keeps both."""
    before = Response(200, (*VIA, ("X-Cache", "Hit")))

    changed = change_response("origin-response", before, {"status": "200", "headers": {}})

    assert (("Via", "1.1 origin"), ("X-Cache", "Hit")) == changed.headers


def test_a_read_only_header_may_stay_as_it_was() -> None:
    """Returning it unchanged is valid; changing it is an error."""
    same = a_response(headers={"via": [{"key": "Via", "value": "1.1 origin"}]})
    other = a_response(headers={"via": [{"key": "Via", "value": "1.1 mine"}]})
    before = Response(200, VIA)

    assert () == check_changed_response("viewer-response", before, same)
    assert () != check_changed_response("viewer-response", before, other)


def test_the_body_cannot_be_replaced_at_viewer_response() -> None:
    """It is too late there."""
    errors = check_changed_response("viewer-response", Response(200), a_response(body="new"))

    assert ("The body cannot be replaced at viewer-response.",) == errors
