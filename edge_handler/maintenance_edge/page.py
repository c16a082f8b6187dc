"""
Fill the placeholders of a page for one language. Pure.

    a placeholder              becomes
    -----------------------    -----------------------------------------------------------
    {{language}}               tag of the page's language
    {{title}} {{message}}      the texts of that language, escaped; no message as code
    {{until}}                  the end, as 2026-12-01T04:00:00Z; empty if unknown
    {{until_utc}}              the end for people, as 2026-12-01 04:00 UTC; empty if unknown
    {{retry_after_seconds}}    how long to wait before the next request
    {{style}} {{script}}       page.css and page.js, unchanged
"""

from __future__ import annotations

import re
import time

from maintenance_edge.files import PackageError
from maintenance_edge.policy import MessageAsCode, content_security_policy
from maintenance_edge.problem import utc_instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

    from maintenance_edge.settings import Settings

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


def render_page(page: Page, parts: PageParts, language: str, settings: Settings) -> tuple[str, str]:
    """
    Return the page with its placeholders filled, and its Content-Security-Policy.

    Raise PackageError for an unknown placeholder, or a message that would be code.
    """
    markup = _markup(parts, language, settings)
    found = {name for name, end in _PLACEHOLDER.findall(page.template) if end}
    unknown = sorted(found - markup.keys())
    if unknown:
        raise PackageError(
            f"{page.label} has the unknown placeholder {_in_braces(unknown)}: "
            f"use only {_in_braces(markup)}."
        )
    # So a message has no part in the policy.
    without_message = _fill(page.template, {**markup, "message": "{{message}}"})
    try:
        policy = content_security_policy(without_message, settings.page_sources)
    except MessageAsCode as error:
        raise PackageError(
            f"{page.label} has {{{{message}}}} in <style>, <script>, style= or onclick=, where a "
            "message would run as code of the site: put it into another element, and let the "
            "script read it there."
        ) from error
    return _fill(page.template, markup), policy


def _markup(parts: PageParts, language: str, settings: Settings) -> dict[str, str]:
    """Return what each placeholder becomes."""
    text = settings.text(language)
    plain = {
        "language": language,
        "title": text.title,
        "message": text.message,
        "until": utc_instant(settings.until),
        "until_utc": utc_for_people(settings.until),
        "retry_after_seconds": str(settings.retry_after_seconds),
    }
    markup = {name: value.translate(_ESCAPES) for name, value in plain.items()}
    return {**markup, "style": parts.style, "script": parts.script}


def _fill(template: str, markup: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: markup[found[1]] if found[2] else found[0], template)


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def utc_for_people(until: float | None) -> str:
    """Return Unix time as 2026-12-01 04:00 UTC; "" for None."""
    return "" if until is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(until))
