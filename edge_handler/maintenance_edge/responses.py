"""
Render the maintenance responses, one for each language and media type. Pure.

Each is a 503 that caches must not store, with X-Maintenance, by which a front end tells maintenance
from an outage. Retry-After depends on the time of the request and is added later (`retry_after`).
A page's Content-Security-Policy allows its own styles and scripts, by hash, and requests to its own
site; nothing else.

    a placeholder              becomes
    -----------------------    -----------------------------------------------------------
    {{language}}               tag of the page's language
    {{title}} {{message}}      the texts of that language, escaped; no message in <script>
    {{until}}                  the end, as 2026-12-01T04:00:00Z; empty if unknown
    {{until_utc}}              the end for people, as 2026-12-01 04:00 UTC; empty if unknown
    {{retry_after_seconds}}    how long to wait before the next request
    {{style}} {{script}}       page.css and page.js, unchanged

Lambda@Edge lets a function set only some headers (doc: CloudFront Developer Guide,
edge-function-restrictions-all); CloudFront adds Content-Length.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import time
from types import MappingProxyType

from maintenance_edge.files import PackageError
from maintenance_edge.headers import header_fields
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.problem import PROBLEM_FILE, problem_body, utc_instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Final

    from maintenance_edge.event import Response
    from maintenance_edge.settings import Settings
    from maintenance_edge.texts import Text

# A response generated at viewer-request, headers included
# (doc: CloudFront Developer Guide, cloudfront-limits).
RESPONSE_LIMIT_BYTES: Final = 40_000

# The most that is added for a request: Retry-After and the CORS headers, whose Origin is shorter.
_ADDED_HEADERS_BYTES: Final = 2_000

# A <style> or <script> element with any attributes and case, outside of comments. What is not
# closed lasts until the end of the page, as in a browser; looking for its end again from each
# further "<!--" would take seconds.
STYLE_OR_SCRIPT: Final = re.compile(
    r"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(style|script)(?=[\s/>])(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|\Z)
      (.*?)(?:</\1(?=[\s/>])|\Z)
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)

# Or what is not closed, until the end of its line, for the same reason.
_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)(\}\}|$)", re.MULTILINE)

# As html.escape does; the module `html` would also load the names of 2,231 characters.
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)


class Page:
    """The page of one language; `label` is what messages call its file."""

    __slots__ = ("label", "template")

    def __init__(self, label: str, template: str) -> None:
        self.label: Final = label
        self.template: Final = template


class PageParts:
    """What all pages share: page.css and page.js."""

    __slots__ = ("script", "style")

    def __init__(self, style: str, script: str) -> None:
        self.style: Final = style
        self.script: Final = script


type Responses = Mapping[tuple[str, str], Response]


def render_responses(
    pages: Mapping[str, Page],
    parts: PageParts,
    settings: Settings,
    problem: Mapping[str, Any] = MappingProxyType({}),
) -> Responses:
    """
    Return the response for each language of `pages` and each media type.

    `problem` has the members that replace ours in the response for programs. Raise PackageError for
    an unknown or unsafe placeholder, or a response larger than CloudFront accepts.
    """
    responses: dict[tuple[str, str], Response] = {}
    for language, page in pages.items():
        # A page may be in a language without texts; its readers get the default ones.
        text_language = language if language in settings.texts else settings.default_language
        text = settings.text(language)
        bodies = {
            HTML: (language, render_page(page, parts, language, settings)),
            PROBLEM: (text_language, problem_body(text, settings.until, problem)),
            TEXT: (text_language, _plain_text(text, settings.until)),
        }
        for media_type, (tag, body) in bodies.items():
            response = _unavailable(media_type, tag, body, settings)
            is_site_problem = problem and media_type == PROBLEM
            _check_size(response, PROBLEM_FILE if is_site_problem else page.label)
            responses[language, media_type] = response
    return responses


def render_page(page: Page, parts: PageParts, language: str, settings: Settings) -> str:
    """Return the page with its placeholders filled; PackageError for an unknown or unsafe one."""
    text = settings.text(language)
    plain = {
        "language": language,
        "title": text.title,
        "message": text.message,
        "until": utc_instant(settings.until),
        "until_utc": _for_people(settings.until),
        "retry_after_seconds": str(settings.retry_after_seconds),
    }
    markup = {name: value.translate(_ESCAPES) for name, value in plain.items()}
    markup |= {"style": parts.style, "script": parts.script}
    found = {name for name, end in _PLACEHOLDER.findall(page.template) if end}
    unknown = sorted(found - markup.keys())
    if unknown:
        raise PackageError(
            f"{page.label} has the unknown placeholder {_in_braces(unknown)}: "
            f"use only {_in_braces(markup)}."
        )
    if any("{{message}}" in content for _, content in STYLE_OR_SCRIPT.findall(page.template)):
        raise PackageError(
            f"{page.label} has {{{{message}}}} in <style> or <script>, where a message would run "
            "as code of the site: put it into another element, and let the script read it there."
        )
    return _PLACEHOLDER.sub(lambda found: markup[found[1]] if found[2] else found[0], page.template)


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def content_security_policy(page: str) -> str:
    """Return the policy that allows the styles and scripts in `page`, and requests to its site."""
    return (
        f"default-src 'none'; style-src {_hashes('style', page)}; "
        f"script-src {_hashes('script', page)}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hashes(element: str, page: str) -> str:
    contents = (text for name, text in STYLE_OR_SCRIPT.findall(page) if name.lower() == element)
    digests = (hashlib.sha256(text.encode()).digest() for text in contents)
    encoded = (binascii.b2a_base64(digest, newline=False).decode() for digest in digests)
    return " ".join(f"'sha256-{each}'" for each in encoded) or "'none'"


def _plain_text(text: Text, until: float | None) -> str:
    return "".join(f"{line}\n" for line in (text.title, text.message, _for_people(until)) if line)


def _for_people(until: float | None) -> str:
    return "" if until is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(until))


def _unavailable(media_type: str, language: str, body: str, settings: Settings) -> Response:
    vary = "Accept, Accept-Language"
    headers = {
        "cache-control": "no-store",
        "content-language": language,
        "content-security-policy": content_security_policy(body if media_type == HTML else ""),
        # JSON has no charset parameter: it is always UTF-8 (RFC 8259, section 8.1).
        "content-type": PROBLEM if media_type == PROBLEM else f"{media_type}; charset=utf-8",
        "referrer-policy": "no-referrer",
        "vary": f"{vary}, Origin" if settings.allowed_origins.varies else vary,
        "x-content-type-options": "nosniff",
        "x-maintenance": "on",
    }
    return {
        "status": "503",
        "statusDescription": "Service Unavailable",
        "headers": header_fields(headers),
        "body": body,
        "bodyEncoding": "text",
    }


def _check_size(response: Response, label: str) -> None:
    fields = (
        f"{name}: {field['value']}\r\n"
        for name, values in response["headers"].items()
        for field in values
    )
    size = len("".join((*fields, response["body"])).encode()) + _ADDED_HEADERS_BYTES
    if size > RESPONSE_LIMIT_BYTES:
        raise PackageError(
            f"The response made from {label} can have {size} bytes with its headers, and "
            f"CloudFront accepts {RESPONSE_LIMIT_BYTES}: shorten the page or the message."
        )
