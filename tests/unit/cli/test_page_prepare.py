"""What lies beside a page is put into it; what cannot be there is left out, and named."""

import base64
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from maintenance.cli.page.prepare import PreparedPage, prepare_page

from tests.edge.builders import some_settings
from tests.edge.hostile_pages import HOSTILE
from tests.timing import fastest

FILES: Mapping[str, bytes] = MappingProxyType(
    {
        "logo.png": b"PNG",
        "img/a b.svg": b"<svg/>",
        "css/a.css": b'\xef\xbb\xbf@import "b.css" print;\r\np{background:url(../logo.png)}',
        "css/b.css": b"a{b:url('/logo.png')} </style>",
        "loop.css": b'@import "loop.css";',
        "many.css": b'@import "many.css";' * 30,
        "app.js": b"go('</script>')",
        "western.js": b"'\xfc'",
        "huge.png": b"x" * 40_001,
        "favicon.ico": b"ICO",
        "big.ico": b"x" * 4_001,
    }
)
PNG = f"data:image/png;base64,{base64.b64encode(b'PNG').decode()}"
SETTINGS = some_settings(allowed_paths=["/open/*"], asset_origins=["https://cdn.example"])


def prepared(page: str | bytes) -> PreparedPage:
    """Return a page as it is uploaded, from a folder with FILES."""
    content = page if isinstance(page, bytes) else page.encode()
    return prepare_page(content, SETTINGS, FILES.get)


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (f'<img src="{PNG}" alt="a">', "<img src=logo.png alt=a>"),
        (f'<img src="{PNG}" />', "<img src='/logo.png?v=1#a'/>"),
        (f'<img src="{PNG}">', "<img src='./img/../logo.png'>"),
        (
            '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
            "<img src='img/a%20b.svg'>",
        ),
        (f'<img src="{PNG}">', "<img src=logo.png srcset='logo.png 1x, b.png 2x' sizes=1px>"),
        (
            f'<picture><img src="{PNG}"></picture>',
            "<picture><source srcset=b.webp><img src=logo.png></picture>",
        ),
        (f'<body background="{PNG}">', "<body background=logo.png>"),
        (f'<p style="a:url({PNG})">', "<p style='a:url(\"logo.png\")'>"),
        (f"<style>p{{a:url({PNG})}}</style>", "<style>p{a:url(logo.png)}</style>"),
        (
            (
                f'<style media="print">@media print{{a{{b:url({PNG})}} <\\/style>}}\n'
                f"p{{background:url({PNG})}}</style>"
            ),
            "<link rel=stylesheet media=print href='css/a.css'>",
        ),
        ("<script>go('<\\/script>')</script>", "<script src=app.js></script>"),
        ("<script>'ü'</script>", "<script src=western.js></script>"),
        (
            "<script type=\"module\">go('<\\/script>')</script>",
            "<script type=module defer src=app.js crossorigin></script>",
        ),
        (
            "<body><p><script>go('<\\/script>')</script>\n</body>",
            "<body><script defer src=app.js></script><p></body>",
        ),
        ("<p><script>go('<\\/script>')</script>\n", "<script async src=app.js></script><p>"),
        (
            '<link rel="icon" href="data:image/x-icon;base64,SUNP">',
            "<link rel=icon href=favicon.ico>",
        ),
        ("<p>", "<link rel=icon href=big.ico><p>"),
        ("<p>", "<link rel='shortcut icon' href='/missing.ico'><p>"),
        ("<p>", "<link rel=manifest href=/a><link rel=preload as=font href=a.woff2><p>"),
        ('<a href="#" onclick="go(); return false">', "<a href='javascript:go();'>"),
        (
            '<a href="#" onclick=\'a("b", &#39;c&#39;); return false\'>',
            "<a href='javascript:a(\"b\", &#39;c&#39;)'>",
        ),
    ],
)
def test_a_page_becomes_self_contained(after: str, before: str) -> None:
    """The table of the module, row by row; each change is a step that a person reads."""
    page = prepared(before)

    assert after == page.text
    assert page.steps


