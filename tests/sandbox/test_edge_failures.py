"""Edge functions that fail or return an invalid result: what the viewer gets."""

import pytest

from sandbox.edge.interface import InvokeResult
from sandbox.settings import Settings
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
    ("event_type", "result", "words"),
    [
        ("viewer-request", {"status": 503}, "status must be a string"),
        ("viewer-request", None, "must return a request or a response object"),
        ("viewer-request", {"method": "POST", "uri": "/"}, "method is read-only"),
        ("viewer-request", {"status": "503", "body": "x" * 40_001}, "40,000 are allowed"),
        ("origin-request", {"uri": "/", "origin": {"s3": {}}}, "must be a custom origin"),
        ("origin-response", {"status": "200", "body": 1}, "body must be a string"),
        ("viewer-response", {"status": "200", "body": "new"}, "cannot be replaced"),
    ],
)
def test_an_invalid_result_of_a_lambda_is_a_502(
    event_type: str, result: object, words: str
) -> None:
    """The body names the error."""
    with an_origin() as origin:
        document = a_document(default=with_lambda(event_type), port=origin.port)
        seen = Viewer(document, lambdas={a_lambda(): lambda _: result}).ask()

    assert (502, "LambdaValidationError from cloudfront") == (
        seen.status_code,
        seen.headers["x-cache"],
    )
    assert words in seen.text


def test_a_lambda_that_fails_is_a_503() -> None:
    """With the function's error in the body."""
    document = a_document(default=with_lambda("viewer-request"))

    response = Viewer(document, lambdas={a_lambda(): lambda _: 1 // 0}).ask()

    assert (503, "LambdaExecutionError from cloudfront") == (
        response.status_code,
        response.headers["x-cache"],
    )
    assert "ZeroDivisionError: integer division or modulo by zero" in response.text


def test_a_result_that_is_no_json_is_a_502() -> None:
    """A Lambda version may return any bytes."""
    viewer = Viewer(a_document(default=with_lambda("viewer-request")), raw=InvokeResult(b"{", None))

    response = viewer.ask()

    assert 502 == response.status_code
    assert "must return a request or a response object" in response.text


def test_a_failure_in_plain_text_is_shown() -> None:
    """Lambda reports a timeout that way."""
    failure = InvokeResult(b"Task timed out after 5.00 seconds", "Unhandled")
    viewer = Viewer(a_document(default=with_lambda("viewer-request")), raw=failure)

    response = viewer.ask()

    assert 503 == response.status_code
    assert "(Unhandled): Task timed out after 5.00 seconds" in response.text


@pytest.mark.parametrize(
    ("functions", "words"),
    [
        ({a_function(): "function handler(e) { return e.nothing.more }"}, "TypeError"),
        ({}, "there is no such function, or it is not published"),
    ],
)
def test_a_function_that_fails_is_a_503(functions: dict[str, str], words: str) -> None:
    """So is one that does not exist."""
    document = a_document(default=with_function("viewer-request"))

    response = Viewer(document, functions=functions).ask()

    assert (503, "FunctionExecutionError from cloudfront") == (
        response.status_code,
        response.headers["x-cache"],
    )
    assert words in response.text


def test_a_function_that_did_not_load_is_throttled_for_a_while() -> None:
    """Also after it is repaired; one that fails when it runs is not."""
    functions = {a_function(): "function handler(event) {"}
    document = a_document(default=with_function("viewer-request"))
    viewer = Viewer(document, functions=functions, settings=Settings(throttle_seconds=60))

    results = [viewer.ask().headers["x-cache"]]
    functions[a_function()] = "function handler() { return { statusCode: 204 } }"
    viewer.now = 59
    results.append(viewer.ask().headers["x-cache"])
    viewer.now = 60
    results.append(viewer.ask().headers["x-cache"])
    functions[a_function()] = "function handler() { throw 'no luck' }"
    results += [viewer.ask().headers["x-cache"] for _ in range(2)]

    assert [
        "FunctionExecutionError from cloudfront",
        "FunctionThrottledError from cloudfront",
        "FunctionGeneratedResponse from cloudfront",
        "FunctionExecutionError from cloudfront",
        "FunctionExecutionError from cloudfront",
    ] == results


@pytest.mark.parametrize("location", ["0", "3", "FRA"])
def test_an_edge_location_that_does_not_exist_is_a_400(location: str) -> None:
    """With how many there are, and what changes it."""
    viewer = Viewer(a_document(), settings=Settings(edge_locations=2))

    response = viewer.ask(headers={"X-Sandbox-Edge-Location": location})

    assert 400 == response.status_code
    assert f"There are 2 edge locations, 1 to 2; '{location}' is not one." in response.text
    assert "edge_locations" in response.text
