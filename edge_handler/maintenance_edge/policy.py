"""
Write Content-Security-Policies: the settings that they follow, and that of our own page. Pure.

page_policy.py finds out what a page of the site's own needs.
"""

from __future__ import annotations

import functools
import re
from types import MappingProxyType

from maintenance_edge.digest import sha256_base64
from maintenance_edge.rules import each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Final

    from maintenance_edge.rules import Rules

POLICY_LIMIT_BYTES: Final = 8_000

# Compiled at its first use, as most sites name none.
_SOURCE: Final = r"https://(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::[0-9]{1,5})?"
_UNSAFE_HASHES: Final = ("'unsafe-hashes'",)
_NONE: Final = ("'none'",)
_IN_PAGE: Final = ("data:",)


class PageSources:
    """Where pages may load files from beside their own site, and whether scripts too."""

    __slots__ = ("are_scripts_allowed", "origins")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.origins: Final[tuple[str, ...]] = tuple(values["asset_origins"])
        self.are_scripts_allowed: Final[bool] = values["page_scripts"]


NO_SOURCES: Final = PageSources({"asset_origins": (), "page_scripts": False})


def policy_of_our_page(style: str, script: str, *, has_image: bool) -> str:
    """Return the policy of defaults/page.html, with that style and script, and maybe an image."""
    return write_policy(
        styles=hashes((style,)), scripts=hashes((script,)), assets=_IN_PAGE if has_image else ()
    )


def write_policy(
    *, styles: tuple[str, ...] = (), scripts: tuple[str, ...] = (), assets: tuple[str, ...] = ()
) -> str:
    """Return the policy that allows these sources of styles, scripts, and images and fonts."""
    directives = {
        "default-src": _NONE,
        "style-src": styles or _NONE,
        "script-src": scripts or _NONE,
        "img-src": assets,
        "font-src": assets,
        "media-src": assets,
        "connect-src": ("'self'",),
        "base-uri": _NONE,
        "form-action": _NONE,
        "frame-ancestors": _NONE,
    }
    # default-src is that of the others.
    return "; ".join(f"{name} {' '.join(each)}" for name, each in directives.items() if each)


def hashes(elements: Iterable[str], attributes: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the sources that allow these texts of elements, and of attributes."""
    in_attributes = tuple(map(_hash, attributes))
    in_elements = tuple(map(_hash, elements))
    if not in_attributes:
        return in_elements
    return (*in_elements, *_UNSAFE_HASHES, *in_attributes)


@functools.lru_cache(maxsize=16)  # the pages of all languages have the same
def _hash(text: str) -> str:
    return f"'sha256-{sha256_base64(text.encode(errors='replace'))}'"


def _is_source(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(_SOURCE, value))


SOURCE_RULES: Final[Rules] = MappingProxyType(
    {
        "asset_origins": (
            each(_is_source),
            'a list of origins such as "https://fonts.gstatic.com", in lower case, without a path',
        ),
        "page_scripts": (lambda value: isinstance(value, bool), "true or false"),
    }
)
