"""Edge functions in the way of a request: which run, and what they may answer."""

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


def test_an_answer_without_a_body_has_no_length() -> None:
    """Status 204 says there is nothing."""
    document = a_document(default=with_lambda("viewer-request"))

    answer = Viewer(document, lambdas={a_lambda(): lambda _: {"status": "204"}}).ask()

    assert (204, False) == (answer.status_code, "content-length" in answer.headers)


def test_a_lambda_answers_in_place_of_the_origin() -> None:
    """Its answer goes out as it is, and the origin is not asked."""
    with an_origin() as origin:
        document = a_document(default=with_lambda("viewer-request"), port=origin.port)
        answer = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE}).ask()

    assert (503, "back soon", "60") == (
        answer.status_code,
        answer.text,
        answer.headers["retry-after"],
    )
    assert "LambdaGeneratedResponse from cloudfront" == answer.headers["x-cache"]
    assert [] == origin.seen


def test_head_gets_a_generated_answer_without_its_body() -> None:
    """The length is told."""
    document = a_document(default=with_lambda("viewer-request", caching=""))
    answer = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE}).ask(method="HEAD")

    assert (503, "", "9") == (answer.status_code, answer.text, answer.headers["content-length"])


def test_a_lambda_may_pass_a_changed_request_on() -> None:
    """Path and headers as it wants them."""

    def move(event: dict[str, Any]) -> object:
        return {**the_request(event), "uri": "/moved"}

    with an_origin() as origin:
        document = a_document(default=with_lambda("viewer-request"), port=origin.port)
        answer = Viewer(document, lambdas={a_lambda(): move}).ask("/here")

    assert (200, "/moved") == (answer.status_code, origin.seen[0].target)


def test_a_lambda_sees_the_viewer_and_the_distribution() -> None:
    """Address, method, query string, and the request id that the answer carries."""
    document = a_document(default=with_lambda("viewer-request"))
    viewer = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE})

    answer = viewer.ask("/a?q=1", "POST")

    cf = viewer.events[0]["Records"][0]["cf"]
    shown = the_request(viewer.events[0])
    assert (DISTRIBUTION, DOMAIN) == (
        cf["config"]["distributionId"],
        cf["config"]["distributionDomainName"],
    )
    assert answer.headers["x-amz-cf-id"] == cf["config"]["requestId"]
    assert ("203.0.113.7", "POST", "/a", "q=1") == (
        shown["clientIp"],
        shown["method"],
        shown["uri"],
        shown["querystring"],
    )


def test_a_lambda_gets_the_body_where_it_is_included() -> None:
    """IncludeBody belongs to the association."""
    document = a_document(default=with_lambda("viewer-request", include_body=True))
    viewer = Viewer(document, lambdas={a_lambda(): lambda _: MAINTENANCE})

    viewer.ask("/", "POST", content=b"hello")

    assert "aGVsbG8=" == the_request(viewer.events[0])["body"]["data"]


def test_a_function_answers_in_place_of_the_origin() -> None:
    """A CloudFront Function's answer is marked as one."""
    code = (
        "function handler() { return { statusCode: 302, headers: { location: { value: '/' } } } }"
    )
    document = a_document(default=with_function("viewer-request"))

    answer = Viewer(document, functions={a_function(): code}).ask()

    assert (302, "/") == (answer.status_code, answer.headers["location"])
    assert "FunctionGeneratedResponse from cloudfront" == answer.headers["x-cache"]


def test_a_function_may_pass_a_changed_request_on() -> None:
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
    """From the origin and from the cache alike."""
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
        answers = [viewer.ask(), viewer.ask()]

    assert ["DENY", "DENY"] == [answer.headers["x-frame-options"] for answer in answers]
    assert "Hit from cloudfront" == answers[1].headers["x-cache"]


def test_viewer_response_does_not_run_for_an_error() -> None:
    """Status 400 and above goes out as the origin sent it."""
    code = "function handler(event) { event.response.statusCode = 299; return event.response }"
    with an_origin({"/": Reply("no", 404)}) as origin:
        document = a_document(default=with_function("viewer-response"), port=origin.port)
        answer = Viewer(document, functions={a_function(): code}).ask()

    assert 404 == answer.status_code


def test_viewer_response_does_not_run_for_a_generated_answer() -> None:
    """What viewer-request answered is final."""
    members = behavior_members(
        an_association("viewer-request", a_lambda("request")),
        an_association("viewer-response", a_lambda("response")),
    )
    answers = {
        a_lambda("request"): lambda _: {"status": "200"},
        a_lambda("response"): the_response,
    }
    viewer = Viewer(a_document(default=members), lambdas=answers)

    viewer.ask()

    assert 1 == len(viewer.events)


def test_origin_functions_run_on_a_miss_only() -> None:
    """Request and response once, though there were two requests."""
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


def test_an_origin_request_function_may_answer_and_is_kept() -> None:
    """Its answer is cached like the origin's, and origin-response does not run."""
    members = behavior_members(
        an_association("origin-request", a_lambda("request")),
        an_association("origin-response", a_lambda("response")),
    )
    lambdas = {
        a_lambda("request"): lambda _: {"status": "200", "body": "made at the edge"},
        a_lambda("response"): the_response,
    }
    viewer = Viewer(a_document(default=members), lambdas=lambdas)

    answers = [viewer.ask(), viewer.ask()]

    assert ["Miss from cloudfront", "Hit from cloudfront"] == [
        answer.headers["x-cache"] for answer in answers
    ]
    assert ("made at the edge", 1) == (answers[1].text, len(viewer.events))


def test_an_origin_response_function_mends_an_error() -> None:
    """It runs for every status, and may replace the body."""
    with an_origin({"/": Reply("no", 404)}) as origin:
        document = a_document(default=with_lambda("origin-response"), port=origin.port)

        def mend(event: dict[str, Any]) -> object:
            return {**the_response(event), "status": "200", "body": "mended"}

        answer = Viewer(document, lambdas={a_lambda(): mend}).ask()

    assert (200, "mended") == (answer.status_code, answer.text)


def test_text_beyond_latin_1_in_a_header_goes_out_as_utf_8() -> None:
    """Functions answer in UTF-8."""
    answer = {"status": "503", "headers": {"x-note": [{"value": "zaprto, že spet"}]}}
    document = a_document(default=with_lambda("viewer-request"))

    seen = Viewer(document, lambdas={a_lambda(): lambda _: answer}).ask()

    assert "zaprto, že spet".encode() == dict(seen.headers.raw)[b"X-Note"]
