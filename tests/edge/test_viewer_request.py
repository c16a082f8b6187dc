"""Which requests pass, which response the others get, and the function itself."""

from pathlib import Path
from typing import cast

import pytest
from maintenance_edge.bypass import COOKIE, PARAMETER
from maintenance_edge.event import Request, Response
from viewer_request import Responder, handler, load_responder

from sandbox.edge.lambda_responses import check_generated_response
from tests.edge.builders import (
    BROWSER,
    HOUR,
    NOW,
    TEXTS,
    TOKEN,
    a_package,
    a_request,
    a_responder,
    an_event,
    value_of,
)

CLOSED = a_responder(texts=TEXTS)
OPEN = a_responder(
    allowed_paths=["/robots.txt", "/hooks/*"],
    allowed_networks=["198.51.100.0/24", "2001:db8::/32"],
    cors_origins=["https://app.example.com"],
)
SWEDISH = {"Accept": BROWSER, "Accept-Language": "sv"}
A_PREFLIGHT = a_request(
    method="OPTIONS",
    headers={"Origin": "https://app.example.com", "Access-Control-Request-Method": "PUT"},
)


def response_to(request: Request, responder: Responder = CLOSED, now: float = NOW) -> Response:
    """Return the response, by default of a site that is closed to all; fail if it passes."""
    response = responder.respond(request, now)
    assert "status" in response
    return cast("Response", response)


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/html; charset=utf-8", {"Accept": BROWSER}),
        ("application/problem+json", {"Accept": "*/*"}),
        ("application/problem+json", {}),
        ("text/plain; charset=utf-8", {"Accept": "text/plain"}),
    ],
)
def test_each_caller_gets_what_it_can_read(content_type: str, headers: dict[str, str]) -> None:
    """A person gets a page, a program JSON, a terminal text."""
    assert content_type == value_of(response_to(a_request(headers=headers)), "content-type")


def test_each_caller_gets_its_language() -> None:
    """From Accept-Language."""
    request = a_request(headers={"Accept-Language": "de-CH, en;q=0.5"})

    assert "de" == value_of(response_to(request), "content-language")


def test_an_accept_header_in_several_fields_is_read_as_one() -> None:
    """Fields of one name join with commas (RFC 9110, section 5.3)."""
    request = a_request()
    request["headers"]["accept"] = [
        {"key": "Accept", "value": "text/html;q=0.1"},
        {"key": "Accept", "value": "text/plain"},
    ]

    assert "text/plain; charset=utf-8" == value_of(response_to(request), "content-type")


@pytest.mark.parametrize("ahead", [HOUR, 1, 0.001])
def test_every_request_passes_before_the_window_begins(ahead: float) -> None:
    """As if the function were not attached: no rewrite, no preflight answered, no bypass link."""
    early = a_responder(
        **{"from": "2026-11-26T00:00:00Z"},
        rewrite="directory-index",
        allowed_paths=["/docs/*"],
        cors_origins=["https://app.example.com"],
    )

    for request in (
        a_request(),
        a_request("/docs/"),
        a_request(query=f"{PARAMETER}={TOKEN}"),
        A_PREFLIGHT,
    ):
        assert request is early.respond(request, NOW - ahead)


def test_the_site_is_closed_from_the_instant_at_which_the_window_begins() -> None:
    """Not a moment later, and no run of the controller is needed for it."""
    early = a_responder(**{"from": "2026-11-26T00:00:00Z"})

    assert "503" == response_to(a_request(), early, NOW)["status"]


def test_head_gets_the_headers_of_get_and_no_body() -> None:
    """RFC 9110, section 9.3.2."""
    of_get = response_to(a_request(headers={"Accept": BROWSER}))
    of_head = response_to(a_request(method="HEAD", headers={"Accept": BROWSER}))

    assert {key: of_get[key] for key in ("status", "statusDescription", "headers")} == of_head


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
)
def test_every_other_method_is_closed_too(method: str) -> None:
    """Nothing is written during maintenance."""
    assert "503" == response_to(a_request(method=method))["status"]


def test_one_response_does_not_change_the_next() -> None:
    """CORS headers are only in the response to their request."""
    origin = a_request(headers={"Origin": "https://app.example.com"})
    before, with_origin, after = (
        response_to(request, OPEN)["headers"].keys()
        for request in (a_request(), origin, a_request())
    )

    assert (True, True) == (before == after, before < with_origin)


@pytest.mark.parametrize(
    "request_",
    [
        a_request("/robots.txt"),
        a_request("/hooks/7", method="POST"),
        {**a_request(), "clientIp": "198.51.100.9"},
        {**a_request(), "clientIp": "2001:db8::1"},
        a_request(headers={"Cookie": f"{COOKIE}={TOKEN}"}),
    ],
)
def test_an_allowed_request_passes_unchanged(request_: Request) -> None:
    """The function returns the very same object."""
    assert OPEN.respond(request_, NOW) is request_


