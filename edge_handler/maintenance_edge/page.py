"""
Fill the placeholders of a page for one language. Pure.

    a placeholder                becomes
    -------------------------    -------------------------------------------------------------------
    {{language}} {{dir}}         tag of the page's language; ltr, or rtl
    {{title}} {{heading}}        the title, with the name of a brand; the title without it
    {{message}}                  the message as text; not as code
    {{message_html}}             the message with its https addresses as links; not in a tag
    {{until}}                    the end, as 2026-12-01T04:00:00Z; empty if unknown or passed
    {{until_utc}}                the end for people, as 2026-12-01 04:00 UTC; empty as well
    {{is_overdue}}               "true" if the end has passed; else empty
    {{retry_after_seconds}}      how long to wait before the next request
    {{version}}                  8 characters that change with the page; the ETag of the response
    {{planned_end}} ...          a text of that language (texts.py)
    {{name}} {{status_url}}      of the brand, as text; empty if there is none
    {{contact}}
    {{brand}} {{links}}          logo and name, or a clock; links to status page and contact
    {{icon}}                     the icon of the tab, so that none is requested
    {{style}} {{script}}         page.css with the brand's colours, and page.js
"""

from __future__ import annotations

import re

from maintenance_edge.digest import sha256
from maintenance_edge.files import PackageError
from maintenance_edge.policy import policy_of_our_page
from maintenance_edge.retry_after import utc_for_people, utc_instant
from maintenance_edge.texts import PHRASES, direction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

    from maintenance_edge.settings import Settings
    from maintenance_edge.texts import Text

# Or what is not closed, until the end of its line: looking for its end again from each further "{{"
# would take seconds.
_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)(\}\}|$)", re.MULTILINE)

PLACEHOLDERS: Final = (
    "language", "dir", "title", "heading", "message", "message_html", "until", "until_utc",
    "is_overdue", "retry_after_seconds", "version", *PHRASES, "name", "status_url", "contact",
    "brand", "links", "icon", "style", "script",
)  # fmt: skip

# As html.escape does; the module `html` would also load the names of 2,231 characters, and
# str.translate is slow for texts that are not ASCII.
_ESCAPES: Final = (
    ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"),
)  # fmt: skip

CLOCK: Final = (
    '<svg class="clock" viewBox="0 0 56 56" fill="none" stroke="currentColor" stroke-width="3" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    '<circle cx="28" cy="28" r="24"/><path d="M28 15v13l9 6"/></svg>'
)

ICON_COLOR: Final = "%235b78e5"
CLOCK_ICON: Final = (
    '<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 '
    f"viewBox=%220 0 56 56%22 fill=%22none%22 stroke=%22{ICON_COLOR}%22 stroke-width=%225%22 "
    "stroke-linecap=%22round%22%3E%3Ccircle cx=%2228%22 cy=%2228%22 r=%2224%22/%3E"
    '%3Cpath d=%22M28 15v13l9 6%22/%3E%3C/svg%3E">'
)

_VERSION_CHARACTERS: Final = 8

# SHA-256 of defaults/page.html as we ship it, without anything that a site's owner changed.
OUR_PAGE: Final = "38ff7c2c3318b698cff95a3ee2d57ad4f75d3d3ad7927b2a6728eaeb6ff31112"


class Page:
    """
    The page of one language; `label` is what messages call its file.

    Raises PackageError for an unknown placeholder, or a link where none can be.
    """

    __slots__ = ("_pieces", "is_ours", "label", "template")

    def __init__(self, label: str, template: str) -> None:
        self.label: Final = label
        self.template: Final = template
        self.is_ours: Final = _sha256(template) == OUR_PAGE
        self._pieces: Final = _pieces(template)
        names = set(self._pieces[1::2])
        unknown = sorted(names - set(PLACEHOLDERS))
        if unknown:
            raise PackageError(
                f"{label} has the unknown placeholder {_in_braces(unknown)}: "
                f"use only {_in_braces(PLACEHOLDERS)}."
            )
        if "message_html" in names and _is_in_tag("{{message_html}}", template):
            raise PackageError(
                f"{label} has {{{{message_html}}}} in a tag or in <title>, where a link cannot be: "
                "use {{message}} there."
            )

    def fill(self, markup: Mapping[str, str], language: str) -> str:
        """Return the page with markup in place of its placeholders; PackageError if some lacks."""
        pieces = self._pieces.copy()
        try:
            pieces[1::2] = [markup[name] for name in pieces[1::2]]
        except KeyError as error:
            raise PackageError(
                f"{self.label} shows the text {error}, and 'texts' has none in {language!r}: add "
                "it to page/settings.json."
            ) from error
        return "".join(pieces)


class PageParts:
    """What all pages share: page.css and page.js."""

    __slots__ = ("script", "style")

    def __init__(self, style: str, script: str) -> None:
        self.style: Final = style
        self.script: Final = script


class RenderedPage:
    """A page with its placeholders filled, its Content-Security-Policy, and its version."""

    __slots__ = ("body", "policy", "version")

    def __init__(self, body: str, policy: str, version: str) -> None:
        self.body: Final = body
        self.policy: Final = policy
        self.version: Final = version


