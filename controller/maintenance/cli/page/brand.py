"""
Put the logos that lie beside settings.json into it, which saves writing SVG into JSON by hand.

    brand.logo, brand.logo_dark      becomes
    -----------------------------    ------------------------------------------------------------
    the name of an SVG file          <svg>...</svg>, without prolog and comments; as data: if it
                                     has a <script>, which does nothing in an image, or entities,
                                     which only its prolog explains
    the name of another image        data:
    <svg>...</svg>, data:            stays

A name without a file stays too, and the check says what is wrong with it. Pure: `read` returns the
content of a file by its path from the folder, None if there is none.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from maintenance.cli.page.prepare import media_type

if TYPE_CHECKING:
    from maintenance.cli.page.folder import Read

_LOGOS: Final = ("logo", "logo_dark")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_DRAWING: Final = re.compile(r"<svg\b.*</svg>", re.DOTALL)


class PreparedSettings(Struct, frozen=True):
    """The content of settings.json, and a sentence for each logo that was put into it."""

    content: bytes
    steps: tuple[str, ...] = ()


def prepare_settings(content: bytes, read: Read) -> PreparedSettings:
    """Return settings.json with everything done that the table of this module says."""
    try:
        values = json.loads(content)
        brand = values["brand"]
        named = {each: brand[each] for each in _LOGOS if _is_name(brand.get(each))}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return PreparedSettings(content)  # without a brand, or the check names the error
    steps = []
    for member, name in named.items():
        logo = read(name)
        if logo is not None:
            brand[member] = _embedded(name, logo)
            steps.append(f"put {name} into it ({len(logo)} bytes)")
    if not steps:
        return PreparedSettings(content)
    return PreparedSettings(json.dumps(values, ensure_ascii=False).encode(), tuple(steps))


def _is_name(logo: object) -> bool:
    return isinstance(logo, str) and not logo.startswith(("<", "data:"))


def _embedded(name: str, logo: bytes) -> str:
    kind = media_type(name)
    if kind == "image/svg+xml":
        text = logo.decode(errors="replace")
        drawing = _DRAWING.search(_COMMENT.sub("", text))
        if drawing and "<script" not in drawing[0].lower() and "<!ENTITY" not in text:
            return drawing[0]
    return f"data:{kind};base64,{base64.b64encode(logo).decode()}"
