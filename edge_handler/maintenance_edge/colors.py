"""
Derive the page's colours from one accent, with the contrast that WCAG 2.2 AA asks for. Pure.

    colour               is                                              contrast at least
    -----------------    --------------------------------------------    ----------------------
    accent               the accent as it was given                      (its border has 4.5)
    on-accent            white, or black if white is hard to read        4.5 on the accent
    link                 the accent, darkened in light and lightened     4.5 on card and track
                         in dark only as far as it must be
    ink, soft            nearly black or white, with a hint of accent    4.5 on all surfaces
    ground, glow,        nearly white or black, with a hint of accent
    card, track, line

(Success criteria 1.4.3 and 1.4.11; relative luminance and contrast ratio as WCAG 2.2 defines them.)
Only a package with an accent imports this module.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    type Rgb = tuple[float, float, float]
    type Palette = dict[str, str]

READABLE: Final = 4.5

_WHITE: Final = "#ffffff"
_BLACK: Final = "#000000"

# The colour without accent, and the share of the accent in it.
_LIGHT: Final = {
    "ground": ("#f7f8fa", 0.03), "glow": ("#ffffff", 0.15), "card": (_WHITE, 0.0),
    "track": ("#ffffff", 0.06), "line": ("#e4e6ea", 0.08), "ink": ("#15171c", 0.08),
    "soft": ("#4c515b", 0.10),
}  # fmt: skip
_DARK: Final = {
    "ground": ("#0c0d10", 0.05), "glow": ("#0f1013", 0.22), "card": ("#17191e", 0.05),
    "track": ("#1e2127", 0.09), "line": ("#30343c", 0.10), "ink": ("#f2f3f5", 0.02),
    "soft": ("#b9bdc6", 0.05),
}  # fmt: skip


def palette(accent: str, *, dark: bool) -> Palette:
    """Return the colours by their names in the table of this module; each is #rrggbb."""
    base, toward = (_DARK, _WHITE) if dark else (_LIGHT, _BLACK)
    colors = {name: mix(accent, plain, share) for name, (plain, share) in base.items()}
    is_light = contrast(_WHITE, accent) < READABLE
    return {
        **colors,
        "accent": accent,
        "on-accent": _BLACK if is_light else _WHITE,
        "link": _readable(accent, (colors["card"], colors["track"]), toward),
    }


def full_hex(color: str) -> str:
    """Return #rgb or #rrggbb as #rrggbb, in lower case."""
    digits = color[1:].lower()
    return "#" + (digits if len(digits) > 3 else "".join(2 * each for each in digits))  # noqa: PLR2004


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(color: str, into: str, share: float) -> str:
    """Return `into` with this share of `color` in it, 0 to 1."""
    parts = zip(_rgb(color), _rgb(into), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in parts)


def _readable(color: str, surfaces: tuple[str, ...], toward: str) -> str:
    """Return the colour, moved `toward` black or white until text in it is readable."""
    shades = (mix(toward, color, percent / 100) for percent in range(101))
    return next(
        shade
        for shade in shades
        if min(contrast(shade, surface) for surface in surfaces) >= READABLE
    )


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = map(_linear, _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_THRESHOLD: Final = 0.04045


def _linear(value: float) -> float:
    part = value / 255
    return part / 12.92 if part <= _THRESHOLD else ((part + 0.055) / 1.055) ** 2.4
