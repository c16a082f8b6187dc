# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Write the answers that callers get during maintenance, one for each language and media type. Pure.

All are 503, are never stored, and say X-Maintenance, so that a front end can tell maintenance from
an outage. Retry-After is not in them: it depends on the instant (`retry_after`). The page may use
its own styles and scripts, by hash, and ask its own site whether it is back; nothing else at all.

    a page may hold            which becomes
    -----------------------    -----------------------------------------------------------
    {{language}}               tag of the page's language
    {{title}} {{message}}      the texts of that language, escaped; no message within <script>
    {{until}}                  when it ends, as 2026-12-01T04:00:00Z; empty if unknown
    {{until_utc}}              the same for people, as 2026-12-01 04:00 UTC; empty if unknown
    {{retry_after_seconds}}    how long to wait before looking again
    {{style}} {{script}}       page.css and page.js, as they are

Only headers that Lambda@Edge lets a function set appear (doc: CloudFront Developer Guide,
edge-function-restrictions-all); Content-Length is CloudFront's to write.
"""

from __future__ import annotations

import binascii
import hashlib
import math
import re
import time
from types import MappingProxyType

from headers import header_fields
from negotiation import HTML, PROBLEM, TEXT
from problem import OWN_PROBLEM, problem_body, utc_instant
from text_files import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Final

    from cloudfront_event import Response
    from page_settings import PageSettings, Text

# A response generated at viewer-request, headers included
# (doc: CloudFront Developer Guide, cloudfront-limits).
RESPONSE_LIMIT_BYTES: Final = 40_000

# What a request can add: Retry-After and the headers of CORS, whose Origin is no longer than this.
ADDED_HEADERS_BYTES: Final = 2_000

# An element of the page, whatever its attributes and case; what is in a comment is none.
STYLE_OR_SCRIPT: Final = re.compile(
    r"""<!--.*?-->|<(style|script)(?=[\s/>])(?:[^>"']|"[^"]*"|'[^']*')*+>(.*?)</\1(?=[\s/>])""",
    re.DOTALL | re.IGNORECASE,
)

_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)\}\}")

# What html.escape writes; the module `html` also loads the names of 2,231 characters.
_ESCAPED: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)


class Page:
    """The page of one language as its file has it, with the name of that file for messages."""

    __slots__ = ("file_name", "template")

    def __init__(self, file_name: str, template: str) -> None:
        self.file_name: Final = file_name
        self.template: Final = template


class PageParts:
    """What all pages share: page.css and page.js."""

    __slots__ = ("script", "style")

    def __init__(self, style: str, script: str) -> None:
        self.style: Final = style
        self.script: Final = script


type Answers = Mapping[tuple[str, str], Response]


def write_answers(
    pages: Mapping[str, Page],
    parts: PageParts,
    settings: PageSettings,
    problem: Mapping[str, Any] = MappingProxyType({}),
) -> Answers:
    """
    Return the answer for each language and media type; `pages` has one for each language.

    `problem` are the members that the site's owner wants in the answer for programs. Raise
    SettingsError for an unknown placeholder, or an answer larger than CloudFront accepts.
    """
    answers: dict[tuple[str, str], Response] = {}
    for language, page in pages.items():
        # A page may be in a language that the texts are not in.
        spoken = language if language in settings.texts else settings.language
        text = settings.text(language)
        bodies = {
            HTML: (language, render_page(page, parts, language, settings)),
            PROBLEM: (spoken, problem_body(text, settings.until, problem)),
            TEXT: (spoken, _plain_text(text, settings.until)),
        }
        for media_type, (tag, body) in bodies.items():
            answer = _unavailable(media_type, tag, body, settings)
            is_own_problem = problem and media_type == PROBLEM
            _check_size(answer, OWN_PROBLEM if is_own_problem else page.file_name)
            answers[language, media_type] = answer
    return answers


def retry_after(settings: PageSettings, now: float) -> str:
    """Return the seconds from `now` (Unix time) to the end; the default if unknown or over."""
    if settings.until is None or settings.until <= now:
        return str(settings.retry_after_seconds)
    return str(math.ceil(settings.until - now))


def render_page(page: Page, parts: PageParts, language: str, settings: PageSettings) -> str:
    """Return the page with every placeholder filled; SettingsError for an unknown or unsafe one."""
    text = settings.text(language)
    plain = {
        "language": language,
        "title": text.title,
        "message": text.message,
        "until": utc_instant(settings.until),
        "until_utc": _for_people(settings.until),
        "retry_after_seconds": str(settings.retry_after_seconds),
    }
    markup = {name: value.translate(_ESCAPED) for name, value in plain.items()}
    markup |= {"style": parts.style, "script": parts.script}
    unknown = sorted(set(_PLACEHOLDER.findall(page.template)) - markup.keys())
    if unknown:
        raise SettingsError(
            f"{page.file_name} has the placeholder {_written(unknown)}, which nothing fills: "
            f"use only {_written(markup)}."
        )
    if any("{{message}}" in text for _, text in STYLE_OR_SCRIPT.findall(page.template)):
        raise SettingsError(
            f"{page.file_name} has {{{{message}}}} within <style> or <script>, where a message "
            "would run as the site's own: put it into an element, and let the script read it there."
        )
    return _PLACEHOLDER.sub(lambda found: markup[found[1]], page.template)


def _written(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def content_security_policy(page: str) -> str:
    """Return the policy under which `page` may use its own styles and scripts, and ask its site."""
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


def _unavailable(media_type: str, language: str, body: str, settings: PageSettings) -> Response:
    varies = "Accept, Accept-Language"
    headers = {
        "cache-control": "no-store",
        "content-language": language,
        "content-security-policy": content_security_policy(body if media_type == HTML else ""),
        # JSON has no charset parameter: it is always UTF-8 (RFC 8259, section 8.1).
        "content-type": PROBLEM if media_type == PROBLEM else f"{media_type}; charset=utf-8",
        "referrer-policy": "no-referrer",
        "vary": f"{varies}, Origin" if settings.allowed_origins.varies else varies,
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


def _check_size(answer: Response, file_name: str) -> None:
    fields = (
        f"{name}: {field['value']}\r\n"
        for name, values in answer["headers"].items()
        for field in values
    )
    size = len("".join((*fields, answer["body"])).encode()) + ADDED_HEADERS_BYTES
    if size > RESPONSE_LIMIT_BYTES:
        raise SettingsError(
            f"The answer of {file_name} can take {size} bytes with its headers, and CloudFront "
            f"accepts {RESPONSE_LIMIT_BYTES}: shorten the page or the message."
        )