@pytest.mark.parametrize(
    "page",
    [
        "<!doctype html><p class=a>{{message}} &amp; <img src='data:,'>",
        "<img src=/open/logo.png><link rel=icon href=/open/a.ico><img srcset='/open/a.png 2x'>",
        "<link rel=stylesheet href=https://cdn.example/a.css><a href='//cdn.example/a.png'>",
        "<style>p{a:url(/open/a.png)}</style>",
        "<img src='../logo.png'><img src='https://other.example/logo.png'><img src='#logo.png'>",
        "<a href='javascript:go()' onclick='stop()'><a href='/logo.png'>",
        "<iframe src=logo.png></iframe><svg><use href=logo.png></use></svg><p",
        "<!-- <img src=logo.png> --><textarea><img src=logo.png></textarea>",
    ],
)
def test_everything_else_stays(page: str) -> None:
    """What the settings allow, and what only the owner can put right: the check names it."""
    assert PreparedPage(page) == prepared(page)


@pytest.mark.parametrize(
    ("step", "page"),
    [
        ("left a.png as it is: there is no file a.png in the folder", "<img src=a.png>"),
        ("left /i/a.png as it is: there is no file i/a.png in the folder", "<img src=/i/a.png>"),
        (
            "left a%20b.css?v=1 as it is: there is no file a b.css in the folder",
            "<link rel=stylesheet href=a%20b.css?v=1>",
        ),
        ("left b.js as it is: there is no file b.js in the folder", "<script src=b.js></script>"),
        (
            "left a.png as it is: there is no file a.png in the folder",
            "<style>p{a:url(a.png)}</style>",
        ),
    ],
)
def test_a_file_that_is_missing_is_named(step: str, page: str) -> None:
    """The page stays as it is, and the check refuses it with its own remedy."""
    assert PreparedPage(page, (step,)) == prepared(page)


@pytest.mark.parametrize(
    ("why", "icon"),
    [(": there is no file a/b.ico in the folder", "/a/b.ico"), ("", "big.ico")],
)
def test_an_icon_that_is_missing_is_named(why: str, icon: str) -> None:
    """The page does without it, and works."""
    step = f'left out <link rel="icon"> ({icon}){why}'
    assert PreparedPage("<p>", (step,)) == prepared(f"<link rel=icon href={icon}><p>")


WITHOUT = "left out what loads a script from"


@pytest.mark.parametrize(
    ("after", "steps", "before"),
    [
        (
            "<p><img src=https://cdn.example/?a=1&amp;b=2 data-a='https://cdn.example/'>",
            ("wrote https: before addresses that begin with //",),
            "<p><img src=//cdn.example/?a=1&amp;b=2 data-a='https://cdn.example/'>",
        ),
        (
            "<style>@import 'https://cdn.example/a.css';p{a:url(https://cdn.example/b)}</style>",
            ("wrote https: before addresses that begin with //",),
            "<style>@import '//cdn.example/a.css';p{a:url(//cdn.example/b)}</style>",
        ),
        (
            "<meta charset=utf-8>",
            ("left out <meta> with a policy: the response has one",),
            "<meta charset=utf-8><META http-equiv='Content-Security-Policy' content='a'>",
        ),
        (
            "<a href='/app/a'><img src=/open/b.png><a href=#c><a href='b:a'>",
            ("left out <base> (/app/): addresses are whole paths",),
            "<base href=/app/><a href='a'><img src=../open/b.png><a href=#c><a href='b:a'>",
        ),
        (
            "<base href=https://www.example.com/><base href=//a/><base target=_top><a href=b>",
            (),
            "<base href=https://www.example.com/><base href=//a/><base target=_top><a href=b>",
        ),
        (
            "<p>",
            (f"{WITHOUT} googletagmanager.com",),
            "<script async src='https://www.googletagmanager.com/gtag/js?id=1'></script><p>",
        ),
        (
            "<p>",
            (f"{WITHOUT} its queue",),
            "<p><script>window.dataLayer = []; gtag('js')</script>",
        ),
        (
            "<p>",
            (f"{WITHOUT} connect.facebook.net",),
            "<script>x('https://connect.facebook.net/a.js')</script ><p>",
        ),
        (
            "<p>",
            (f"{WITHOUT} www.facebook.com/tr",),
            "<noscript><img src='https://www.facebook.com/tr?id=1'></noscript><p>",
        ),
        (
            f"<script>{'a();' * 800} gtag()</script><noscript>on</noscript>",
            (),
            f"<script>{'a();' * 800} gtag()</script><noscript>on</noscript>",
        ),
    ],
)
def test_a_page_is_reduced_to_what_it_can_have(
    after: str, steps: tuple[str, ...], before: str
) -> None:
    """The table of page_reduce.py, row by row; large scripts do more than load another."""
    page = prepared(before)

    assert (after, set(steps)) == (page.text, set(page.steps))