def render_page(
    page: Page, parts: PageParts, language: str, settings: Settings, *, is_overdue: bool = False
) -> RenderedPage:
    """Return the page in a language; PackageError if a text lacks, or a message would be code."""
    markup = _markup(parts, language, settings, is_overdue=is_overdue)
    version = _sha256(page.fill(markup, language))[:_VERSION_CHARACTERS]
    body = page.fill({**markup, "version": version}, language)
    brand = settings.brand
    if page.is_ours and not (brand and brand.inline_logos()):
        has_image = "data:" in markup["brand"] + markup["icon"]
        policy = policy_of_our_page(markup["style"], markup["script"], has_image=has_image)
    else:
        policy = _policy(page, {**markup, "version": version}, language, settings)
    return RenderedPage(body, policy, version)


def _policy(page: Page, markup: Mapping[str, str], language: str, settings: Settings) -> str:
    from maintenance_edge.page_policy import (  # noqa: PLC0415 -- our own page does without
        MessageAsCode,
        content_security_policy,
    )

    # So a message has no part in the policy.
    message = {"message": "{{message}}", "message_html": "{{message}}"}
    without_message = page.fill({**markup, **message}, language)
    try:
        return content_security_policy(without_message, settings.page_sources)
    except MessageAsCode as error:
        raise PackageError(
            f"{page.label} has {{{{message}}}} in <style>, <script>, style= or onclick=, where a "
            "message would run as code of the site: put it into another element, and let the "
            "script read it there."
        ) from error


def _markup(
    parts: PageParts, language: str, settings: Settings, *, is_overdue: bool
) -> dict[str, str]:
    """Return what each placeholder becomes, apart from the version."""
    text, brand = settings.text(language), settings.brand
    until = None if is_overdue else settings.until
    plain = {
        **text.phrases,
        "language": language,
        "dir": direction(language),
        "title": text.title,
        "heading": text.heading,
        "message": text.message,
        "until": utc_instant(until),
        "until_utc": utc_for_people(until),
        "is_overdue": "true" if is_overdue else "",
        "retry_after_seconds": str(settings.retry_after_seconds),
    }
    plain |= {
        member: brand.text(member, language) if brand else ""
        for member in ("name", "status_url", "contact")
    }
    return {name: escape(value) for name, value in plain.items()} | {
        "message_html": _message_markup(text, _message_language(text, language, settings)),
        "brand": brand.header(language) if brand else CLOCK,
        "links": brand.links(text, language) if brand else "",
        "icon": brand.icon() if brand else CLOCK_ICON,
        "style": parts.style + (brand.style() if brand else ""),
        "script": parts.script,
        "version": "",
    }


def escape(text: str) -> str:
    """Return text as markup."""
    for character, escaped in _ESCAPES:
        text = text.replace(character, escaped)
    return text


def _sha256(text: str) -> str:
    digest: str = sha256(text.encode(errors="replace")).hexdigest()
    return digest


def _pieces(template: str) -> list[str]:
    """Return the text of a template, and between two pieces of it the name of a placeholder."""
    pieces, end = [], 0
    for found in _PLACEHOLDER.finditer(template):
        if found[2]:
            pieces += [template[end : found.start()], found[1]]
            end = found.end()
    return [*pieces, template[end:]]


def _is_in_tag(placeholder: str, template: str) -> bool:
    parts = template.lower().split(placeholder)
    return any(
        before.rfind("<") > before.rfind(">") or before.rfind("<title") > before.rfind("</title")
        for before in ("".join(parts[: n + 1]) for n in range(len(parts) - 1))
    )


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def _message_language(text: Text, language: str, settings: Settings) -> str | None:
    """Return the language of the message, "" if it is unknown; None if the page says it already."""
    if text.message_language is not None:
        return text.message_language
    found = settings.text_language(language)
    return None if f"{language}-".startswith(f"{found}-") else found


def _message_markup(text: Text, tag: str | None) -> str:
    """Return the message with links; lang="" says that its language is unknown (HTML, 3.2.6.2)."""
    markup = _with_links(text.message) if "https://" in text.message else escape(text.message)
    return markup if tag is None else f'<span lang="{tag}" dir="auto">{markup}</span>'


def _with_links(message: str) -> str:
    # From Thai on, scripts put no spaces between words, so their letters may be the sentence. An
    # address ends before what a sentence may put behind it.
    spaced = r"(?<![\u0e00-\U0010ffff])"
    inner = rf"[\w\u0300-\u036f.~:/?#@!$&'*+,;=%-]{spaced}"
    last = rf"[\w\u0300-\u036f/~#=&+-]{spaced}"
    bracketed = rf"\({inner}*\)"
    address = re.compile(rf"(?i:https)://(?=\w)(?:{inner}|{bracketed})*(?:{last}|{bracketed})")
    pieces, end = [], 0
    for found in address.finditer(message):
        shown = escape(found[0])
        pieces += [escape(message[end : found.start()]), f'<a href="{shown}">{shown}</a>']
        end = found.end()
    return "".join([*pieces, escape(message[end:])])
