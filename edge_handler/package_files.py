# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Read the files beside the handler, and check that they fit together.

    file                    holds
    --------------------    -----------------------------------------------------------------
    page_settings.json      what to say and whom to let in (page_settings.py has the keys)
    page.html               the page of the default language
    page.<language>.html    the page of another language, one for each further one in `texts`
    page.css, page.js       what the pages share, put into them by {{style}} and {{script}}
    bypass.json             what verifies the bypass link; without it there is no bypass
    own/                    what is said instead (own_files.py); without it nothing is
"""

from __future__ import annotations

import os

from answers import Page, PageParts, write_answers
from own_files import read_own_files
from page_settings import OWN_SETTINGS, PACKAGE_SETTINGS, parse_settings
from text_files import SettingsError, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from answers import Answers
    from bypass import Bypass
    from page_settings import PageSettings

_BYPASS: Final = "bypass.json"


class Package:
    """All that an answer depends on, read, checked and rendered; without a bypass there is none."""

    __slots__ = ("answers", "bypass", "settings")

    def __init__(self, settings: PageSettings, answers: Answers, bypass: Bypass | None) -> None:
        self.settings: Final = settings
        self.answers: Final = answers
        self.bypass: Final = bypass


def read_package(folder: str | os.PathLike[str]) -> Package:
    """Return the package in `folder`; raise SettingsError where a file is missing or unusable."""
    own = read_own_files(os.path.join(folder, "own"))
    text = _text(folder, PACKAGE_SETTINGS)
    shipped = parse_settings(text)
    settings = parse_settings(text, own.settings) if own.settings else shipped
    pages = own.pages_of(settings.language) or _pages(folder, shipped, settings)
    parts = PageParts(style=_text(folder, "page.css"), script=_text(folder, "page.js"))
    return Package(
        settings=settings,
        answers=write_answers(pages, parts, settings, own.problem),
        bypass=_bypass(folder, settings.bypass_lifetime_hours),
    )


def _pages(
    folder: str | os.PathLike[str], shipped: PageSettings, settings: PageSettings
) -> dict[str, Page]:
    """Return the package's pages that `settings` have texts for; `shipped` say what each is."""
    default, *others = shipped.texts
    file_names = {default: "page.html", **{tag: f"page.{tag}.html" for tag in others}}
    pages = (name for name in os.listdir(folder) if name.startswith("page"))
    unsaid = sorted({name for name in pages if name.endswith(".html")} - set(file_names.values()))
    if unsaid:
        raise SettingsError(
            f"{', '.join(unsaid)} has no 'texts' in page_settings.json: add them or remove it."
        )
    unseen = sorted(settings.texts.keys() - file_names.keys())
    if unseen:
        raise SettingsError(
            f"{OWN_SETTINGS}: 'texts' has {', '.join(unseen)}, and the package no page of it: "
            "add pages of your own, page/page.html first, or remove it."
        )
    return {tag: Page(file_names[tag], _text(folder, file_names[tag])) for tag in settings.texts}


def _bypass(folder: str | os.PathLike[str], lifetime_hours: int) -> Bypass | None:
    if not os.path.exists(os.path.join(folder, _BYPASS)):
        return None
    from bypass import Bypass, parse_anchors  # noqa: PLC0415 -- unprepared, no start pays for it

    return Bypass(parse_anchors(_text(folder, _BYPASS)), lifetime_hours)


def _text(folder: str | os.PathLike[str], name: str) -> str:
    return read_text(os.path.join(folder, name), name)
