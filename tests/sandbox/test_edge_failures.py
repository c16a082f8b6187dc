"""Edge functions that fail or answer amiss: what the viewer gets in their place."""

import pytest

from sandbox.edge.interface import InvokeAnswer
from tests.sandbox.edge_builders import (
    Viewer,
    a_document,
    a_function,
    a_lambda,
    an_origin,
    with_function,
    with_lambda,
)


@pytest.mark.parametrize(
    ("event_type", "answer", "words"),
    [
        ("viewer-request", {"status": 503}, "status must be a string"),
        ("viewer-request", None, "must answer with a request or a response object"),
        ("viewer-request", {"method": "POST", "uri": "/"}, "method is read-only"),
        ("viewer-request", {"status": "503", "body": "x" * 40_001}, "40,000 are allowed"),
        ("origin-request", {"uri": "/", "origin": {"s3": {}}}, "must be a custom origin"),
        ("origin-response", {"status": "200", "body": 1}, "body must be a string"),
        ("viewer-response", {"status": "200", "body": "new"}, "cannot be replaced"),
    ],
)
def test_an_invalid_answer_of_a_lambda_is_a_502(
    event_type: str, answer: object, words: str
) -> None:
    """The body says what CloudFront would have found."""
    with an_origin() as origin:
        document = a_document(default=with_lambda(event_type), port=origin.port)
        seen = Viewer(document, lambdas={a_lambda(): lambda _: answer}).ask()

    assert (502, "LambdaValidationError from cloudfront") == (
        seen.status_code,
        seen.headers["x-cache"],
    )
    assert words in seen.text


def test_a_lambda_that_fails_is_a_503() -> None:
    """With the function's own error in the body."""
    document = a_document(default=with_lambda("viewer-request"))

    answer = Viewer(document, lambdas={a_lambda(): lambda _: 1 // 0}).ask()

    assert (503, "LambdaExecutionError from cloudfront") == (
        answer.status_code,
        answer.headers["x-cache"],
    )
    assert "ZeroDivisionError: integer division or modulo by zero" in answer.text


def test_an_answer_that_is_no_json_is_a_502() -> None:
    """A Lambda version may answer with any bytes."""
    viewer = Viewer(a_document(default=with_lambda("viewer-request")), raw=InvokeAnswer(b"{", None))

    answer = viewer.ask()

    assert 502 == answer.status_code
    assert "must answer with a request or a response object" in answer.text


def test_a_failure_in_plain_text_is_passed_on() -> None:
    """A time-out is told that way."""
    failure = InvokeAnswer(b"Task timed out after 5.00 seconds", "Unhandled")
    viewer = Viewer(a_document(default=with_lambda("viewer-request")), raw=failure)

    answer = viewer.ask()

    assert 503 == answer.status_code
    assert "(Unhandled): Task timed out after 5.00 seconds" in answer.text


@pytest.mark.parametrize(
    ("functions", "words"),
    [
        ({a_function(): "function handler(e) { return e.nothing.more }"}, "TypeError"),
        ({}, "there is no such function, or it is not published"),
    ],
)
def test_a_function_that_fails_is_a_503(functions: dict[str, str], words: str) -> None:
    """So is one that is not there."""
    document = a_document(default=with_function("viewer-request"))

    answer = Viewer(document, functions=functions).ask()

    assert (503, "FunctionExecutionError from cloudfront") == (
        answer.status_code,
        answer.headers["x-cache"],
    )
    assert words in answer.text