def test_a_style_sheet_that_imports_itself_ends() -> None:
    """The check refuses what is left."""
    assert (
        '<style>@import "loop.css";</style>' == prepared("<link rel=stylesheet href=loop.css>").text
    )


def test_style_sheets_that_import_many_end_soon() -> None:
    """Each of thirty imports has thirty imports, five times over."""
    page = prepared("<link rel=stylesheet href=many.css>")

    assert 100_000 < len(page.text) < 1_000_000


def test_a_file_that_is_too_large_is_named() -> None:
    """The check can only say that its address is not open."""
    page = prepared("<img src=huge.png>")

    step = (
        "left huge.png where it is: it has 40001 bytes, and CloudFront accepts 40000 with the page"
    )
    assert ("<img src=huge.png>", (step,)) == (page.text, page.steps)


def test_each_step_is_named_once() -> None:
    """A logo may be there twice."""
    page = prepared("<img src=logo.png><img src=logo.png>")

    assert ("put logo.png into it (3 bytes)",) == page.steps


PAGE = '<meta charset="{}"><p>Zurück um 4 €</p>\r\n'


@pytest.mark.parametrize(
    ("encoding", "declared", "content"),
    [
        ("utf-16-le", "utf-16", b"\xff\xfe" + PAGE.format("utf-16").encode("utf-16-le")),
        ("utf-16-be", "utf-16", b"\xfe\xff" + PAGE.format("utf-16").encode("utf-16-be")),
        ("iso-8859-1", "iso-8859-1", PAGE.format("iso-8859-1").encode("cp1252")),
        ("windows-1250", "windows-1250", PAGE.format("windows-1250").encode("cp1250")),
    ],
)
def test_another_encoding_becomes_utf_8(encoding: str, declared: str, content: bytes) -> None:
    """As a browser reads it, by its mark or <meta>; Latin-1 is windows-1252 for browsers."""
    page = prepared(content)

    assert (PAGE.format("utf-8").replace("\r", ""), (f"converted from {encoding} to UTF-8",)) == (
        page.text,
        page.steps,
    ), declared


def test_a_mark_of_utf_8_is_dropped() -> None:
    """Editors on Windows write one."""
    assert PreparedPage("<p>ü") == prepared(b"\xef\xbb\xbf<p>\xc3\xbc")


@pytest.mark.parametrize(
    "page", [b"<p>\xfc", b"<meta charset=nothing><p>\xfc", b"<meta charset=utf-8>\xfc"]
)
def test_an_unknown_encoding_stays_for_the_check(page: bytes) -> None:
    """It says where the first wrong byte is."""
    assert page == prepared(page).text.encode(errors="surrogateescape")


@pytest.mark.no_cover
@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_no_page_takes_long_to_prepare(page: str) -> None:
    """Whatever it leaves open; the slowest takes a sixth of a second."""
    assert fastest(lambda: prepared(page), limit=2) < 2
