"""The edge functions of a request: which ones run, and what they may return."""

from typing import Any

from tests.sandbox.edge_builders import (
    DISTRIBUTION,
    DOMAIN,
    MAINTENANCE,
    Reply,
    Viewer,
    a_document,
    a_function,
    a_lambda,
    an_association,
    an_origin,
    behavior_members,
    the_request,
    the_response,
    with_function,
    with_lambda,
)


def test_a_204_has_no_length() -> None:
    """It never has a body."""
    document = a_document(default=with_lambda("viewer-request"))

    response = Viewer(document, lambdas={a_lambda(): lambda _: {"status": "204"}}).ask()

    assert (204, False) == (response.status_code, "content-length" in response.headers)


def test_a_lambda_responds_instead_of_the_origin() -> None:
    """The viewer gets its response, and the origin no request."""
    with an_origin() as origin:
        document = a_document(default=with_lambda("viewer-request"), port=origin.port)
        response = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE}).ask()

    assert (503, "back soon", "60") == (
        response.status_code,
        response.text,
        response.headers["retry-after"],
    )
    assert "LambdaGeneratedResponse from cloudfront" == response.headers["x-cache"]
    assert [] == origin.seen


def test_head_gets_a_generated_response_without_its_body() -> None:
    """But with its length."""
    document = a_document(default=with_lambda("viewer-request", caching=""))
    response = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE}).ask(method="HEAD")

    assert (503, "", "9") == (
        response.status_code,
        response.text,
        response.headers["content-length"],
    )


def test_a_method_that_is_not_allowed_never_reaches_a_lambda() -> None:
    """CloudFront answers a POST to a behavior of GET and HEAD by itself."""
    events: list[dict[str, Any]] = []

    def close(event: dict[str, Any]) -> dict[str, Any]:
        events.append(event)
        return MAINTENANCE

    document = a_document(default=with_lambda("viewer-request", caching=""))
    response = Viewer(document, lambdas={a_lambda(): close}).ask(method="POST")

    assert (403, []) == (response.status_code, events)


def test_a_lambda_may_change_the_request() -> None:
    """The origin gets the new path."""

    def move(event: dict[str, Any]) -> object:
        return {**the_request(event), "uri": "/moved"}

    with an_origin() as origin:
        document = a_document(default=with_lambda("viewer-request"), port=origin.port)
        response = Viewer(document, lambdas={a_lambda(): move}).ask("/here")

    assert (200, "/moved") == (response.status_code, origin.seen[0].target)


def test_a_lambda_sees_the_viewer_and_the_distribution() -> None:
    """Address, method, query string, and the request id of the response."""
    document = a_document(default=with_lambda("viewer-request"))
    viewer = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE})

    response = viewer.ask("/a?q=1", "POST")

    cf = viewer.events[0]["Records"][0]["cf"]
    shown = the_request(viewer.events[0])
    assert (DISTRIBUTION, DOMAIN) == (
        cf["config"]["distributionId"],
        cf["config"]["distributionDomainName"],
    )
    assert response.headers["x-amz-cf-id"] == cf["config"]["requestId"]
    assert ("203.0.113.7", "POST", "/a", "q=1") == (
        shown["clientIp"],
        shown["method"],
        shown["uri"],
        shown["querystring"],
    )


def test_a_lambda_gets_the_body_if_it_is_included() -> None:
    """IncludeBody is a member of the association."""
    document = a_document(default=with_lambda("viewer-request", include_body=True))
    viewer = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE})

    viewer.ask("/", "POST", content=b"hello")

    assert "aGVsbG8=" == the_request(viewer.events[0])["body"]["data"]


def test_a_function_responds_instead_of_the_origin() -> None:
    """X-Cache marks the response of a CloudFront Function."""
    code = (
        "function handler() { return { statusCode: 302, headers: { location: { value: '/' } } } }"
    )
    document = a_document(default=with_function("viewer-request"))

    response = Viewer(document, functions={a_function(): code}).ask()

    assert (302, "/") == (response.status_code, response.headers["location"])
    assert "FunctionGeneratedResponse from cloudfront" == response.headers["x-cache"]


