"""
Let scripts of other origins read the response (Fetch standard, CORS protocol). Pure.

    configured origin          allows                                      credentials
    -----------------------    ----------------------------------------    -----------
    https://app.example.com    that origin                                 yes
    https://*.example.com      every name below example.com, not itself    yes
    capacitor://localhost      the app of that scheme: any scheme          yes
    *                          every origin                                never

A maintenance response holds nothing private, so named origins may send cookies; otherwise a `fetch`
with credentials could not read it. A preflight succeeds, or the browser would hide the 503 of the
real request. Browsers do not cache it, because the site's own answer to a preflight may differ.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from maintenance_edge.headers import header, header_fields
from maintenance_edge.rules import each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from maintenance_edge.event import Request, Response
    from maintenance_edge.rules import Rules

_EXPOSED_HEADERS: Final = "Retry-After, X-Maintenance"

# As browsers send it: scheme://host[:port], in lower case, without path (doc: HTML standard, ASCII
# serialisation of an origin); the first label may be the wildcard. Compiled at its first use, as
# most sites name none, and compiling it takes a tenth of a cold start.
_ORIGIN: Final = r"[a-z][a-z0-9+.-]*://(?:(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"

# A list of tokens (RFC 9110, section 5.6.2), short enough to send back. Compiled at the first
# preflight.
_TOKENS: Final = r"[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*"
_LONGEST_ECHO: Final = 2_000

# A name has at most 253 characters (RFC 1035, section 2.3.4); the rest is scheme and port.
_LONGEST_ORIGIN: Final = 280


class AllowedOrigins:
    """
    The origins whose scripts may read the response; `expression` matches a whole Origin header.

    `varies` is whether the response depends on the origin.
    """

    __slots__ = ("everyone", "expression", "varies")

    def __init__(self, expression: re.Pattern[str], *, everyone: bool, varies: bool) -> None:
        self.expression: Final = expression
        self.everyone: Final = everyone
        self.varies: Final = varies

    def headers(self, request: Request) -> dict[str, str]:
        """Return the CORS headers for the response; {} if the origin is absent or not allowed."""
        origin = header(request, "origin")
        if not origin or len(origin) > _LONGEST_ORIGIN:
            return {}
        if self.expression.fullmatch(origin):
            return {
                "access-control-allow-origin": origin,
                "access-control-allow-credentials": "true",
                "access-control-expose-headers": _EXPOSED_HEADERS,
            }
        if self.everyone:
            return {
                "access-control-allow-origin": "*",
                "access-control-expose-headers": _EXPOSED_HEADERS,
            }
        return {}


def allowed_origins(origins: Iterable[str]) -> AllowedOrigins:
    """Return the configured origins; each is `*` or matches the rule."""
    named = [origin for origin in origins if origin != "*"]
    alternatives = (
        re.escape(origin).replace(r"://\*\.", r"://(?:[a-z0-9-]+\.)+") for origin in named
    )
    return AllowedOrigins(
        expression=re.compile("|".join(alternatives) or r"(?!)"),
        everyone="*" in origins,
        varies=bool(named),
    )


def is_preflight(request: Request) -> bool:
    """Return whether a browser asks for permission before the real request."""
    return request.get("method") == "OPTIONS" and bool(
        header(request, "access-control-request-method")
    )


def preflight_response(request: Request, cors_headers: dict[str, str]) -> Response:
    """
    Return the response that allows what the preflight asks for; `cors_headers` are its origin's.

    It repeats the names from the request, since `*` is an ordinary name when credentials are sent.
    Names that are not tokens, or too long to send back, are not allowed.
    """
    requested = {
        "access-control-allow-methods": header(request, "access-control-request-method"),
        "access-control-allow-headers": header(request, "access-control-request-headers"),
    }
    allowed = {
        name: names
        for name, names in requested.items()
        if len(names) <= _LONGEST_ECHO and re.fullmatch(_TOKENS, names, re.ASCII)
    }
    headers = {
        **cors_headers,
        **allowed,
        "access-control-max-age": "0",
        "cache-control": "no-store",
        "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        "x-maintenance": "on",
    }
    # No body: CloudFront answers 502 for a 204 with one
    # (doc: CloudFront Developer Guide, lambda-generating-http-responses).
    return {"status": "204", "statusDescription": "No Content", "headers": header_fields(headers)}


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and bool(value == "*" or re.fullmatch(_ORIGIN, value))


CORS_RULES: Final[Rules] = MappingProxyType(
    {
        "cors_origins": (
            each(_is_origin),
            (
                'a list of origins as browsers send them, such as "https://app.example.com", '
                '"https://*.example.com", "capacitor://localhost" or "*"'
            ),
        ),
    }
)
