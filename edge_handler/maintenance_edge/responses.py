"""
Render the maintenance responses, one for each language and media type. Pure.

Each is a 503 that caches must not store, with X-Maintenance, by which a front end knows maintenance
from an outage. Retry-After depends on the time of the request and is added later (`retry_after`).

Lambda@Edge lets a function set only some headers (doc: CloudFront Developer Guide,
edge-function-restrictions-all); CloudFront adds Content-Length.
"""

from __future__ import annotations

from types import MappingProxyType

from maintenance_edge.files import PackageError
from maintenance_edge.headers import header_fields
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.page import render_page
from maintenance_edge.policy import write_policy
from maintenance_edge.problem import PROBLEM_FILE, problem_body, problem_media_type
from maintenance_edge.retry_after import utc_for_people

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Final, Self

    from maintenance_edge.brand import Brand
    from maintenance_edge.event import Response
    from maintenance_edge.page import Page, PageParts, RenderedPage
    from maintenance_edge.settings import Settings
    from maintenance_edge.texts import Text

# A response generated at viewer-request, headers included
# (doc: CloudFront Developer Guide, cloudfront-limits).
RESPONSE_LIMIT_BYTES: Final = 40_000

# The most that is added for a request: Retry-After and the CORS headers, whose Origin is shorter.
_ADDED_HEADERS_BYTES: Final = 2_000

_NO_PAGE: Final = write_policy()


class Responses(dict["tuple[str, str]", "Response"]):
    """The responses by language and media type; each is rendered when it is first looked up."""

    __slots__ = ("_render", "languages")

    def __init__(self, languages: Iterable[str], render: Callable[[str, str], Response]) -> None:
        super().__init__()
        self.languages: Final = tuple(languages)
        self._render: Final = render

    def __missing__(self, key: tuple[str, str]) -> Response:
        """Render a response and keep it; raise PackageError if that has an error."""
        response = self[key] = self._render(*key)
        return response

    def render_all(self) -> Self:
        """Render every response; raise PackageError if one has an error."""
        for language in self.languages:
            for media_type in (HTML, PROBLEM, TEXT):
                self[language, media_type]
        return self


def prepare_responses(
    pages: Mapping[str, Page],
    parts: PageParts,
    settings: Settings,
    problem: Mapping[str, Any] = MappingProxyType({}),
    *,
    is_overdue: bool = False,
) -> Responses:
    """
    Return the response for each language of `pages` and each media type, not yet rendered.

    `problem` has the members that replace ours in the response for programs. If the end has passed,
    and so `is_overdue`, no response shows it. A response has an error if its page shows a text that
    is missing, or a message as code, or if it is larger than CloudFront accepts.
    """
    until = None if is_overdue else settings.until

    def render(language: str, media_type: str) -> Response:
        label = pages[language].label
        if media_type == PROBLEM:
            return _problem_response(label, language, settings, until, problem)
        if media_type == TEXT:
            return _text_response(label, language, settings, until)
        page = render_page(pages[language], parts, language, settings, is_overdue=is_overdue)
        return _page_response(label, language, settings, page)

    return Responses(pages, render)


def _page_response(label: str, language: str, settings: Settings, page: RenderedPage) -> Response:
    headers = _headers(f"{HTML}; charset=utf-8", language, settings)
    own = {"content-security-policy": page.policy, "etag": f'"{page.version}"'}
    return _unavailable(label, headers | own, page.body)


# A page may be in a language without texts, so JSON and text can be in another one.
def _problem_response(
    label: str, language: str, settings: Settings, until: float | None, problem: Mapping[str, Any]
) -> Response:
    # JSON has no charset parameter: it is always UTF-8 (RFC 8259, section 8.1).
    media_type = problem_media_type(problem)
    headers = _headers(media_type, settings.text_language(language), settings)
    body = problem_body(settings.text(language), until, problem)
    return _unavailable(PROBLEM_FILE if problem else label, headers, body)


def _text_response(label: str, language: str, settings: Settings, until: float | None) -> Response:
    headers = _headers(f"{TEXT}; charset=utf-8", settings.text_language(language), settings)
    body = _plain_text(settings.text(language), until, settings.brand, language)
    return _unavailable(label, headers, body)


def _plain_text(text: Text, until: float | None, brand: Brand | None, language: str) -> str:
    lines = [text.title, text.message, utc_for_people(until)]
    if brand:
        lines += [brand.text("status_url", language), brand.text("contact", language)]
    return "".join(f"{line}\n" for line in lines if line)


def _headers(content_type: str, language: str, settings: Settings) -> dict[str, str]:
    vary = "Accept, Accept-Language"
    return {
        "cache-control": "no-store",
        "content-language": language,
        "content-security-policy": _NO_PAGE,
        "content-type": content_type,
        "referrer-policy": "no-referrer",
        "vary": f"{vary}, Origin" if settings.allowed_origins.varies else vary,
        "x-content-type-options": "nosniff",
        "x-maintenance": "on",
    }


def _unavailable(label: str, headers: dict[str, str], body: str) -> Response:
    """Return a response; raise PackageError, which calls its source `label`, if it is too large."""
    response: Response = {
        "status": "503",
        "statusDescription": "Service Unavailable",
        "headers": header_fields(headers),
        "body": body,
        "bodyEncoding": "text",
    }
    _check_size(response, label)
    return response


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
            f"CloudFront accepts {RESPONSE_LIMIT_BYTES}: shorten the page, its logo or the message."
        )
