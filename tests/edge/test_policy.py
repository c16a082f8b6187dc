"""The policy of a page allows what the page needs, and nothing more."""

import base64
import hashlib

import pytest
from maintenance_edge.loads import css_loads
from maintenance_edge.page_policy import content_security_policy
from maintenance_edge.policy import PageSources

CDN = "https://cdn.example"
OPEN = PageSources({"asset_origins": [CDN, "https://fonts.example"], "page_scripts": False})
WITH_SCRIPTS = PageSources({"asset_origins": [CDN], "page_scripts": True})


def sha256(text: str) -> str:
    """Return the source of a hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def directives(page: str, allowed: PageSources = OPEN) -> dict[str, str]:
    """Return the sources of each directive."""
    policy = content_security_policy(page, allowed)
    return {
        name: sources for name, _, sources in (each.partition(" ") for each in policy.split("; "))
    }


def test_a_page_that_loads_nothing_may_load_nothing() -> None:
    """Its scripts may ask its own site whether it is back."""
    assert {
        "default-src": "'none'",
        "style-src": sha256("p {}"),
        "script-src": sha256("go()"),
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    } == directives("<p><style>p {}</style><script>go()</script>")


@pytest.mark.parametrize("form", ["<p style='{}'>", "<p STYLE={}>", '<svg><g style="{}"/></svg>'])
def test_a_style_attribute_is_allowed_by_its_hash(form: str) -> None:
    """As is <style>, but only with 'unsafe-hashes'; each text has one hash."""
    page = form.format("color:red") * 2

    assert f"'unsafe-hashes' {sha256('color:red')}" == directives(page)["style-src"]


def test_an_event_handler_is_allowed_by_its_hash() -> None:
    """The references in it are decoded first."""
    page = "<script>a()</script><p onclick='go(&quot;a&quot;)'>"

    expected = f"{sha256('a()')} 'unsafe-hashes' {sha256('go("a")')}"
    assert expected == directives(page)["script-src"]


def test_a_style_in_svg_is_allowed_as_the_browser_hashes_it() -> None:
    """Case 04: it is decoded there, but not outside of <svg>; both are the page's own."""
    page = "<svg><style>g&gt;rect{fill:red}</style></svg>"

    expected = "'sha256-x2LLCmkTW7DrEdYrIozc7S1M9xUfV0rFU6aYZFz+uHo='"
    assert expected in directives(page)["style-src"].split()


def test_data_is_allowed_if_the_page_has_some() -> None:
    """For images, fonts, video and sound; never for scripts and styles."""
    page = "<img src='DATA:image/gif;base64,R0lGODlhAQABAAAAACw='>"

    assert {"img-src", "font-src", "media-src"} == {
        name for name, sources in directives(page).items() if sources == "data:"
    }


@pytest.mark.parametrize(
    "page",
    [
        "<img src='/a.png'>",
        "<img srcset='/a.png 1x, /b.png 2x'>",
        "<link rel='shortcut ICON' href=/a.ico>",
        "<link rel=preload as=font href=/a.woff2>",
        "<body background=/a.png>",
        "<video poster=/a.png></video>",
        "<svg><image href=/a.png /></svg>",
        "<svg><rect fill='url(/a.svg#b)'/></svg>",
        "<p style='background: url(/a.png)'>",
        "<style>p { background: URL( '/a.png' ) }</style>",
        "<style>p { background: image-set('/a.png' 1x) }</style>",
    ],
)
def test_own_files_are_allowed_if_the_page_loads_some(page: str) -> None:
    """Images, fonts, video and sound, but no styles and scripts."""
    found = directives(page)

    assert ("'self'", "'self'", False, False) == (
        found["img-src"],
        found["font-src"],
        "'self'" in found["style-src"],
        "'self'" in found["script-src"],
    )


@pytest.mark.parametrize(
    "page", ["<link rel=stylesheet href=/a.css>", "<style>@import '/a.css'</style>"]
)
def test_an_own_style_sheet_may_load_images_and_fonts(page: str) -> None:
    """Its text is not known here."""
    found = directives(page)

    assert ("'self'", "'self'", "'none'") == (
        found["style-src"].split()[-1],
        found["img-src"],
        found["script-src"],
    )


@pytest.mark.parametrize("url", [f"{CDN}/a.css", " https:\\\\CDN.example:443/a.css?b"])
def test_a_file_of_an_allowed_origin_allows_the_origins(url: str) -> None:
    """All that the setting has: a style sheet may load fonts from another one."""
    found = directives(f"<link rel=stylesheet href='{url}'>")

    assert [f"{CDN} https://fonts.example"] * 2 == [found["style-src"], found["img-src"]]


def test_a_file_of_another_origin_allows_nothing() -> None:
    """The page's own text cannot widen the policy beyond the settings."""
    assert "img-src" not in directives("<img src=https://other.example/a.png>")


@pytest.mark.parametrize(
    ("sources", "allowed"), [("'none'", OPEN), ("'self'", WITH_SCRIPTS)], ids=["not set", "set"]
)
def test_script_files_need_a_setting(sources: str, allowed: PageSources) -> None:
    """Any JSON or upload below an allowed path could be run otherwise."""
    assert sources == directives("<script src=/a.js></script>", allowed)["script-src"]


def test_script_files_of_allowed_origins_need_it_too() -> None:
    """With it, both kinds."""
    page = f"<script src={CDN}/a.js></script><link rel=modulepreload href=/b.js>"

    assert f"'self' {CDN}" == directives(page, WITH_SCRIPTS)["script-src"]


@pytest.mark.parametrize(
    ("loaded", "rules"),
    [
        ([("@import", "a.css")], "@import 'a.css' screen;"),
        ([("@import", "a.css")], '@import url("a.css");'),
        ([("url()", "a.png")], "p { background: url(a.png) }"),
        (
            [("url()", "a.woff"), ("url()", "a.woff2")],
            "@font-face{src:url(a.woff),url('a.woff2')}",
        ),
        (
            [("image-set()", "a.png"), ("image-set()", "b.png")],
            "p{b:image-set('a.png' 1x, 'b.png' 2x)}",
        ),
        ([("image-set()", "a.png")], "p{b:image-set(url('a.png') 1x type('image/png'))}"),
        ([("image-set()", "a.png")], "p{b:image-set(url(a.png) 1x)}"),
        (
            [("url()", "data:image/svg+xml,<svg fill='url(%23a)'>")],
            "p{b:url(\"data:image/svg+xml,<svg fill='url(%23a)'>\")}",
        ),
        ([("url()", "#a")], "p { fill: url(#a) }"),
        ([], "@namespace svg url(http://www.w3.org/2000/svg); /* url(a.png) @import 'b' */"),
        ([("url()", "b.png")], "/* url(a.png) */ p { background: url(b.png) }"),
    ],
)
def test_what_css_loads_is_found(loaded: list[tuple[str, str]], rules: str) -> None:
    """Comments and namespaces load nothing."""
    assert loaded == [(load.name, load.url) for load in css_loads(rules)]