def test_a_function_may_change_the_request() -> None:
    """Its header reaches the origin."""
    code = """
        function handler(event) {
            event.request.headers['x-door'] = { value: 'edge' };
            return event.request;
        }
    """
    with an_origin() as origin:
        document = a_document(default=with_function("viewer-request"), port=origin.port)
        Viewer(document, functions={a_function(): code}).ask()

    assert "edge" == origin.seen[0].headers["x-door"]


def test_a_function_may_change_the_response() -> None:
    """From the origin and from the cache."""
    code = """
        function handler(event) {
            event.response.headers['x-frame-options'] = { value: 'DENY' };
            return event.response;
        }
    """
    members = behavior_members(an_association("viewer-response", a_function()))
    with an_origin() as origin:
        viewer = Viewer(
            a_document(default=members, port=origin.port), functions={a_function(): code}
        )
        responses = [viewer.ask(), viewer.ask()]

    assert ["DENY", "DENY"] == [response.headers["x-frame-options"] for response in responses]
    assert "Hit from cloudfront" == responses[1].headers["x-cache"]


def test_viewer_response_does_not_run_for_an_error() -> None:
    """The viewer gets status 400 and above as the origin sent it."""
    code = "function handler(event) { event.response.statusCode = 299; return event.response }"
    with an_origin({"/": Reply("no", 404)}) as origin:
        document = a_document(default=with_function("viewer-response"), port=origin.port)
        response = Viewer(document, functions={a_function(): code}).ask()

    assert 404 == response.status_code


def test_viewer_response_does_not_run_for_a_generated_response() -> None:
    """The response of viewer-request is final."""
    members = behavior_members(
        an_association("viewer-request", a_lambda("request")),
        an_association("viewer-response", a_lambda("response")),
    )
    lambdas = {
        a_lambda("request"): lambda _: {"status": "200"},
        a_lambda("response"): the_response,
    }
    viewer = Viewer(a_document(default=members), lambdas=lambdas)

    viewer.ask()

    assert 1 == len(viewer.events)


def test_origin_functions_run_on_a_miss_only() -> None:
    """Once each for two requests."""
    members = behavior_members(
        an_association("origin-request", a_lambda("request")),
        an_association("origin-response", a_lambda("response")),
    )
    lambdas = {a_lambda("request"): the_request, a_lambda("response"): the_response}
    with an_origin() as origin:
        viewer = Viewer(a_document(default=members, port=origin.port), lambdas=lambdas)
        viewer.ask()
        viewer.ask()

    assert ["origin-request", "origin-response"] == [
        event["Records"][0]["cf"]["config"]["eventType"] for event in viewer.events
    ]


def test_a_response_of_an_origin_request_function_is_cached() -> None:
    """Like the origin's; origin-response does not run."""
    members = behavior_members(
        an_association("origin-request", a_lambda("request")),
        an_association("origin-response", a_lambda("response")),
    )
    lambdas = {
        a_lambda("request"): lambda _: {"status": "200", "body": "made at the edge"},
        a_lambda("response"): the_response,
    }
    viewer = Viewer(a_document(default=members), lambdas=lambdas)

    responses = [viewer.ask(), viewer.ask()]

    assert ["Miss from cloudfront", "Hit from cloudfront"] == [
        response.headers["x-cache"] for response in responses
    ]
    assert ("made at the edge", 1) == (responses[1].text, len(viewer.events))


def test_an_origin_response_function_may_replace_an_error() -> None:
    """It runs for every status, and may replace the body."""
    with an_origin({"/": Reply("no", 404)}) as origin:
        document = a_document(default=with_lambda("origin-response"), port=origin.port)

        def replace(event: dict[str, Any]) -> object:
            return {**the_response(event), "status": "200", "body": "replaced"}

        response = Viewer(document, lambdas={a_lambda(): replace}).ask()

    assert (200, "replaced") == (response.status_code, response.text)


def test_text_beyond_latin_1_in_a_header_goes_out_as_utf_8() -> None:
    """Functions return UTF-8."""
    response = {"status": "503", "headers": {"x-message": [{"value": "zaprto, že spet"}]}}
    document = a_document(default=with_lambda("viewer-request"))

    seen = Viewer(document, lambdas={a_lambda(): lambda _: response}).ask()

    assert "zaprto, že spet".encode() == dict(seen.headers.raw)[b"X-Message"]
