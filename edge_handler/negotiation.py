# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Choose media type and language of an answer by what the caller accepts (RFC 9110, 12.5). Pure.

    the caller likes best        gets
    -------------------------    ---------------------------------------
    text/html, xhtml             the page
    JSON of any kind, or */*     application/problem+json (RFC 9457)
    text/plain                   text
    nothing of these             application/problem+json

Browsers ask for text/html by name when a person navigates; `*/*` is what `fetch`, curl and
monitors send.
"""

from __future__ import annotations

import functools
import re
from types import MappingProxyType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
TEXT: Final = "text/plain"

# In the order that decides between equals.
MEDIA_TYPES: Final = (PROBLEM, HTML, TEXT)

# What a client of its own accord sends is far shorter; to read more would only cost time.
_READ_CHARACTERS: Final = 1_000

_WEIGHT: Final = re.compile(r"0(?:\.\d*)?|1(?:\.0*)?|\.\d+", re.ASCII)

# "*" alone stands for "*/*" in the header that Java's URLConnection sends.
_SAME_AS: Final = MappingProxyType(
    {"application/json": PROBLEM, "application/xhtml+xml": HTML, "*": "*/*"}
)


def preferred_media_type(accept: str) -> str:
    """
    Return which of MEDIA_TYPES a caller with this Accept header likes best ("" where it is absent).

    The weight of the most specific matching range counts; among equal weights the type that was
    named more specifically, then the order of MEDIA_TYPES. Every text has an answer: what cannot be
    read is skipped, and what follows the first 1,000 characters is not read.
    """
    return _media_type(accept[:_READ_CHARACTERS])


@functools.lru_cache(maxsize=256)
def _media_type(accept: str) -> str:
    weights: dict[str, float] = {}
    for media_range, weight in _weighted(accept):
        same = PROBLEM if media_range.endswith("+json") else _SAME_AS.get(media_range, media_range)
        weights[same] = max(weight, weights.get(same, 0.0))
    return max(MEDIA_TYPES, key=lambda media_type: _liking(media_type, weights))


def _liking(media_type: str, weights: dict[str, float]) -> tuple[float, int]:
    """Return the weight of `media_type` and how specifically it was named; (0, 0) if refused."""
    group = media_type.partition("/")[0]
    for specificity, media_range in ((2, media_type), (1, f"{group}/*"), (0, "*/*")):
        if media_range in weights:
            weight = weights[media_range]
            return (weight, specificity) if weight else (0.0, 0)
    return (0.0, 0)


def preferred_language(accept_language: str, languages: tuple[str, ...]) -> str:
    """
    Return which of `languages` (lowercase tags, the default first) an Accept-Language header wants.

    This is the lookup of RFC 4647, section 3.4: a range is shortened from the end until it is one
    of ours, ranges of higher weight first; `*`, and what none of ours answers, is the default. What
    follows the first 1,000 characters is not read.
    """
    return _language(accept_language[:_READ_CHARACTERS], languages)


@functools.lru_cache(maxsize=256)
def _language(accept_language: str, languages: tuple[str, ...]) -> str:
    accepted = [element for element in _weighted(accept_language) if element[1] > 0]
    for language_range, _ in sorted(accepted, key=lambda element: -element[1]):
        if language_range == "*":
            break
        while language_range:
            if language_range in languages:
                return language_range
            language_range = language_range.rpartition("-")[0]  # noqa: PLW2901 -- shortened in place, as the RFC words it
    return languages[0]


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """Yield the elements of a weighted list, lowercase, but for those of unreadable weight."""
    for element in header.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        given = [part[2:] for part in parameters if part.startswith("q=")]
        weight = given[0] if given else "1"
        if name and _WEIGHT.fullmatch(weight):
            yield name, float(weight)
