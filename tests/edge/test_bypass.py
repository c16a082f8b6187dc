"""The bypass cookie: who can make one, how long it lasts, and what opening the link does."""

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


def opened(request: Request, *, bypass: Bypass = BYPASS, now: float = NOW) -> Response:
    """Return the answer to the link; fail if it is not taken for one."""
    answer = bypass.link_response(request, now)
    assert answer is not None
    return answer


def cookie_of(answer: Response) -> str:
    """Return the cookie that an answer sets."""
    return value_of(answer, "set-cookie").partition(";")[0].partition("=")[2]


def a_link(secret: str = SECRET, *, uri: str = "/", method: str = "GET") -> Request:
    """Return a request for the bypass link."""
    return a_request(uri, method=method, query=f"{PARAMETER}={secret}")


@pytest.mark.parametrize("hours", [0, 1, 12, 80, 160, 167])
def test_the_link_gives_a_cookie_that_lets_in(hours: int) -> None:
    """At any hour of a week, also when the cookie ends in the next week."""
    now = NOW + hours * HOUR + 1
    cookie = cookie_of(opened(a_link(), now=now))

    assert BYPASS.admits(a_request(headers={"Cookie": f"{COOKIE}={cookie}"}), now)


def test_the_link_leads_to_the_same_address_without_the_secret() -> None:
    """Other parameters stay as they were, and the secret does not stay in the address bar."""
    request = a_request("/a%20b/ü", query=f"x=1&{PARAMETER}={SECRET}&y=%26&{PARAMETER}-x=1&z")

    assert f"/a%20b/%C3%BC?x=1&y=%26&{PARAMETER}-x=1&z" == value_of(opened(request), "location")


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
    """A browser takes `//host` for another site; nothing a caller sends gets there."""
    assert location == value_of(opened(a_link(uri=uri)), "location")


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http() -> None:
    """The attributes that the design promises, for 12 hours and the rest of this one."""
    attributes = value_of(opened(a_link(), now=NOW + 600), "set-cookie").partition("; ")[2]

    assert "Max-Age=46200; Path=/; Secure; HttpOnly; SameSite=Lax" == attributes


def test_opening_the_link_is_not_stored_and_tells_nobody() -> None:
    """The answer holds a credential, and its address held the secret."""
    answer = opened(a_link())

    assert ("303", "no-store", "no-referrer") == (
        answer["status"],
        value_of(answer, "cache-control"),
        value_of(answer, "referrer-policy"),
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
def test_nothing_but_the_link_is_answered(request_: Request) -> None:
    """A wrong secret, another parameter, a method that is no navigation."""
    assert None is BYPASS.link_response(request_, NOW)


def test_without_anchors_there_is_no_bypass() -> None:
    """A package that was given nothing to verify lets nobody in."""
    assert None is Bypass(anchors={}, lifetime_hours=LIFETIME).link_response(a_link(), NOW)


def test_the_link_ends_with_the_last_anchor() -> None:
    """After the weeks that were prepared, the answer is the page; nothing fails."""
    assert None is BYPASS.link_response(a_link(), NOW + 2 * 168 * HOUR)


@pytest.mark.parametrize(("is_valid", "seconds"), [(True, 13 * HOUR - 1), (False, 13 * HOUR)])
def test_a_cookie_lasts_until_its_hour_and_no_longer(
    is_valid: bool,  # noqa: FBT001 -- a column of the table
    seconds: float,
) -> None:
    """The edge keeps the time itself, whatever the browser makes of Max-Age."""
    cookie = cookie_of(opened(a_link()))

    assert is_valid == BYPASS.is_valid(cookie, NOW + seconds)


def test_a_cookie_of_a_longer_lifetime_ends_with_the_lifetime() -> None:
    """Shortening the lifetime shortens it for cookies that are out already."""
    longer = Bypass(anchors=BYPASS.anchors, lifetime_hours=100)
    cookie = cookie_of(opened(a_link(), bypass=longer))

    assert (True, False) == (longer.is_valid(cookie, NOW), BYPASS.is_valid(cookie, NOW))


def test_a_cookie_cannot_be_made_to_last_longer() -> None:
    """Of a genuine cookie, the expiry cannot be raised: the chain runs one way."""
    cookie = sign(SECRET, int(MIDWEEK // HOUR) + 5)
    link = cookie.partition(".")[2]
    raised = [f"{int(MIDWEEK // HOUR) + 5 + more}.{link}" for more in range(1, 8)]

    assert [False] * 7 == [BYPASS.is_valid(forged, MIDWEEK) for forged in raised]


def test_a_cookie_of_one_week_is_none_of_the_next() -> None:
    """Each week has a seed of its own, though one secret makes them all."""
    month = Bypass(anchors=BYPASS.anchors, lifetime_hours=720)
    expiry = int(MIDWEEK // HOUR) + 5
    link = sign(SECRET, expiry).partition(".")[2]

    assert not month.is_valid(f"{expiry + 168}.{link}", MIDWEEK)


def test_a_cookie_yields_only_cookies_that_end_earlier() -> None:
    """What the holder of a cookie can compute gives away nothing: it is less than it has."""
    expiry = int(MIDWEEK // HOUR) + 5
    padded = sign(SECRET, expiry).partition(".")[2] + "="
    earlier = base64.urlsafe_b64encode(chain(base64.urlsafe_b64decode(padded), 2))[:-1].decode()

    assert sign(SECRET, expiry - 2) == f"{expiry - 2}.{earlier}"


def test_the_package_yields_no_cookie() -> None:
    """Nothing that is computed from an anchor by going on is a link of its week, or of the next."""
    expiry = int(MIDWEEK // HOUR) + 5
    links = [chain(BYPASS.anchors[WEEK], steps) for steps in range(400)]
    forged = [f"{expiry}.{base64.urlsafe_b64encode(link)[:-1].decode()}" for link in links]

    assert not any(BYPASS.is_valid(cookie, MIDWEEK) for cookie in forged)


def test_the_anchor_itself_is_no_cookie_of_the_week_before() -> None:
    """The last hour of one week and the first of the next have nothing in common."""
    boundary = (WEEK + 1) * 168
    link = base64.urlsafe_b64encode(BYPASS.anchors[WEEK + 1])[:-1].decode()

    assert not BYPASS.is_valid(f"{boundary}.{link}", boundary * HOUR - 1)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 13))
def test_no_random_link_is_genuine(link: bytes, hours: int) -> None:
    """Guessing is hopeless; what is wrong is refused, not raised."""
    forged = base64.urlsafe_b64encode(link)[:-1].decode()

    assert not BYPASS.is_valid(f"{int(NOW // HOUR) + hours}.{forged}", NOW)


@given(st.text())
def test_no_text_is_an_error(cookie: str) -> None:
    """Whatever a cookie holds, it is genuine or it is not."""
    assert not BYPASS.is_valid(cookie, NOW)


@given(st.integers(100_000, 9_999_999))
def test_every_hour_ends_in_one_hour_of_one_week(expiry: int) -> None:
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
    """HTTP/2 may split the header; of several of ours, the first counts."""
    request = a_request()
    request["headers"]["cookie"] = [{"key": "Cookie", "value": cookie} for cookie in cookies]

    assert value == cookie_value(request)


def test_anchors_are_read_with_their_weeks() -> None:
    """The first is that of `first_week`, the others follow."""
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
def test_anchors_that_cannot_be_read_are_refused(text: str) -> None:
    """The message says which command writes the file."""
    with pytest.raises(
        PackageError, match=r"bypass\.json is not valid .*: run `make bypass` again"
    ):
        parse_anchors(text)
