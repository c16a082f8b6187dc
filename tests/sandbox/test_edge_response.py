"""Which responses of Lambda@Edge functions CloudFront takes, and which it answers with 502."""

from typing import Any

import pytest

from sandbox.edge.lambda_responses import (
    changed_response,
    check_changed_response,
    check_generated_response,
    generated_response,
)
from sandbox.edge.messages import Response

VIA = (("Via", "1.1 origin"), ("Content-Type", "text/html"))


def a_response(**members: object) -> dict[str, object]:
    """Return a small valid response with `members` in."""
    return {"status": "503", **members}


@pytest.mark.parametrize(
    "answer",
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
def test_a_valid_response_has_no_faults(answer: object) -> None:
    """Everything that the guide allows passes."""
    assert () == check_generated_response("viewer-request", answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "must answer with a request or a response object"),
        ([], "must answer with a request or a response object"),
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
def test_a_fault_is_told(answer: object, words: str) -> None:
    """Each fault is a sentence with what is wrong in it."""
    faults = check_generated_response("viewer-request", answer)

    assert words in " ".join(faults)


@pytest.mark.parametrize(
    "name",
    ["connection", "x-cache", "x-amz-cf-id", "x-edge-location", "x-accel-redirect", "upgrade"],
)
def test_a_disallowed_header_is_a_fault(name: str) -> None:
    """Functions may not send what CloudFront and its servers say themselves."""
    faults = check_generated_response(
        "viewer-request", a_response(headers={name: [{"value": "x"}]})
    )

    assert (f"The header {name} is not allowed in an edge function's answer.",) == faults


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
def test_a_read_only_header_is_a_fault(event_type: str, name: str) -> None:
    """Each event has its own list."""
    faults = check_generated_response(event_type, a_response(headers={name: [{"value": "1"}]}))

    assert (f"The header {name} is read-only at {event_type}: do not set it.",) == faults


def test_several_faults_are_told_together() -> None:
    """One look is enough to mend them all."""
    answer = {"status": 503, "headers": {"Via": [{"value": "x"}], "x-cache": [{"value": "x"}]}}

    assert 3 == len(check_generated_response("viewer-request", answer))


def test_origin_events_may_answer_with_a_megabyte() -> None:
    """The limit of 40 KB is that of viewer-request."""
    assert () == check_generated_response("origin-request", a_response(body="x" * 1_000_000))
    assert () != check_generated_response("origin-request", a_response(body="x" * 1_000_001))


def test_a_response_is_read() -> None:
    """Header names without a key get capitals; a base64 body is decoded."""
    answer: dict[str, Any] = {
        "status": "503",
        "headers": {"retry-after": [{"value": "60"}], "etag": [{"key": "ETag", "value": "x"}]},
        "body": "QmFjayBzb29u",
        "bodyEncoding": "base64",
    }

    assert Response(
        503, (("Retry-After", "60"), ("ETag", "x")), b"Back soon"
    ) == generated_response(answer)


def test_a_changed_response_keeps_its_body() -> None:
    """The body is not shown to the function; without a new one the origin's stays."""
    answer = {"status": "201", "headers": {"via": [{"value": "1.1 origin"}]}}

    changed = changed_response("origin-response", Response(200, VIA, b"kept"), answer)

    assert Response(201, (("Via", "1.1 origin"),), b"kept") == changed


def test_a_changed_response_takes_a_new_body() -> None:
    """At origin-response the body may be replaced."""
    answer = {"status": "200", "headers": {}, "body": "new"}

    assert b"new" == changed_response("origin-response", Response(200, (), b"old"), answer).body


def test_headers_that_cannot_be_deleted_are_put_back() -> None:
    """Via is read-only and X-Cache not even shown: a function that drops all headers keeps both."""
    before = Response(200, (*VIA, ("X-Cache", "Hit")))

    changed = changed_response("origin-response", before, {"status": "200", "headers": {}})

    assert (("Via", "1.1 origin"), ("X-Cache", "Hit")) == changed.headers


def test_a_read_only_header_may_stay_as_it_was() -> None:
    """Handing it back unchanged is no fault; changing it is."""
    same = a_response(headers={"via": [{"key": "Via", "value": "1.1 origin"}]})
    other = a_response(headers={"via": [{"key": "Via", "value": "1.1 mine"}]})
    before = Response(200, VIA)

    assert () == check_changed_response("viewer-response", before, same)
    assert () != check_changed_response("viewer-response", before, other)


def test_no_body_may_be_replaced_at_viewer_response() -> None:
    """It has been chosen by then."""
    faults = check_changed_response("viewer-response", Response(200), a_response(body="new"))

    assert ("The body cannot be replaced at viewer-response.",) == faults
