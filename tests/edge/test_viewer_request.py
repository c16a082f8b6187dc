"""The order in which a request is let in, permitted or refused, and the function itself."""

from pathlib import Path
from typing import cast

import pytest
from maintenance_edge.bypass import COOKIE, sign
from maintenance_edge.event import Request, Response
from viewer_request import handler, load_responder

from sandbox.edge.lambda_responses import check_generated_response
from tests.edge.builders import (
    BROWSER,
    HOUR,
    NOW,
    SECRET,
    a_request,
    a_responder,
    an_event,
    value_of,
)

TEXTS = {
    "en": {"title": "Soon", "message": "Moving."},
    "de": {"title": "Gleich", "message": "Umzug."},
}
CLOSED = a_responder(texts=TEXTS)
OPEN = a_responder(
    allowed_paths=["/robots.txt", "/hooks/*"],
    allowed_networks=["198.51.100.0/24", "2001:db8::/32"],
    cors_origins=["https://app.example.com"],
)
A_PREFLIGHT = a_request(
    method="OPTIONS",
    headers={"Origin": "https://app.example.com", "Access-Control-Request-Method": "PUT"},
)


def answer(request: Request) -> Response:
    """Return what a site answers that is closed to all; fail if it lets the request pass."""
    given = CLOSED.respond(request, NOW)
    assert "status" in given
    return cast("Response", given)


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
    """A person a page, a program JSON, a terminal text."""
    assert content_type == value_of(answer(a_request(headers=headers)), "content-type")


def test_each_caller_gets_its_language() -> None:
    """By what its browser was told."""
    request = a_request(headers={"Accept-Language": "de-CH, en;q=0.5"})

    assert "de" == value_of(answer(request), "content-language")


def test_an_accept_header_in_several_fields_is_read_as_one() -> None:
    """RFC 9110, section 5.3: fields of one name join with commas."""
    request = a_request()
    request["headers"]["accept"] = [
        {"key": "Accept", "value": "text/html;q=0.1"},
        {"key": "Accept", "value": "text/plain"},
    ]

    assert "text/plain; charset=utf-8" == value_of(answer(request), "content-type")


def test_head_gets_the_headers_of_get_and_no_body() -> None:
    """RFC 9110, section 9.3.2."""
    of_get = answer(a_request(headers={"Accept": BROWSER}))
    of_head = answer(a_request(method="HEAD", headers={"Accept": BROWSER}))

    assert {key: of_get[key] for key in ("status", "statusDescription", "headers")} == of_head


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
)
def test_every_other_method_is_closed_too(method: str) -> None:
    """Maintenance means that nothing is written."""
    assert "503" == answer(a_request(method=method))["status"]


def test_one_answer_does_not_change_the_next() -> None:
    """What is added to an answer is added to that one alone."""
    origin = a_request(headers={"Origin": "https://app.example.com"})
    before, with_origin, after = (
        cast("Response", OPEN.respond(request, NOW))["headers"].keys()
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
        a_request(headers={"Cookie": f"{COOKIE}={sign(SECRET, int(NOW // HOUR) + 3)}"}),
    ],
)
def test_who_may_enter_passes_untouched(request_: Request) -> None:
    """The request goes on as it came, the very same object."""
    assert OPEN.respond(request_, NOW) is request_


@pytest.mark.parametrize(
    "cookie",
    [
        sign(SECRET, int(NOW // HOUR)),
        sign(SECRET[::-1], int(NOW // HOUR) + 3),
        "",
        "on",
        "9" * 4_000,
    ],
)
def test_a_wrong_or_expired_cookie_is_the_page_and_no_error(cookie: str) -> None:
    """Who was let in once sees, later, what everybody sees."""
    request = a_request(headers={"Accept": BROWSER, "Cookie": f"{COOKIE}={cookie}"})

    assert ("503", "text/html; charset=utf-8") == (
        answer(request)["status"],
        value_of(answer(request), "content-type"),
    )


def test_the_bypass_link_is_answered_first() -> None:
    """A tester in an open network gets the cookie as well, for later, elsewhere."""
    request = a_request("/robots.txt", query=f"maintenance-bypass={SECRET}")

    assert "303" == cast("Response", OPEN.respond(request, NOW))["status"]


def test_a_wrong_bypass_link_is_the_answer_that_everybody_gets() -> None:
    """It tells nothing of what was wrong."""
    wrong = a_request(query="maintenance-bypass=open-sesame")

    assert answer(a_request()) == answer(wrong)


def test_a_preflight_of_an_allowed_origin_succeeds() -> None:
    """Or the browser would say "CORS error" where it should say 503."""
    assert "204" == cast("Response", OPEN.respond(A_PREFLIGHT, NOW))["status"]


def test_a_preflight_of_another_origin_is_refused() -> None:
    """With no permission in it."""
    request = a_request(
        method="OPTIONS",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"},
    )
    refused = cast("Response", OPEN.respond(request, NOW))

    assert ("503", "") == (refused["status"], value_of(refused, "access-control-allow-origin"))


def test_an_allowed_origin_reads_the_answer() -> None:
    """Status, Retry-After and JSON of a failed `fetch`."""
    request = a_request(headers={"Origin": "https://app.example.com"})
    given = cast("Response", OPEN.respond(request, NOW))

    assert ("503", "https://app.example.com") == (
        given["status"],
        value_of(given, "access-control-allow-origin"),
    )


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        ("303", a_request("/a", query=f"maintenance-bypass={SECRET}")),
        ("204", A_PREFLIGHT),
        ("503", a_request(method="HEAD")),
    ],
)
def test_cloudfront_accepts_answers_without_a_body(status: str, request_: Request) -> None:
    """Redirect, permission and HEAD, checked as the sandbox's edge does."""
    given = cast("Response", OPEN.respond(request_, NOW))

    assert (status, ()) == (given["status"], check_generated_response("viewer-request", given))


def test_retry_after_counts_down_with_the_clock() -> None:
    """Two requests half an hour apart are told of the same end."""
    responder = a_responder(until="2026-11-26T01:00:00Z")
    waits = [
        value_of(cast("Response", responder.respond(a_request(), now)), "retry-after")
        for now in (NOW, NOW + 1_800)
    ]

    assert ["3600", "1800"] == waits


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_fault_in_the_files_leaves_everybody_a_plain_503(tmp_path: Path, method: str) -> None:
    """CloudFront accepts it, nobody stores it, and the page of a tab looks on."""
    given = cast("Response", load_responder(tmp_path)(a_request(method=method), NOW))
    names = ("retry-after", "cache-control", "x-maintenance")

    assert ("503", "300", "no-store", "on", method != "HEAD", ()) == (
        given["status"],
        *(value_of(given, name) for name in names),
        "body" in given,
        check_generated_response("viewer-request", given),
    )


def test_a_fault_in_the_files_is_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file and the remedy, where the operator looks."""
    load_responder(tmp_path)

    assert (
        "Every visitor gets a plain 503: the package is unusable. "
        "defaults/settings.json is missing from the package: add it.\n"
    ) == capsys.readouterr().err


def test_the_function_answers_an_event_with_the_package_it_lies_in() -> None:
    """The one place where file system and clock come in."""
    given = cast("Response", handler(an_event(a_request()), None))

    assert ("503", "on") == (given["status"], value_of(given, "x-maintenance"))
