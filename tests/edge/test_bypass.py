"""The bypass cookie: who can make one, how long it is valid, and what opening the link does."""

import base64
import hashlib
import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.bypass import (
    COOKIE,
    PARAMETER,
    Bypass,
    anchor,
    chain,
    cookie_value,
    parse_anchors,
    sign,
    week_and_hour,
)
from maintenance_edge.event import Request, Response
from maintenance_edge.files import PackageError

from tests.edge.builders import HOUR, NOW, SECRET, a_request, value_of

WEEK = int(NOW // HOUR) // 168
LIFETIME = 12
BYPASS = Bypass(
    anchors={WEEK: anchor(SECRET, WEEK), WEEK + 1: anchor(SECRET, WEEK + 1)},
    lifetime_hours=LIFETIME,
)
MIDWEEK = NOW + 80 * HOUR


def open_link(request: Request, *, bypass: Bypass = BYPASS, now: float = NOW) -> Response:
    """Return the response to the link; fail if there is none."""
    response = bypass.link_response(request, now)
    assert response is not None
    return response


def cookie_of(response: Response) -> str:
    """Return the cookie that a response sets."""
    return value_of(response, "set-cookie").partition(";")[0].partition("=")[2]


def a_link(secret: str = SECRET, *, uri: str = "/", method: str = "GET") -> Request:
    """Return a request for the bypass link."""
    return a_request(uri, method=method, query=f"{PARAMETER}={secret}")


@pytest.mark.parametrize("hours", [0, 1, 12, 80, 160, 167])
def test_the_link_sets_a_cookie_that_passes(hours: int) -> None:
    """At any hour of a week, also if the cookie ends in the next week."""
    now = NOW + hours * HOUR + 1
    cookie = cookie_of(open_link(a_link(), now=now))

    assert BYPASS.admits(a_request(headers={"Cookie": f"{COOKIE}={cookie}"}), now)


def test_the_link_redirects_to_its_address_without_the_secret() -> None:
    """Other parameters stay, and the secret leaves the address bar."""
    request = a_request("/a%20b/ü", query=f"x=1&{PARAMETER}={SECRET}&y=%26&{PARAMETER}-x=1&z")

    assert f"/a%20b/%C3%BC?x=1&y=%26&{PARAMETER}-x=1&z" == value_of(open_link(request), "location")


@pytest.mark.parametrize(
    ("uri", "location"),
    [
        ("//evil.example/", "/evil.example/"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("https://evil.example", "/https://evil.example"),
        ("/a\r\nset-cookie: b=c", "/a%0D%0Aset-cookie:%20b=c"),
        ("/\ud800", "/%3F"),
    ],
)
def test_the_redirect_never_leaves_the_site(uri: str, location: str) -> None:
    """Browsers take `//host` for another site."""
    assert location == value_of(open_link(a_link(uri=uri)), "location")


def test_scripts_other_sites_and_plain_http_do_not_get_the_cookie() -> None:
    """It lasts 12 hours and the rest of the current one."""
    attributes = value_of(open_link(a_link(), now=NOW + 600), "set-cookie").partition("; ")[2]

    assert "Max-Age=46200; Path=/; Secure; HttpOnly; SameSite=Lax" == attributes


def test_the_redirect_is_not_cached_and_sends_no_referrer() -> None:
    """It sets a credential, and its address has the secret."""
    response = open_link(a_link())

    assert ("303", "no-store", "no-referrer") == (
        response["status"],
        value_of(response, "cache-control"),
        value_of(response, "referrer-policy"),
    )


@pytest.mark.parametrize(
    "request_",
    [
        a_link(SECRET[:-1]),
        a_link(SECRET + "A"),
        a_link(""),
        a_link("\ud800"),
        a_link(method="POST"),
        a_request(query=f"x{PARAMETER}={SECRET}"),
        a_request(query=PARAMETER),
        a_request(query=""),
        cast("Request", {}),
    ],
)
def test_only_the_genuine_link_is_answered(request_: Request) -> None:
    """Not a wrong secret, another parameter, or a method that is not a navigation."""
    assert None is BYPASS.link_response(request_, NOW)


def test_without_anchors_there_is_no_bypass() -> None:
    """A package without anchors accepts no link."""
    assert None is Bypass(anchors={}, lifetime_hours=LIFETIME).link_response(a_link(), NOW)


def test_the_link_stops_working_after_the_last_anchor() -> None:
    """It then gets the maintenance page; nothing fails."""
    assert None is BYPASS.link_response(a_link(), NOW + 2 * 168 * HOUR)


@pytest.mark.parametrize(("is_valid", "seconds"), [(True, 13 * HOUR - 1), (False, 13 * HOUR)])
def test_a_cookie_is_valid_until_its_hour(
    is_valid: bool,  # noqa: FBT001 -- a column of the table
    seconds: float,
) -> None:
    """The edge checks the time itself, whatever the browser does with Max-Age."""
    cookie = cookie_of(open_link(a_link()))

    assert is_valid == BYPASS.is_valid(cookie, NOW + seconds)


def test_a_shorter_lifetime_ends_existing_cookies_too() -> None:
    """A cookie that ends later than one set now is not valid."""
    longer = Bypass(anchors=BYPASS.anchors, lifetime_hours=100)
    cookie = cookie_of(open_link(a_link(), bypass=longer))

    assert (True, False) == (longer.is_valid(cookie, NOW), BYPASS.is_valid(cookie, NOW))


def test_a_cookie_cannot_be_made_to_last_longer() -> None:
    """The chain runs one way, so the expiry cannot be raised."""
    cookie = sign(SECRET, int(MIDWEEK // HOUR) + 5)
    link = cookie.partition(".")[2]
    raised = [f"{int(MIDWEEK // HOUR) + 5 + more}.{link}" for more in range(1, 8)]

    assert [False] * 7 == [BYPASS.is_valid(forged, MIDWEEK) for forged in raised]


def test_a_cookie_of_one_week_is_not_valid_in_the_next() -> None:
    """Each week has its own seed."""
    month = Bypass(anchors=BYPASS.anchors, lifetime_hours=720)
    expiry = int(MIDWEEK // HOUR) + 5
    link = sign(SECRET, expiry).partition(".")[2]

    assert not month.is_valid(f"{expiry + 168}.{link}", MIDWEEK)


def test_a_cookie_yields_only_cookies_that_end_earlier() -> None:
    """Its holder gains nothing by computing them."""
    expiry = int(MIDWEEK // HOUR) + 5
    padded = sign(SECRET, expiry).partition(".")[2] + "="
    earlier = base64.urlsafe_b64encode(chain(base64.urlsafe_b64decode(padded), 2))[:-1].decode()

    assert sign(SECRET, expiry - 2) == f"{expiry - 2}.{earlier}"


def test_the_package_yields_no_cookie() -> None:
    """No link that follows from an anchor is valid in its week or the next."""
    expiry = int(MIDWEEK // HOUR) + 5
    links = [chain(BYPASS.anchors[WEEK], steps) for steps in range(400)]
    forged = [f"{expiry}.{base64.urlsafe_b64encode(link)[:-1].decode()}" for link in links]

    assert not any(BYPASS.is_valid(cookie, MIDWEEK) for cookie in forged)


def test_an_anchor_is_not_a_cookie_of_the_week_before() -> None:
    """The chains of two weeks have nothing in common."""
    boundary = (WEEK + 1) * 168
    link = base64.urlsafe_b64encode(BYPASS.anchors[WEEK + 1])[:-1].decode()

    assert not BYPASS.is_valid(f"{boundary}.{link}", boundary * HOUR - 1)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 13))
def test_no_random_link_is_valid(link: bytes, hours: int) -> None:
    """Guessing is hopeless, and an invalid link raises nothing."""
    forged = base64.urlsafe_b64encode(link)[:-1].decode()

    assert not BYPASS.is_valid(f"{int(NOW // HOUR) + hours}.{forged}", NOW)


@given(st.text())
def test_no_cookie_raises_an_error(cookie: str) -> None:
    """Whatever its text, a cookie is valid or not."""
    assert not BYPASS.is_valid(cookie, NOW)


@given(st.integers(100_000, 9_999_999))
def test_every_hour_is_one_hour_of_one_week(expiry: int) -> None:
    """Hours count from 1, so that an anchor is never a cookie."""
    week, hour = week_and_hour(expiry)

    assert (expiry, True) == (week * 168 + hour, 1 <= hour <= 168)


@pytest.mark.parametrize(
    ("value", "cookies"),
    [
        ("7.x", ["a=b; __Host-maintenance-bypass=7.x; c=d"]),
        ("7.x", ["a=b", "__Host-maintenance-bypass=7.x"]),
        ("7.x", ["__Host-maintenance-bypass=7.x; __Host-maintenance-bypass=8.y"]),
        ("", ["x__Host-maintenance-bypass=7.x", "maintenance-bypass=7.x", ";;=;"]),
        ("", []),
    ],
)
def test_our_cookie_is_found_among_others(value: str, cookies: list[str]) -> None:
    """HTTP/2 may split the header; the first cookie of our name counts."""
    request = a_request()
    request["headers"]["cookie"] = [{"key": "Cookie", "value": cookie} for cookie in cookies]

    assert value == cookie_value(request)


def test_anchors_are_read_with_their_weeks() -> None:
    """The first belongs to `first_week`, each other to the week after the one before it."""
    digests = [hashlib.sha256(text).digest() for text in (b"a", b"b")]
    anchors = [base64.urlsafe_b64encode(digest)[:-1].decode() for digest in digests]

    assert {2969: digests[0], 2970: digests[1]} == dict(
        parse_anchors(json.dumps({"first_week": 2969, "anchors": anchors}))
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"first_week": 1}',
        '{"first_week": "1", "anchors": []}',
        '{"first_week": 1, "anchors": [1]}',
        '{"first_week": 1, "anchors": ["short"]}',
        '{"first_week": 1, "anchors": null}',
    ],
)
def test_invalid_anchors_are_refused(text: str) -> None:
    """The message says which command writes the file."""
    with pytest.raises(
        PackageError,
        match=r"bypass\.json is not valid .*: run `site-maintenance bypass prepare` again",
    ):
        parse_anchors(text)
