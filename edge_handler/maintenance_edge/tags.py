"""
Read the tags of a page as a browser's tokenizer does (HTML Standard, section 13.2.5). Pure.

    in a page                                          is
    -----------------------------------------------    -----------------------------------------
    <p class="a">, </p>                                a tag
    <style> ... </style>, also script, title and       a tag, whose `content` is what stands between
    other elements of text only                        and has no tags
    <!-- ... -->, <!doctype html>, <? ... >, <! ... >  skipped
    a tag or comment that is never closed              read to the end of the page

It builds no tree: `content` of a <style> within <svg> is as it is written, and `content_in_svg`
says what a browser makes of it there. Each character is looked at once, whatever a page leaves
open.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

# What HTML counts as space; Python's \s is more.
_S: Final = r"[\t\n\f\r ]"
_ATTRIBUTE: Final = rf"""
    ([^\t\n\f\r />][^\t\n\f\r />=]*+)
    (?:{_S}*+={_S}*+(?:"([^"]*)(?:"|\Z)|'([^']*)(?:'|\Z)|([^\t\n\f\r >"'][^\t\n\f\r >]*+))?)?
"""
_UNNAMED: Final = re.sub(r"\((?!\?)", "(?:", _ATTRIBUTE)
_ATTRIBUTES: Final = re.compile(_ATTRIBUTE, re.VERBOSE)
_TOKEN: Final = re.compile(
    rf"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(/?)([a-z][^\t\n\f\r />]*+)((?:[\t\n\f\r /]++|{_UNNAMED})*+)(?:>|\Z)
    | <[!?/][^>]*(?:>|\Z)
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_TEXT_ONLY: Final = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}
_REFERENCE: Final = re.compile(r"&(#)?(\w+;)")
_CDATA_OR_REFERENCE: Final = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)|&#?\w+;", re.DOTALL)


class Tag:
    """A tag, `</p>` if `is_end`; the page has it from `start` to `end`, and then `content`."""

    __slots__ = ("_attributes", "content", "end", "is_end", "name", "start")

    def __init__(self, found: re.Match[str], content: str) -> None:
        self.is_end: Final = bool(found[1])
        self.name: Final = found[2].lower()
        self.start: Final = found.start()
        self.end: Final = found.end()
        self.content: Final = content
        self._attributes: Final = found[3]

    def attributes(self) -> dict[str, str]:
        """Return the values by lowercase name, as a browser reads them."""
        return {name: decode(value) for name, value in self.raw_attributes().items()}

    def raw_attributes(self) -> dict[str, str]:
        """Return the values as they are written; of two with the same name the first counts."""
        values: dict[str, str] = {}
        for name, *quoted in _ATTRIBUTES.findall(self._attributes):
            values.setdefault(name.lower(), "".join(quoted))
        return values

    def unquoted(self) -> Iterator[str]:
        """Give what is not in quotes: the names, and values without quotes."""
        for name, _, _, value in _ATTRIBUTES.findall(self._attributes):
            yield from (name, value)


def tags(page: str) -> Iterator[Tag]:
    """Give the tags of `page` in their order, end tags too."""
    return _read(page, are_plain_wanted=True)


def telling_tags(page: str) -> Iterator[Tag]:
    """Give the start tags that have attributes, and those of <script>, <style> and their like."""
    return _read(page, are_plain_wanted=False)


def _read(page: str, *, are_plain_wanted: bool) -> Iterator[Tag]:
    position = 0
    while found := _TOKEN.search(page, position):
        position = found.end()
        is_end, name, attributes = found.groups()
        if name is None:
            continue
        end = None if is_end else _TEXT_ONLY.get(name.lower())
        if end:
            closed = end.search(page, position)
            content = page[position : closed.start() if closed else len(page)]
            yield Tag(found, content)
            position += len(content)
        elif are_plain_wanted or (attributes and not is_end):
            yield Tag(found, "")


def content_in_svg(content: str) -> str:
    """Return the text of a <style> or <script> within <svg>, where CDATA and references count."""
    return _CDATA_OR_REFERENCE.sub(
        lambda found: decode(found[0]) if found[1] is None else found[1], content
    )


def decode(text: str) -> str:
    """Return `text` with its character references replaced, those that end with a semicolon."""
    if "&" not in text:
        return text
    from html import unescape  # noqa: PLC0415 -- loads the names of 2,231 characters
    from html.entities import html5  # noqa: PLC0415

    return _REFERENCE.sub(
        lambda found: unescape(found[0]) if found[1] or found[2] in html5 else found[0], text
    )
