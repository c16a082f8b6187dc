"""
Render the maintenance responses, one for each language and media type. Pure.

Each is a 503 that caches must not store, with X-Maintenance, by which a front end tells maintenance
from an outage. Retry-After depends on the time of the request and is added later (`retry_after`).

Lambda@Edge lets a function set only some headers (doc: CloudFront Developer Guide,
edge-function-restrictions-all); CloudFront adds Content-Length.
"""

from __future__ import annotations

from types import MappingProxyType

from maintenance_edge.files import PackageError
from maintenance_edge.headers import header_fields
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.page import render_page, utc_for_people
from maintenance_edge.policy import content_security_policy
from maintenance_edge.problem import PROBLEM_FILE, problem_body, problem_media_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.event import Response
    from maintenance_edge.page import Page, PageParts
    from maintenance_edge.settings import Settings
    from maintenance_edge.texts import Text

# A response generated at viewer-request, headers included
# (doc: CloudFront Developer Guide, cloudfront-limits).
RESPONSE_LIMIT_BYTES: Final = 40_000

# The most that is added for a request: Retry-After and the CORS headers, whose Origin is shorter.
_ADDED_HEADERS_BYTES: Final = 2_000

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
        page_body, policy = render_page(page, parts, language, settings)
        bodies = {
            HTML: (f"{HTML}; charset=utf-8", language, page_body),
            # JSON has no charset parameter: it is always UTF-8 (RFC 8259, section 8.1).
            PROBLEM: (
                problem_media_type(problem),
                text_language,
                problem_body(text, settings.until, problem),
            ),
            TEXT: (f"{TEXT}; charset=utf-8", text_language, _plain_text(text, settings.until)),
        }
        for media_type, (content_type, tag, body) in bodies.items():
            page_policy = policy if media_type == HTML else content_security_policy("")
            response = _unavailable(content_type, tag, body, page_policy, settings)
            is_site_problem = problem and media_type == PROBLEM
            _check_size(response, PROBLEM_FILE if is_site_problem else page.label)
            responses[language, media_type] = response
    return responses


def _plain_text(text: Text, until: float | None) -> str:
    return "".join(
        f"{line}\n" for line in (text.title, text.message, utc_for_people(until)) if line
    )


def _unavailable(
    content_type: str, language: str, body: str, policy: str, settings: Settings
) -> Response:
    vary = "Accept, Accept-Language"
    headers = {
        "cache-control": "no-store",
        "content-language": language,
        "content-security-policy": policy,
        "content-type": content_type,
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
