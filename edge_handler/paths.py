# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Who passes during maintenance by the path alone. Pure.

A path that stays open is written as CloudFront's path pattern: `*` is any text, `?` one letter, the
whole path has to match, and case counts.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

# An origin may resolve such parts, so /open/../closed does not count as /open/*. Some origins drop
# path parameters (..;x=1), decode twice (%252e), take what UTF-8 forbids for a dot (%c0%ae, %u002e)
# or end a path at NUL before they resolve it.
_RESOLVABLE: Final = re.compile(
    r"//|\\|;|%(?:2e|2f|5c|3b|25|00|c[01]|e0%[89]|f0%8|f[89a-f]|u)|/\.\.?(?:/|$)", re.IGNORECASE
)


class OpenPaths:
    """The paths that stay open; `expression` matches a whole path, or nothing if there are none."""

    __slots__ = ("expression",)

    def __init__(self, expression: re.Pattern[str]) -> None:
        self.expression: Final = expression

    def __contains__(self, uri: str) -> bool:
        """Say whether `uri`, a path without query string, is open whoever resolves it."""
        return bool(self.expression.fullmatch(uri)) and not _RESOLVABLE.search(uri)


def open_paths(patterns: Iterable[str]) -> OpenPaths:
    """Return the paths that these patterns keep open."""
    return OpenPaths(re.compile("|".join(map(_expression, patterns)) or r"(?!)", re.DOTALL))


def _expression(pattern: str) -> str:
    """
    Return the pattern as a regular expression whose cost grows with the path's length alone.

    Each part between two `*` is looked for once, in an atomic group: where its first place leads
    nowhere, no later one does, and trying them all would take seconds for a path made for that.
    """
    first, *others = (
        "".join("." if character == "?" else re.escape(character) for character in part)
        for part in pattern.split("*")
    )
    if not others:
        return first
    *middle, last = others
    return "".join((first, *(f"(?>.*?{part})" for part in middle), ".*", last))
