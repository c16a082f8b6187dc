"""
Read the files beside the handler, and check that they fit together.

    file                             holds
    -----------------------------    --------------------------------------------------------------
    defaults/settings.json           the texts, and who may pass (settings.py has the keys)
    defaults/page.html               the page of the default language
    defaults/page.<language>.html    the page of each other language in `texts`
    defaults/page.css, page.js       what {{style}} and {{script}} in a page stand for
    overrides/                       what replaces the defaults, if it is there (overrides.py)
"""

from __future__ import annotations

import os

from maintenance_edge.files import PackageError, read_text
from maintenance_edge.overrides import read_overrides
from maintenance_edge.page import Page, PageParts
from maintenance_edge.responses import render_responses
from maintenance_edge.settings import DEFAULT_SETTINGS, SITE_SETTINGS, parse_settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.bypass import Bypass
    from maintenance_edge.responses import Responses
    from maintenance_edge.settings import Settings

OVERRIDES: Final = "overrides"
_DEFAULTS: Final = "defaults"


class Package:
    """The settings, the rendered responses, and the bypass if there is one."""

    __slots__ = ("bypass", "responses", "settings")

    def __init__(self, settings: Settings, responses: Responses, bypass: Bypass | None) -> None:
        self.settings: Final = settings
        self.responses: Final = responses
        self.bypass: Final = bypass


def read_package(folder: str | os.PathLike[str]) -> Package:
    """Return the package in `folder`; raise PackageError if a file is missing or unusable."""
    overrides = read_overrides(os.path.join(folder, OVERRIDES))
    text = _text(folder, DEFAULT_SETTINGS)
    defaults = parse_settings(text)
    settings = parse_settings(text, overrides.settings) if overrides.settings else defaults
    pages = overrides.pages_by_language(settings.default_language) or _default_pages(
        folder, defaults, settings
    )
    parts = PageParts(
        style=_text(folder, f"{_DEFAULTS}/page.css"), script=_text(folder, f"{_DEFAULTS}/page.js")
    )
    return Package(
        settings=settings,
        responses=render_responses(pages, parts, settings, overrides.problem),
        bypass=_bypass(overrides.bypass),
    )


def _default_pages(
    folder: str | os.PathLike[str], defaults: Settings, settings: Settings
) -> dict[str, Page]:
    """Return the default pages that `settings` have texts for; `defaults` has their languages."""
    first, *others = defaults.texts
    labels = {tag: f"{_DEFAULTS}/page.{tag}.html" for tag in others}
    labels[first] = f"{_DEFAULTS}/page.html"
    found = (
        f"{_DEFAULTS}/{name}"
        for name in os.listdir(os.path.join(folder, _DEFAULTS))
        if name.startswith("page") and name.endswith(".html")
    )
    without_texts = sorted(set(found) - set(labels.values()))
    if without_texts:
        raise PackageError(
            f"{', '.join(without_texts)} has no 'texts' in {DEFAULT_SETTINGS}: add them, or remove "
            "the page."
        )
    without_page = sorted(settings.texts.keys() - labels.keys())
    if without_page:
        raise PackageError(
            f"{SITE_SETTINGS}: 'texts' has {', '.join(without_page)}, but there is no page in it: "
            "add pages of your own, page/page.html first, or remove the texts."
        )
    return {tag: Page(labels[tag], _text(folder, labels[tag])) for tag in settings.texts}


def _bypass(tokens: Mapping[str, Any]) -> Bypass | None:
    if not tokens:
        return None
    from maintenance_edge.bypass import read_bypass  # noqa: PLC0415 -- loads hmac

    return read_bypass(tokens)


def _text(folder: str | os.PathLike[str], name: str) -> str:
    return read_text(os.path.join(folder, name), name)
