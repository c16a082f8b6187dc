"""
Read overrides/, the files that the controller adds to the package of a version of its own.

    file in overrides/      comes from                       and
    --------------------    -----------------------------    ---------------------------------------
    page.html               page/ in the state bucket,       is the page of the default language;
                            where the site's owner put it    none of the default pages is served
    page.<language>.html    the same                         is the page of another language
    settings.json           the same                         replaces values of the default settings
    problem.json            the same                         replaces members of what programs get
    announcement.json       the switch or window in force    replaces `announcement` and `until`,
                                                             also those of settings.json, and says
                                                             `from` when the site is closed
    bypass.json             the bypass tokens in the         says who may pass with a bypass link
                            state bucket

Every file is optional. Messages name the owner's files as in the bucket: page/settings.json.
"""

from __future__ import annotations

import os
from types import MappingProxyType

from maintenance_edge.files import PackageError, parse_object, read_text
from maintenance_edge.page import Page
from maintenance_edge.problem import parse_problem
from maintenance_edge.responses import RESPONSE_LIMIT_BYTES
from maintenance_edge.settings import (
    ANNOUNCEMENT,
    parse_announcement,
    parse_site_settings,
)
from maintenance_edge.texts import is_language_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

BYPASS: Final = "bypass.json"

_PAGE_FILE: Final = "page.html"
_SETTINGS: Final = "settings.json"
_PROBLEM: Final = "problem.json"
# Lists of networks or tokens are long, and no part of a response.
_LONG: Final = frozenset({_SETTINGS, BYPASS})
_PARSERS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = MappingProxyType(
    {
        _SETTINGS: parse_site_settings,
        _PROBLEM: parse_problem,
        ANNOUNCEMENT: parse_announcement,
        # Its own module is loaded only if there are tokens.
        BYPASS: lambda text: parse_object(text, BYPASS),
    }
)


class Overrides:
    """
    The pages by language, None for the default one, and the replaced settings and members.

    `bypass` has the members of bypass.json.
    """

    __slots__ = ("bypass", "pages", "problem", "settings")

    def __init__(
        self,
        *,
        pages: Mapping[str | None, Page],
        settings: Mapping[str, Any],
        problem: Mapping[str, Any],
        bypass: Mapping[str, Any],
    ) -> None:
        self.pages: Final = pages
        self.settings: Final = settings
        self.problem: Final = problem
        self.bypass: Final = bypass

    def pages_by_language(self, default: str) -> dict[str, Page]:
        """
        Return the pages by language, the default language first; {} if there are none.

        Raise PackageError if the default language has no page, or two.
        """
        if not self.pages:
            return {}
        others = {tag: page for tag, page in self.pages.items() if tag}
        if None not in self.pages:
            raise PackageError(
                f"page/page.html is missing: add the page in {default!r}, the default language."
            )
        if default in others:
            raise PackageError(
                f"page/page.html and {others[default].label} are both the page in {default!r}, "
                "the default language: remove the second."
            )
        return {default: self.pages[None], **others}


def read_overrides(folder: str | os.PathLike[str]) -> Overrides:
    """Return the overrides in `folder`, which may be missing; PackageError names every error."""
    pages: dict[str | None, Page] = {}
    members: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        file = os.path.join(folder, name)
        tag = _page_language(name)
        try:
            if tag or name == _PAGE_FILE:
                _add_page(pages, tag, Page(_label(name), read_override(file)))
            else:
                members[name] = _members(file)
        except PackageError as error:
            errors.append(str(error))
    if errors:
        raise PackageError(" ".join(errors))
    announced = members.get(ANNOUNCEMENT, {})
    return Overrides(
        pages=pages,
        settings={**members.get(_SETTINGS, {}), **announced},
        problem=members.get(_PROBLEM, {}),
        bypass=members.get(BYPASS, {}),
    )


def _page_language(name: str) -> str | None:
    """Return the language tag in the name of a page's file; None if it has no such tag."""
    tag = name.removeprefix("page.").removesuffix(".html")
    # BCP 47 writes pt-BR, and says that case does not count; here pt-br is the tag.
    return tag.lower() if name == f"page.{tag}.html" and is_language_tag(tag.lower()) else None


def _add_page(pages: dict[str | None, Page], tag: str | None, page: Page) -> None:
    if tag in pages:
        raise PackageError(
            f"{pages[tag].label} and {page.label} are both the page in {tag!r}: remove one."
        )
    pages[tag] = page


def read_override(file: str) -> str:
    """Return the text of a file in overrides/; raise PackageError if it has none or too much."""
    name = os.path.basename(file)
    if not os.path.isfile(file):
        raise PackageError(f"{_label(name)} is a folder: put only files under page/.")
    size = os.path.getsize(file)
    if name not in _LONG and size > RESPONSE_LIMIT_BYTES:
        raise PackageError(
            f"{_label(name)} has {size} bytes, and CloudFront accepts {RESPONSE_LIMIT_BYTES} "
            "with headers: shorten it."
        )
    return read_text(file, _label(name))


def _members(file: str) -> dict[str, Any]:
    name = os.path.basename(file)
    if name not in _PARSERS:
        raise PackageError(
            f"{_label(name)} is not a file that the function uses: remove it, or rename it "
            f"to page.html, page.<language>.html, {_SETTINGS} or {_PROBLEM}."
        )
    return _PARSERS[name](read_override(file))


def _label(name: str) -> str:
    return name if name in {ANNOUNCEMENT, BYPASS} else f"page/{name}"
