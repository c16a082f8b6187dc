"""Which media type and language a caller gets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.negotiation import (
    HTML,
    MEDIA_TYPES,
    PROBLEM,
    TEXT,
    preferred_language,
    preferred_media_type,
)

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("media_type", "accept"),
    [
        (HTML, CHROME),
        (HTML, "text/html"),
        (HTML, "TEXT/HTML"),
        (HTML, "application/xhtml+xml"),
        (HTML, "text/*"),
        (HTML, "text/html, */*"),
        (HTML, "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),
        (HTML, "application/json;q=0.5, text/html;q=0.51"),
        (HTML, "text/plain;q=0.9, text/*"),
        (HTML, "text/html;level=1;q=0.3"),
        (PROBLEM, ""),
        (PROBLEM, "*/*"),
        (PROBLEM, "application/json, text/plain, */*"),
        (PROBLEM, "application/problem+json"),
        (PROBLEM, "application/vnd.api+json"),
        (PROBLEM, "application/*"),
        (PROBLEM, "application/json;q=0.9, application/vnd.api+json;q=0.1, text/html;q=0.5"),
        (PROBLEM, "text/html, application/json"),
        (PROBLEM, "text/html;q=0.2, application/json;q=1.000"),
        (PROBLEM, "image/avif, image/webp"),
        (PROBLEM, "text/html;q=0"),
        (PROBLEM, "application/json;q=0, text/html;q=0, text/plain;q=0"),
        (TEXT, "text/plain"),
        (TEXT, "text/plain, text/html;q=0.9"),
        (TEXT, "text/html;q=0, text/*"),
        (TEXT, "application/json;q=0, application/problem+json;q=0.1, text/plain;q=0.2"),
    ],
)
def test_a_caller_gets_the_media_type_it_prefers(media_type: str, accept: str) -> None:
    """The rules of RFC 9110, section 12.5.1, with headers that real clients send."""
    assert media_type == preferred_media_type(accept)


@pytest.mark.parametrize("weight", ["", "x", "-1", "1.5", "nan", "inf", "0.5.5", "1e9", "\u0661"])
def test_a_range_with_an_unreadable_weight_is_skipped(weight: str) -> None:
    """The other elements still count."""
    assert TEXT == preferred_media_type(f"text/html;q={weight}, text/plain;q=0.1")


@given(st.text("0123.\u0661", max_size=6))
def test_a_weight_is_a_number_from_0_to_1(weight: str) -> None:
    """With a point anywhere, as clients write it; 0 refuses the type."""
    is_weight = re.fullmatch(r"0(?:\.\d*)?|1(?:\.0*)?|\.\d+", weight, re.ASCII)
    expected = HTML if is_weight and float(weight) > 0 else PROBLEM

    assert expected == preferred_media_type(f"text/html;q={weight}")


@pytest.mark.parametrize(
    ("language", "accept_language"),
    [
        ("en", ""),
        ("en", "*"),
        ("en", "fr"),
        ("en", "en-GB,en;q=0.9,de;q=0.8"),
        ("de", "de"),
        ("de", "DE-at"),
        ("de", "de-Latn-DE-1996"),
        ("de", "fr, de;q=0.3, en;q=0.2"),
        ("de", "en;q=0.1, de;q=0.2"),
        ("de", "en;q=0, de;q=0.2"),
        ("pt-br", "pt-BR, de;q=0.9"),
        ("en", "pt"),
        ("en", "fr, *;q=0.5, de;q=0.1"),
        ("en", "de;q=0"),
        ("de", "*;q=0, de;q=0.1"),
        ("en", "de;q=x"),
        ("en", "deutsch"),
    ],
)
def test_a_caller_gets_the_language_it_prefers(language: str, accept_language: str) -> None:
    """The lookup of RFC 4647, section 3.4, over English, German and Brazilian Portuguese."""
    assert language == preferred_language(accept_language, ("en", "de", "pt-br"))


def test_only_the_first_1000_characters_are_read() -> None:
    """Reading twenty kilobytes would take milliseconds."""
    padding = "x/y," * 250
    read = (
        preferred_media_type(f"{padding}text/html"),
        preferred_language(f"{padding}de", ("en", "de")),
        preferred_media_type(f"{padding[12:]}text/html"),
        preferred_language(f"{padding[4:]}de", ("en", "de")),
    )

    assert (PROBLEM, "en", HTML, "de") == read


@given(st.text(), st.text())
def test_every_header_gives_a_media_type_and_a_language(accept: str, accept_language: str) -> None:
    """Whatever a caller sends."""
    chosen = (
        preferred_media_type(accept) in MEDIA_TYPES,
        preferred_language(accept_language, ("en", "de")) in {"en", "de"},
    )
    assert (True, True) == chosen