@pytest.mark.parametrize(
    ("cookie", "hours"),
    [(TOKEN, 12), (TOKEN[::-1], 0), (TOKEN[:-1], 0), ("", 0), ("on", 0), ("9" * 4_000, 0)],
)
def test_an_unknown_or_expired_token_gets_the_page(cookie: str, hours: int) -> None:
    """It is not an error, in the cookie as in the link."""
    now = NOW + hours * HOUR
    request = a_request(headers={"Accept": BROWSER, "Cookie": f"{COOKIE}={cookie}"})
    link = a_request(query=f"maintenance-bypass={cookie}", headers={"Accept": BROWSER})

    for response in (response_to(request, now=now), response_to(link, now=now)):
        assert ("503", "text/html; charset=utf-8") == (
            response["status"],
            value_of(response, "content-type"),
        )


def test_the_bypass_link_is_answered_first() -> None:
    """A tester in an allowed network also gets the cookie, for use elsewhere."""
    request = a_request("/robots.txt", query=f"maintenance-bypass={TOKEN}")

    assert "303" == response_to(request, OPEN)["status"]


def test_a_wrong_bypass_link_gets_the_same_response_as_other_requests() -> None:
    """It does not reveal what was wrong."""
    wrong = a_request(query="maintenance-bypass=open-sesame")

    assert response_to(a_request()) == response_to(wrong)


def test_a_preflight_of_an_allowed_origin_succeeds() -> None:
    """Or the browser would report a CORS error in place of the 503."""
    assert "204" == response_to(A_PREFLIGHT, OPEN)["status"]


def test_a_preflight_of_another_origin_is_refused() -> None:
    """The response allows nothing."""
    request = a_request(
        method="OPTIONS",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"},
    )
    refused = response_to(request, OPEN)

    assert ("503", "") == (refused["status"], value_of(refused, "access-control-allow-origin"))


def test_an_allowed_origin_reads_the_response() -> None:
    """Status, Retry-After and JSON of a failed `fetch`."""
    request = a_request(headers={"Origin": "https://app.example.com"})
    response = response_to(request, OPEN)

    assert ("503", "https://app.example.com") == (
        response["status"],
        value_of(response, "access-control-allow-origin"),
    )


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        ("303", a_request("/a", query=f"maintenance-bypass={TOKEN}")),
        ("204", A_PREFLIGHT),
        ("503", a_request(method="HEAD")),
    ],
)
def test_cloudfront_accepts_responses_without_a_body(status: str, request_: Request) -> None:
    """Redirect, preflight and HEAD, checked as the sandbox's edge does."""
    response = response_to(request_, OPEN)

    assert (status, ()) == (
        response["status"],
        check_generated_response("viewer-request", response),
    )


def test_retry_after_counts_down_with_the_clock() -> None:
    """Two requests half an hour apart get the same end."""
    responder = a_responder(until="2026-11-26T01:00:00Z")
    waits = [
        value_of(response_to(a_request(), responder, now), "retry-after")
        for now in (NOW, NOW + 1_800)
    ]

    assert ["3600", "1800"] == waits


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_unusable_package_gives_every_visitor_a_plain_503(tmp_path: Path, method: str) -> None:
    """CloudFront accepts it, caches do not store it, and an open page keeps asking."""
    response = cast("Response", load_responder(tmp_path)(a_request(method=method), NOW))
    names = ("retry-after", "cache-control", "x-maintenance")

    assert ("503", "300", "no-store", "on", method != "HEAD", ()) == (
        response["status"],
        *(value_of(response, name) for name in names),
        "body" in response,
        check_generated_response("viewer-request", response),
    )


def test_an_unusable_package_is_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file and the remedy."""
    load_responder(tmp_path)

    assert (
        "Every visitor gets a plain 503, because of an error in the package. "
        "defaults/texts.json is missing from the package: add it.\n"
    ) == capsys.readouterr().err


def test_a_page_with_an_error_gives_a_plain_503_to_those_who_prefer_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check before publication refuses such a package; others still get what they prefer."""
    pages = {"page.html": "<p>{{message}}</p>", "page.sv.html": "<p>{{overdue}}</p>"}
    texts = {"en": {"title": "Soon", "message": "Moving."}, "sv": {"title": "a", "message": "b"}}
    respond = load_responder(a_package(tmp_path / "package", pages, texts=texts))
    first, again, english = (
        cast("Response", respond(a_request(headers=headers), NOW))
        for headers in (SWEDISH, SWEDISH, {"Accept": BROWSER})
    )

    assert first == again
    assert ("503", "text/plain; charset=utf-8", "120", ()) == (
        first["status"],
        value_of(first, "content-type"),
        value_of(first, "retry-after"),
        check_generated_response("viewer-request", first),
    )
    assert "<p>Moving.</p>" == english["body"]
    assert (
        "Visitors who ask for text/html in 'sv' get a plain 503, because of an error in the "
        "package. page/page.sv.html shows the text 'overdue', and 'texts' has none in 'sv': add it "
        "to page/settings.json.\n"
    ) == capsys.readouterr().err


def test_the_function_serves_the_package_that_it_lies_in() -> None:
    """Only here do the file system and the clock take part."""
    response = cast("Response", handler(an_event(a_request()), None))

    assert ("503", "on") == (response["status"], value_of(response, "x-maintenance"))
