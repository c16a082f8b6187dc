"""
Decide by its path whether a request passes during maintenance. Pure.

An allowed path is a CloudFront path pattern: `*` is any text, `?` one character, the pattern
matches the whole path, and case counts.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from maintenance_edge.rules import each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from maintenance_edge.rules import Rule, Rules

# The next two are compiled at their first use, by a request for an allowed path (ADR 0021).
# Origins may resolve these, so /open/../closed does not count as /open/*. Some drop path parameters
# (..;x=1), decode twice (%252e), or end a path at NUL before they resolve it.
_RESOLVABLE: Final = r"//|\\|;|%(?:00|25|2e|2f|3b|5c)|/\.\.?(?:/|$)"

# Origins read invalid encodings as a dot (%c0%ae, %u002e) or drop them (.%80./). Each percent sign
# has to begin one character in UTF-8 (doc: RFC 3629, section 4).
_TAIL: Final = "%[89ab][0-9a-f]"
_DECODABLE: Final = rf"""[^%]*+(?:%(?:
    [0-7][0-9a-f] | (?:c[2-9a-f]|d[0-9a-f]){_TAIL} |
    (?: e0%[ab][0-9a-f] | ed%[89][0-9a-f] | e[1-9a-cef]{_TAIL} |
        (?: f0%[9ab][0-9a-f] | f4%8[0-9a-f] | f[123]{_TAIL} ){_TAIL}
    ){_TAIL}
)[^%]*+)*+"""
_DECODABLE_FLAGS: Final = re.IGNORECASE | re.VERBOSE


class AllowedPaths:
    """The paths that stay open, those that match one of `patterns`."""

    __slots__ = ("expression", "patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns: Final = tuple(patterns)
        self.expression: Final = compile_patterns(self.patterns)

    def __contains__(self, uri: str) -> bool:
        """Return whether `uri`, a path without query string, is open however it is resolved."""
        return (
            self.expression.fullmatch(uri) is not None
            and re.fullmatch(_DECODABLE, uri, _DECODABLE_FLAGS) is not None
            and re.search(_RESOLVABLE, uri, re.IGNORECASE) is None
        )


def allowed_paths(patterns: Iterable[str]) -> AllowedPaths:
    """Return the paths that match one of these patterns."""
    return AllowedPaths(patterns)


def compile_patterns(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return the expression that matches a whole path if one of these patterns does."""
    return re.compile("|".join(map(_expression, patterns)) or r"(?!)", re.DOTALL)


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


def _is_path_pattern(value: object) -> bool:
    if not isinstance(value, str) or not value.startswith("/"):
        return False
    # A comma or a blank joins two patterns by mistake; CloudFront's patterns have neither.
    is_one = "," not in value and value.split() == [value]
    return is_one and not ("*" in value and not value.strip("/?*"))


PATH_PATTERNS: Final[Rule] = (
    each(_is_path_pattern),
    (
        "a list of path patterns that begin with '/', are more than wildcards and have no "
        "comma or blank"
    ),
)
PATH_RULES: Final[Rules] = MappingProxyType({"allowed_paths": PATH_PATTERNS})
