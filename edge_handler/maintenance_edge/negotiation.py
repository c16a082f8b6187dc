"""
Choose media type and language of a response by what the caller accepts (RFC 9110, 12.5). Pure.

    the caller prefers           gets
    -------------------------    ---------------------------------------
    text/html, xhtml             the page
    any JSON, or */*             application/problem+json (RFC 9457)
    text/plain                   text
    nothing of these             application/problem+json

Browsers name text/html when a person navigates; `fetch`, curl and monitors send `*/*`.
"""

from __future__ import annotations

import functools
from types import MappingProxyType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
TEXT: Final = "text/plain"

# Between equally preferred types, the first one wins.
MEDIA_TYPES: Final = (PROBLEM, HTML, TEXT)

# Clients send far shorter headers; reading more would only cost time.
_READ_CHARACTERS: Final = 1_000

# Java's URLConnection sends "*" for "*/*".
_ALIASES: Final = MappingProxyType(
    {"application/json": PROBLEM, "application/xhtml+xml": HTML, "*": "*/*"}
)


def preferred_media_type(accept: str) -> str:
    """
    Return which of MEDIA_TYPES a caller with this Accept header prefers ("" if it is absent).

    The weight of the most specific matching range counts; among equal weights the more specifically
    named type wins, then the order of MEDIA_TYPES. Unreadable elements and all but the first 1,000
    characters are ignored, so every text has a result.
    """
    return _media_type(accept[:_READ_CHARACTERS])


@functools.lru_cache(maxsize=256)
def _media_type(accept: str) -> str:
    weights: dict[str, float] = {}
    for media_range, weight in _weighted(accept):
        is_json = media_range.endswith("+json")
        name = PROBLEM if is_json else _ALIASES.get(media_range, media_range)
        weights[name] = max(weight, weights.get(name, 0.0))
    return max(MEDIA_TYPES, key=lambda media_type: _preference(media_type, weights))


def _preference(media_type: str, weights: dict[str, float]) -> tuple[float, int]:
    """Return the weight of `media_type` and how specifically it was named; (0, 0) if refused."""
    group = media_type.partition("/")[0]
    for specificity, media_range in ((2, media_type), (1, f"{group}/*"), (0, "*/*")):
        if media_range in weights:
            weight = weights[media_range]
            return (weight, specificity) if weight else (0.0, 0)
    return (0.0, 0)


def preferred_language(accept_language: str, languages: tuple[str, ...]) -> str:
    """
    Return which of `languages` (lowercase tags, the default first) a caller prefers.

    This is the lookup of RFC 4647, section 3.4: ranges of higher weight come first, and each is
    shortened from its end until it is one of `languages`. `*`, or no match, gives the default.
    All but the first 1,000 characters are ignored.
    """
    return _language(accept_language[:_READ_CHARACTERS], languages)


@functools.lru_cache(maxsize=256)
def _language(accept_language: str, languages: tuple[str, ...]) -> str:
    accepted = [element for element in _weighted(accept_language) if element[1] > 0]
    for language_range, _ in sorted(accepted, key=lambda element: -element[1]):
        if language_range == "*":
            break
        tag = language_range
        while tag:
            if tag in languages:
                return tag
            tag = tag.rpartition("-")[0]
    return languages[0]


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """Yield the names in a weighted list, lowercase, with their weights; skip unreadable ones."""
    for element in header.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        given = [part[2:] for part in parameters if part.startswith("q=")]
        weight = given[0] if given else "1"
        if name and _is_weight(weight):
            yield name, float(weight)


def _is_weight(text: str) -> bool:
    """Return whether this is a number from 0 to 1, also as 1.0, 0. or .5."""
    # Compiling an expression for this takes longer than all of its uses in a cold start.
    whole, _, decimals = text.partition(".")
    if whole == "1":
        return not decimals.strip("0")
    is_number = decimals.isascii() and decimals.isdigit()
    return (whole == "0" and not decimals) or (whole in {"", "0"} and is_number)
