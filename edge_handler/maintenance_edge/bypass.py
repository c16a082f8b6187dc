"""
The bypass link and its signed cookie, which let a browser pass until the cookie expires.

The package must not hold the secret, because everyone with lambda:GetFunction reads it. It holds,
for each week of the next years, the end of a chain of SHA-256:

    seed of a week    HMAC-SHA256(secret, "maintenance bypass, week <number>")
    chain             seed, H(seed), H(H(seed)), ... H^168(seed), a step for each hour of the week
    anchor            H^168(seed): all that the package holds of that week
    cookie            "<expiry>.<link>": the hour of its end, H^(168 - hour of the week)(seed)
    valid             if H^(hour of the week)(link) is the anchor

The secret makes every cookie. The package makes none: that would take inverting SHA-256. A cookie
makes only cookies that end earlier in the same week. So this signs one number, the expiry, with the
standard library alone (docs/adr/0015).
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import operator
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from types import MappingProxyType

from maintenance_edge.files import PackageError
from maintenance_edge.headers import header_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from maintenance_edge.event import Request, Response

# The prefix makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis, section 4.1.3.2).
COOKIE: Final = "__Host-maintenance-bypass"
PARAMETER: Final = "maintenance-bypass"

HOUR_SECONDS: Final = 3_600
WEEK_HOURS: Final = 168

_LINK: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_COOKIE_VALUE: Final = re.compile(rf"([1-9][0-9]{{5,6}})\.({_LINK.pattern})")


class Bypass:
    """Verifies links and cookies: an anchor for each week since 1970, and a cookie's lifetime."""

    __slots__ = ("anchors", "lifetime_hours")

    def __init__(self, anchors: Mapping[int, bytes], lifetime_hours: int) -> None:
        self.anchors: Final = anchors
        self.lifetime_hours: Final = lifetime_hours

    def admits(self, request: Request, now: float) -> bool:
        """Return whether `request` has a cookie that is valid at `now` (Unix time)."""
        return self.is_valid(cookie_value(request), now)

    def is_valid(self, cookie: str, now: float) -> bool:
        """Return whether `cookie` is genuine and unexpired, and ends no later than one set now."""
        found = _COOKIE_VALUE.fullmatch(cookie) if cookie else None
        if not found:
            return False
        expiry = int(found[1])
        lasts = now < expiry * HOUR_SECONDS and expiry <= self.expiry(now)
        week, hour = week_and_hour(expiry)
        anchor = self.anchors.get(week)
        return lasts and anchor is not None and _leads_to(found[2], hour, anchor)

    def expiry(self, now: float) -> int:
        """Return the hour since 1970 at whose beginning a cookie set at `now` expires."""
        return int(now // HOUR_SECONDS) + 1 + self.lifetime_hours

    def link_response(self, request: Request, now: float) -> Response | None:
        """Return the cookie and redirect for a request of the genuine link, None for any other."""
        query = request.get("querystring", "")
        if PARAMETER not in query or request.get("method") not in {"GET", "HEAD"}:
            return None
        parameters = query.split("&")
        others = [text for text in parameters if not text.startswith(f"{PARAMETER}=")]
        secret = next((text for text in parameters if text not in others), "").partition("=")[2]
        expiry = self.expiry(now)
        cookie = sign(secret, expiry)
        if not self.is_valid(cookie, now):
            return None
        location = _location(request.get("uri", "/"), "&".join(others))
        return _redirect(location, cookie, int(expiry * HOUR_SECONDS - now))


def parse_anchors(text: str) -> Mapping[int, bytes]:
    """
    Return the anchors in `bypass.json` by week: one for `first_week`, and one for each week after.

    Raise PackageError if `site-maintenance bypass prepare` did not write it.
    """
    try:
        values = json.loads(text)
        first_week = operator.index(values["first_week"])
        anchors = [_read_anchor(link) for link in values["anchors"]]
    except (ValueError, KeyError, TypeError) as error:
        raise PackageError(
            f"bypass.json is not valid ({error!r}): run `site-maintenance bypass prepare` again."
        ) from error
    return MappingProxyType(dict(enumerate(anchors, first_week)))


def _read_anchor(link: str) -> bytes:
    if not _LINK.fullmatch(link):
        raise ValueError(f"{link!r} is not an anchor")
    return urlsafe_b64decode(f"{link}=")


def sign(secret: str, expiry: int) -> str:
    """Return the cookie that ends at the hour `expiry`, counted from 1970."""
    week, hour = week_and_hour(expiry)
    link = chain(seed(secret, week), WEEK_HOURS - hour)
    return f"{expiry}.{urlsafe_b64encode(link).rstrip(b'=').decode()}"


def anchor(secret: str, week: int) -> bytes:
    """Return the end of the chain of a week, which the package holds."""
    return chain(seed(secret, week), WEEK_HOURS)


def seed(secret: str, week: int) -> bytes:
    """Return the beginning of the chain of a week; no week's seed reveals another's."""
    text = f"maintenance bypass, week {week}"
    return hmac.digest(secret.encode(errors="surrogatepass"), text.encode(), "sha256")


def chain(link: bytes, steps: int) -> bytes:
    """Return the link that is `steps` steps after `link`."""
    for _ in range(steps):
        link = hashlib.sha256(link).digest()
    return link


def week_and_hour(expiry: int) -> tuple[int, int]:
    """Return the week that the hour `expiry` ends in, and which of its hours it is, 1 to 168."""
    week, hour = divmod(expiry - 1, WEEK_HOURS)
    return week, hour + 1


def cookie_value(request: Request) -> str:
    """
    Return the value of our cookie in `request`, "" if there is none.

    Browsers hold one cookie of a `__Host-` name. If there are more, only the first counts, or one
    request could cost many chains.
    """
    fields = request.get("headers", {}).get("cookie")
    if not fields:
        return ""
    pairs = (pair.strip() for field in fields for pair in field.get("value", "").split(";"))
    return next((pair.partition("=")[2] for pair in pairs if pair.startswith(f"{COOKIE}=")), "")


@functools.lru_cache(maxsize=256)
def _leads_to(link: str, steps: int, anchor: bytes) -> bool:
    return hmac.compare_digest(chain(urlsafe_b64decode(f"{link}="), steps), anchor)


def _location(uri: str, query: str) -> str:
    """Return the path and query to redirect to, which never lead to another site."""
    from urllib.parse import quote  # noqa: PLC0415 -- slow to load, and few requests open the link

    # Browsers take "//host" and "/\host" for another site.
    path = "/" + quote(uri, safe="/%:@!$&'()*+,;=", errors="replace").lstrip("/")
    kept = quote(query, safe="/%:@!$&'()*+,;=?", errors="replace")
    return f"{path}?{kept}" if kept else path


def _redirect(location: str, cookie: str, seconds: int) -> Response:
    attributes = f"Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax"
    return {
        "status": "303",
        "statusDescription": "See Other",
        "headers": header_fields(
            {
                "cache-control": "no-store",
                "location": location,
                "referrer-policy": "no-referrer",
                "set-cookie": f"{COOKIE}={cookie}; {attributes}",
                "x-maintenance": "on",
            }
        ),
    }
