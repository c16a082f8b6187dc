"""
Read the files beside the handler, and check that they fit together.

    file                             holds
    -----------------------------    --------------------------------------------------------------
    defaults/settings.json           the brand, the end, and who may pass (settings.py has the keys)
    defaults/texts.json              what visitors read, by language (texts.py)
    defaults/page.html               the page, which is the same in every language
    defaults/page.css, page.js       what {{style}} and {{script}} in a page stand for
    overrides/                       what replaces the defaults, if it is there (overrides.py)
"""

from __future__ import annotations

import os

from maintenance_edge.files import read_text
from maintenance_edge.overrides import read_overrides
from maintenance_edge.page import Page, PageParts
from maintenance_edge.responses import prepare_responses
from maintenance_edge.settings import DEFAULT_SETTINGS, parse_settings
from maintenance_edge.texts import DEFAULT_TEXTS, parse_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.bypass import Bypass
    from maintenance_edge.responses import Responses
    from maintenance_edge.settings import Settings

OVERRIDES: Final = "overrides"
_PAGE: Final = "defaults/page.html"
_STYLE: Final = "defaults/page.css"
_SCRIPT: Final = "defaults/page.js"


class Package:
    """
    The settings, the responses, and the bypass if there is one.

    `overdue_responses` take the place of `responses` from the end on.
    """

    __slots__ = ("bypass", "overdue_responses", "responses", "settings")

    def __init__(
        self,
        settings: Settings,
        responses: Responses,
        overdue_responses: Responses,
        bypass: Bypass | None,
    ) -> None:
        self.settings: Final = settings
        self.responses: Final = responses
        self.overdue_responses: Final = overdue_responses
        self.bypass: Final = bypass


def read_package(folder: str | os.PathLike[str]) -> Package:
    """
    Return the package in `folder` with every response rendered.

    Raise PackageError if a file is missing or unusable, or if a response has an error.
    """
    package = open_package(folder)
    package.responses.render_all()
    package.overdue_responses.render_all()
    return package


def open_package(folder: str | os.PathLike[str]) -> Package:
    """
    Return the package in `folder`, whose responses are rendered when they are first looked up.

    Raise PackageError if a file is missing or unusable. Only the edge function opens a package that
    has not been read: a visitor waits for one response, and the check of the package read them all.
    """
    overrides = read_overrides(os.path.join(folder, OVERRIDES))
    settings = read_settings(folder, overrides.settings)
    pages = overrides.pages_by_language(settings.default_language)
    if not pages:
        page = Page(_PAGE, _text(folder, _PAGE))
        pages = dict.fromkeys(settings.texts, page)
    parts = PageParts(style=_text(folder, _STYLE), script=_text(folder, _SCRIPT))

    def prepare(*, is_overdue: bool) -> Responses:
        return prepare_responses(pages, parts, settings, overrides.problem, is_overdue=is_overdue)

    responses = prepare(is_overdue=False)
    return Package(
        settings=settings,
        responses=responses,
        overdue_responses=responses if settings.until is None else prepare(is_overdue=True),
        bypass=_bypass(overrides.bypass),
    )


def read_settings(folder: str | os.PathLike[str], replaced: Mapping[str, Any]) -> Settings:
    """Return the settings, with valid values `replaced`; PackageError if a file is unusable."""
    texts = parse_texts(_text(folder, DEFAULT_TEXTS))
    return parse_settings(_text(folder, DEFAULT_SETTINGS), replaced, texts)


def _bypass(tokens: Mapping[str, Any]) -> Bypass | None:
    if not tokens:
        return None
    from maintenance_edge.bypass import read_bypass  # noqa: PLC0415 -- few packages need it

    return read_bypass(tokens)


def _text(folder: str | os.PathLike[str], name: str) -> str:
    return read_text(os.path.join(folder, name), name)
