"""The bypass tokens: which link and cookie pass, until when, and what opening the link does."""

import secrets
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.bypass import COOKIE, PARAMETER, Bypass, cookie_value
from maintenance_edge.event import Request, Response

from tests.edge.builders import HOUR, NOW, TOKEN, a_request, sha256, value_of

BYPASS = Bypass({sha256(TOKEN): int(NOW + HOUR)})


def open_link(request: Request, *, now: float = NOW) -> Response:
    """Return the response to the link; fail if there is none."""
    response = BYPASS.link_response(request, now)
    assert response is not None
    return response


def a_link(token: str = TOKEN, *, uri: str = "/", method: str = "GET") -> Request:
    """Return a request for the bypass link."""
    return a_request(uri, method=method, query=f"{PARAMETER}={token}")


def with_cookie(token: str) -> Request:
    """Return a request with the bypass cookie."""
    return a_request(headers={"Cookie": f"{COOKIE}={token}"})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_link_sets_a_cookie_that_passes(method: str) -> None:
    """The cookie is the token, so that revoking it ends the cookie too."""
    cookie = value_of(open_link(a_link(method=method)), "set-cookie").partition(";")[0]

    assert f"{COOKIE}={TOKEN}" == cookie
    assert BYPASS.admits(a_request(headers={"Cookie": cookie}), NOW)


def test_the_link_redirects_to_its_address_without_the_token() -> None:
    """Other parameters stay, and the token leaves the address bar."""
    request = a_request("/a%20b/ü", query=f"x=1&{PARAMETER}={TOKEN}&y=%26&{PARAMETER}-x=1&z")

    assert f"/a%20b/%C3%BC?x=1&y=%26&{PARAMETER}-x=1&z" == value_of(open_link(request), "location")


def test_a_link_with_two_tokens_keeps_neither() -> None:
    """A tester who got a new link may append it to the old one."""
    request = a_request(query=f"{PARAMETER}={TOKEN}&a&{PARAMETER}={TOKEN[::-1]}")

    assert "/?a" == value_of(open_link(request), "location")


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
    """It lasts as long as the token is still valid."""
    attributes = value_of(open_link(a_link(), now=NOW + 600), "set-cookie").partition("; ")[2]

    assert "Max-Age=3000; Path=/; Secure; HttpOnly; SameSite=Lax" == attributes


def test_the_redirect_is_not_cached_and_sends_no_referrer() -> None:
    """It sets a credential, and its address has the token."""
    response = open_link(a_link())

    assert ("303", "no-store", "no-referrer") == (
        response["status"],
        value_of(response, "cache-control"),
        value_of(response, "referrer-policy"),
    )


@pytest.mark.parametrize(
    "request_",
    [
        a_link(TOKEN[:-1]),
        a_link(TOKEN + "A"),
        a_link(TOKEN.lower()),
        a_link(sha256(TOKEN)),
        a_link(""),
        a_link("\ud800"),
        a_link(method="POST"),
        a_request(query=f"x{PARAMETER}={TOKEN}"),
        a_request(query=PARAMETER),
        a_request(query=""),
        cast("Request", {}),
    ],
)
def test_only_the_genuine_link_is_answered(request_: Request) -> None:
    """Not a wrong token, another parameter, or a method that is not a navigation."""
    assert None is BYPASS.link_response(request_, NOW)


@pytest.mark.parametrize(("is_valid", "seconds"), [(True, HOUR - 1), (False, HOUR)])
def test_link_and_cookie_are_valid_until_the_token_expires(
    is_valid: bool,  # noqa: FBT001 -- a column of the table
    seconds: float,
) -> None:
    """The edge checks the time itself, whatever the browser does with Max-Age."""
    now = NOW + seconds

    assert (is_valid, is_valid) == (
        BYPASS.admits(with_cookie(TOKEN), now),
        BYPASS.link_response(a_link(), now) is not None,
    )


def test_each_of_many_tokens_has_its_own_expiry() -> None:
    """A revoked one is among them no more."""
    tokens = [secrets.token_urlsafe(32) for _ in range(300)]
    bypass = Bypass({sha256(token): int(NOW) + n for n, token in enumerate(tokens[1:], start=1)})

    assert list(range(300)) == [bypass.seconds_left(token, NOW) for token in tokens]


def test_digests_that_begin_alike_are_told_apart() -> None:
    """The look-up is by the beginning; what counts is the whole digest."""
    digest = sha256(TOKEN)
    bypass = Bypass({f"{digest[:63]}{'0' if digest[63] != '0' else '1'}": int(NOW + HOUR)})

    assert 0 == bypass.seconds_left(TOKEN, NOW)


class _Opaque(str):
    """A digest that an ordinary comparison, which ends at the first difference, fails on."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise AssertionError(other)

    __hash__ = str.__hash__


@pytest.mark.parametrize(("last", "seconds"), [("", HOUR), ("0", 0), ("1", 0)])
def test_refusing_compares_whole_digests_in_constant_time(last: str, seconds: float) -> None:
    """Or the time it takes would say how much of a digest is right."""
    digest = sha256(TOKEN)
    known = _Opaque(digest if not last else digest[:63] + (last if digest[63] != last else "2"))

    assert seconds == Bypass({known: int(NOW + HOUR)}).seconds_left(TOKEN, NOW)


@given(st.binary(min_size=32, max_size=32).map(lambda raw: raw.hex()[:43]) | st.text())
def test_no_other_text_is_a_token(text: str) -> None:
    """Guessing is hopeless, and no cookie raises an error."""
    assert 0 == BYPASS.seconds_left(text, NOW)


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
