"""
The bypass link and its cookie, which let a browser past maintenance until its token expires.

    token          43 characters of base64url, which only the link and the cookie hold
    bypass.json    for each token its SHA-256, in lower case hexadecimal, and its expiry, Unix time

The package is no secret, because everyone with lambda:GetFunction reads it. It makes no link: that
would take inverting SHA-256. A token that is unknown, revoked or expired gets what everyone gets.
Imported only if there are tokens.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from maintenance_edge.digest import compare_digest, sha256
from maintenance_edge.files import PackageError
from maintenance_edge.headers import header_fields
from maintenance_edge.overrides import BYPASS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.event import Request, Response

# The prefix makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis, section 4.1.3.2).
COOKIE: Final = "__Host-maintenance-bypass"
PARAMETER: Final = "maintenance-bypass"

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
# 64 bits: no two of a thousand digests begin alike.
_PREFIX: Final = 16


class Bypass:
    """
    The tokens: digest and expiry of each, by the beginning of its digest.

    So the look-up takes the same time for any number of tokens, and whole digests are compared in
    constant time.
    """

    __slots__ = ("tokens",)

    def __init__(self, expiries: Mapping[str, int]) -> None:
        self.tokens: Final = MappingProxyType(
            {digest[:_PREFIX]: (digest, expiry) for digest, expiry in expiries.items()}
        )

    def admits(self, request: Request, now: float) -> bool:
        """Return whether `request` has a cookie that is valid at `now` (Unix time)."""
        cookie = cookie_value(request)
        return bool(cookie) and self.seconds_left(cookie, now) > 0

    def seconds_left(self, token: str, now: float) -> int:
        """Return for how long `token` is valid, 0 if it is expired, revoked or no token."""
        if not _TOKEN.fullmatch(token):
            return 0
        digest = sha256(token.encode()).hexdigest()
        known, expiry = self.tokens.get(digest[:_PREFIX], ("", 0))
        return max(0, int(expiry - now)) if compare_digest(known, digest) else 0

    def link_response(self, request: Request, now: float) -> Response | None:
        """Return the cookie and redirect for a request with a valid link, None for any other."""
        query = request.get("querystring", "")
        if PARAMETER not in query or request.get("method") not in {"GET", "HEAD"}:
            return None
        parameters = query.split("&")
        others = [text for text in parameters if not text.startswith(f"{PARAMETER}=")]
        token = next((text for text in parameters if text not in others), "").partition("=")[2]
        seconds = self.seconds_left(token, now)
        if not seconds:
            return None
        return _redirect(_location(request.get("uri", "/"), "&".join(others)), token, seconds)


def read_bypass(expiries: Mapping[str, Any]) -> Bypass:
    """Return the tokens in the members of bypass.json; raise PackageError if they are not valid."""
    for digest, expiry in expiries.items():
        if not _SHA256.fullmatch(digest) or type(expiry) is not int:
            raise PackageError(
                f"{BYPASS}: {digest!r} is not a SHA-256 with an expiry: the controller writes this "
                "file; deploy the stack again, so that it fits this function."
            )
    return Bypass(expiries)


def cookie_value(request: Request) -> str:
    """
    Return the value of our cookie in `request`, "" if there is none.

    Browsers hold one cookie of a `__Host-` name. If there are more, only the first counts, so that
    one request costs one digest.
    """
    for field in request.get("headers", {}).get("cookie") or ():
        cookies = field.get("value", "")
        # Most viewers have many cookies, and not ours.
        for pair in cookies.split(";") if COOKIE in cookies else ():
            name, equals, value = pair.strip().partition("=")
            # Without the sign it is the value of a cookie without a name.
            if name == COOKIE and equals:
                return value
    return ""


def _location(uri: str, query: str) -> str:
    """Return the path and query to redirect to, which never lead to another site."""
    from urllib.parse import quote  # noqa: PLC0415 -- slow to load, and few requests open the link

    # Browsers take "//host" and "/\host" for another site.
    path = "/" + quote(uri, safe="/%:@!$&'()*+,;=", errors="replace").lstrip("/")
    kept = quote(query, safe="/%:@!$&'()*+,;=?", errors="replace")
    return f"{path}?{kept}" if kept else path


def _redirect(location: str, token: str, seconds: int) -> Response:
    attributes = f"Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax"
    return {
        "status": "303",
        "statusDescription": "See Other",
        "headers": header_fields(
            {
                "cache-control": "no-store",
                "location": location,
                "referrer-policy": "no-referrer",
                "set-cookie": f"{COOKIE}={token}; {attributes}",
                "x-maintenance": "on",
            }
        ),
    }
