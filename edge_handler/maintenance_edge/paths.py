"""
Decide by its path whether a request passes during maintenance. Pure.

An allowed path is a CloudFront path pattern: `*` is any text, `?` one character, the pattern
matches the whole path, and case counts.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

# Origins may resolve these, so /open/../closed does not count as /open/*. Some drop path parameters
# (..;x=1), decode twice (%252e), read invalid UTF-8 or %u as a dot (%c0%ae, %u002e), or end a path
# at NUL before they resolve it.
_RESOLVABLE: Final = re.compile(
    r"//|\\|;|%(?:2e|2f|5c|3b|25|00|c[01]|e0%[89]|f0%8|f[89a-f]|u)|/\.\.?(?:/|$)", re.IGNORECASE
)


class AllowedPaths:
    """The paths that stay open; `expression` matches a whole path, or nothing if there are none."""

    __slots__ = ("expression",)

    def __init__(self, expression: re.Pattern[str]) -> None:
        self.expression: Final = expression

    def __contains__(self, uri: str) -> bool:
        """Return whether `uri`, a path without query string, is open however it is resolved."""
        return bool(self.expression.fullmatch(uri)) and not _RESOLVABLE.search(uri)


def allowed_paths(patterns: Iterable[str]) -> AllowedPaths:
    """Return the paths that match one of these patterns."""
    return AllowedPaths(re.compile("|".join(map(_expression, patterns)) or r"(?!)", re.DOTALL))


def _expression(pattern: str) -> str:
    """
    Return the pattern as a regular expression that takes time linear in the length of the path.

    Each part between two `*` matches at its first place only, in an atomic group. If the rest does
    not match after the first place, it does not match after a later one, and an attacker could make
    the search through all of them take seconds.
    """
    first, *others = (
        "".join("." if character == "?" else re.escape(character) for character in part)
        for part in pattern.split("*")
    )
    if not others:
        return first
    *middle, last = others
    return "".join((first, *(f"(?>.*?{part})" for part in middle), ".*", last))
