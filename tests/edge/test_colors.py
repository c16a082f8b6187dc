"""Every accent gives colours that people can read, light and dark."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.colors import READABLE, contrast, full_hex, palette

from tests.edge.builders import EDGE_HANDLER

ACCENTS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(accent=ACCENTS, dark=st.booleans())
def test_all_text_is_readable_with_any_accent(accent: str, *, dark: bool) -> None:
    """WCAG 2.2, success criterion 1.4.3: text has a contrast of 4.5 on what it stands on."""
    colors = palette(accent, dark=dark)
    pairs = [("on-accent", "accent"), ("link", "card"), ("link", "track")]
    pairs += [(text, on) for text in ("ink", "soft") for on in ("ground", "glow", "card", "track")]

    assert {} == {
        pair: ratio
        for pair in pairs
        if (ratio := contrast(colors[pair[0]], colors[pair[1]])) < READABLE
    }


@given(accent=ACCENTS, dark=st.booleans())
def test_the_button_keeps_the_accent(accent: str, *, dark: bool) -> None:
    """A brand's colour is the brand's; its border, in the colour of links, makes it visible."""
    assert accent == palette(accent, dark=dark)["accent"]


@pytest.mark.parametrize("accent", ["#8a3b12", "#0b6e4f", "#3250c8", "#000000"])
def test_a_readable_accent_is_the_colour_of_links(accent: str) -> None:
    """Nothing is changed without need."""
    assert accent == palette(accent, dark=False)["link"]


@pytest.mark.parametrize(
    ("ratio", "one", "other"),
    [(21.0, "#ffffff", "#000000"), (1.0, "#123456", "#123456"), (4.54, "#767676", "#ffffff")],
)
def test_contrast_is_that_of_wcag(ratio: float, one: str, other: str) -> None:
    """#767676 is the lightest grey that WCAG lets one write in on white."""
    assert ratio == round(contrast(one, other), 2) == round(contrast(other, one), 2)


def test_short_colors_are_those_of_css() -> None:
    """#fc0 is #ffcc00."""
    assert ("#ffcc00", "#ffcc00") == (full_hex("#fC0"), full_hex("#FFCC00"))


def test_the_default_page_has_the_colours_of_its_accent() -> None:
    """So a site that gives only another accent gets a page of the same design."""
    css = (EDGE_HANDLER / "defaults" / "page.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for block in css.partition("* {")[0].split("@media")
    )

    assert (palette(light["accent"], dark=False), palette(dark["accent"], dark=True)) == (
        light,
        dark,
    )
