# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Read what the controller puts beside the package, in own/, for a version that has something to say.

    file of own/            comes from                       and
    --------------------    -----------------------------    ---------------------------------------
    page.html               the site's owner, who put it     is the page of the default language;
                            under page/ in the bucket        none of the package's is served then
    page.<language>.html    the same                         is the page of another language
    settings.json           the same                         replaces values of page_settings.json
    problem.json            the same                         replaces members of what programs get
    announcement.json       the switch or window in force    replaces `announcement` and `until`,
                                                             also those of settings.json

No file has to be there. The owner's are named in faults as where they were put: page/settings.json.
"""

from __future__ import annotations

import os
import re
from types import MappingProxyType

from answers import RESPONSE_LIMIT_BYTES, Page
from page_settings import ANNOUNCEMENT, LANGUAGE_TAG, parse_announcement, parse_own_settings
from problem import parse_problem
from text_files import SettingsError, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

_PAGE: Final = re.compile(rf"page(?:\.({LANGUAGE_TAG.pattern}))?\.html")
_SETTINGS: Final = "settings.json"
_PROBLEM: Final = "problem.json"
_PARSERS: Final = MappingProxyType(
    {_SETTINGS: parse_own_settings, _PROBLEM: parse_problem, ANNOUNCEMENT: parse_announcement}
)


class OwnFiles:
    """Pages by language, None for the default one; the settings and members that replace others."""

    __slots__ = ("pages", "problem", "settings")

    def __init__(
        self,
        *,
        pages: Mapping[str | None, Page],
        settings: Mapping[str, Any],
        problem: Mapping[str, Any],
    ) -> None:
        self.pages: Final = pages
        self.settings: Final = settings
        self.problem: Final = problem

    def pages_of(self, language: str) -> dict[str, Page]:
        """
        Return the pages by language, that of `language`, the default, first; {} if there are none.

        Raise SettingsError if the default language has none, or two.
        """
        if not self.pages:
            return {}
        others = {tag: page for tag, page in self.pages.items() if tag}
        if None not in self.pages:
            raise SettingsError(
                f"page/page.html is missing: add the page of {language!r}, the default language."
            )
        if language in others:
            raise SettingsError(
                f"page/page.html and {others[language].file_name} are both the page of "
                f"{language!r}, the default language: remove the second."
            )
        return {language: self.pages[None], **others}


def read_own_files(folder: str | os.PathLike[str]) -> OwnFiles:
    """Return what `folder` holds, nothing if it is not there; SettingsError names all faults."""
    pages: dict[str | None, Page] = {}
    members: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        file = os.path.join(folder, name)
        found = _PAGE.fullmatch(name)
        try:
            if found:
                pages[found[1]] = Page(_called(name), read_own_text(file))
            else:
                members[name] = _members(file)
        except SettingsError as fault:
            faults.append(str(fault))
    if faults:
        raise SettingsError(" ".join(faults))
    announced = members.get(ANNOUNCEMENT, {})
    return OwnFiles(
        pages=pages,
        settings={**members.get(_SETTINGS, {}), **announced},
        problem=members.get(_PROBLEM, {}),
    )


def read_own_text(file: str) -> str:
    """Return the text of a file of own/; raise SettingsError if it has none or too much."""
    name = os.path.basename(file)
    if not os.path.isfile(file):
        raise SettingsError(f"{_called(name)} is a folder: put files alone under page/.")
    size = os.path.getsize(file)
    if name != _SETTINGS and size > RESPONSE_LIMIT_BYTES:
        raise SettingsError(
            f"{_called(name)} has {size} bytes, and CloudFront accepts {RESPONSE_LIMIT_BYTES} "
            "with headers: shorten it."
        )
    return read_text(file, _called(name))


def _members(file: str) -> dict[str, Any]:
    name = os.path.basename(file)
    if name not in _PARSERS:
        raise SettingsError(
            f"{_called(name)} is no file that an answer is made of: use page.html, "
            f"page.<language>.html, {_SETTINGS} and {_PROBLEM}, and remove others."
        )
    return _PARSERS[name](read_own_text(file))


def _called(name: str) -> str:
    return name if name == ANNOUNCEMENT else f"page/{name}"
