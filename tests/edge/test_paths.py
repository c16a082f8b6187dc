"""Which paths stay open, and that none of them leads to another."""

import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.paths import allowed_paths

from tests.timing import fastest

ALLOWED = allowed_paths(["/robots.txt", "/hooks/*", "/v?/health"])


@pytest.mark.parametrize(
    "path",
    ["/robots.txt", "/hooks/", "/hooks/payment/7", "/v1/health", "/hooks/a..b", "/hooks/.x",
     "/hooks/%C3%BC%E0%A4%85%F0%9F%98%80"],
)  # fmt: skip
def test_a_path_that_matches_a_pattern_is_allowed(path: str) -> None:
    """`*` is any text, `?` one character; everything else stands for itself."""
    assert path in ALLOWED


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/robots.txt2",
        "/a/robots.txt",
        "/robotsxtxt",
        "/Robots.txt",
        "/hooks",
        "/v10/health",
    ],
)
def test_a_path_that_matches_no_pattern_is_not_allowed(path: str) -> None:
    """A pattern matches the whole path, and case counts."""
    assert path not in ALLOWED


@pytest.mark.parametrize(
    "way_around",
    ["../admin", "./x", "..", ".", "/x", "%2e%2e/admin", "%2E./admin", "..%2fadmin", "..\\admin",
     "..%5Cadmin", "..;/admin", "..;x=1/admin", "%252e%252e%252fadmin", "..%3b/admin",
     "..%3B/admin", "..%00/admin", "%c0%ae%C0%AE/admin", "..%c0%afadmin", "..%c1%9cadmin",
     "..%e0%80%afadmin", "..%F0%80%80%AFadmin", "..%f8%80%80%80%afadmin", "..%u2215admin",
     "%", "%2", "%zz", "a%", "%80", ".%80./admin", "%C3", "%C3x", "%C3%28", "%E2%82", "%ED%A0%80",
     "%F4%90%80%80", "%C3%BC%BC"],
)  # fmt: skip
def test_a_path_that_an_origin_may_resolve_to_another_is_not_allowed(way_around: str) -> None:
    """It could lead to a closed path."""
    assert f"/hooks/{way_around}" not in ALLOWED


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["%", "%zz", "%4", "x"]),
            st.integers(0, 255).map("%{:02X}".format),
            st.binary(min_size=1, max_size=4).map(
                lambda found: "".join(f"%{b:02x}" for b in found)
            ),
            st.characters(exclude_categories=["Cs"], exclude_characters="./").map(quote),
        ),
        max_size=6,
    ).map("".join)
)
def test_a_path_that_does_not_decode_to_text_is_not_allowed(path: str) -> None:
    """Every percent sign begins a character, as Python decodes UTF-8, or the path is closed."""
    is_encoded = re.fullmatch("(?:[^%]|%[0-9a-fA-F]{2})*", path)
    try:
        text = unquote(path, errors="strict") if is_encoded else None
    except UnicodeDecodeError:
        text = None
    # Other rules close what an origin resolves.
    resolvable = set("\0%./;\\")
    expected = text is not None and not resolvable & set(text)

    assert (f"/hooks/-{path}" in ALLOWED) is expected


@given(
    st.lists(st.text("/a*?.", max_size=8).map("/{}".format), max_size=3),
    st.text("/a.b\n", max_size=12).map("/{}".format),
)
def test_a_pattern_matches_as_its_wildcards_say(patterns: list[str], path: str) -> None:
    """As the plain expression does, which tries every place of every part."""
    wildcards = {"*": ".*", "?": "."}
    plain = [
        "".join(wildcards.get(character, re.escape(character)) for character in pattern)
        for pattern in patterns
    ]
    expected = any(re.fullmatch(expression, path, re.DOTALL) for expression in plain)

    assert expected == bool(allowed_paths(patterns).expression.fullmatch(path))


def test_no_path_takes_long_to_match() -> None:
    """An attacker can make one for the pattern; CloudFront takes 8,192 bytes."""
    allowed = allowed_paths(["/*/v*/hooks/*/in"])
    path = "/" + "/v/hooks/" * 900
    found = allowed.expression.fullmatch(path)
    seconds = fastest(lambda: allowed.expression.fullmatch(path), limit=0.05)

    assert (None, True) == (found, seconds < 0.05), seconds


@pytest.mark.parametrize("path", ["", "/", "/robots.txt"])
def test_without_patterns_no_path_is_allowed(path: str) -> None:
    """Not even the empty path."""
    assert path not in allowed_paths([])
