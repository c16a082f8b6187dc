"""Markup that does not work under the page's policy is an error with a line; all else is fine."""

import pytest
from maintenance_edge.markup import markup_errors
from maintenance_edge.settings import Settings
from maintenance_edge.template_source import template_errors

from tests.edge.builders import some_settings
from tests.edge.hostile_pages import HOSTILE
from tests.timing import fastest

POLICY = "the page's Content-Security-Policy"
BLOCKED = f"which {POLICY} blocks"
CLOSED = "which is closed during maintenance"
SETTINGS = "in page/settings.json"
AS_DATA = (
    "or put it into the page as data:, as site-maintenance page put does if it lies beside the page"
)
ALLOW = f"add its path to 'allowed_paths' {SETTINGS}"
EVERYWHERE = "a relative address, but this page is shown at every address of the site"
WHOLE = f"write its whole path and add that to 'allowed_paths' {SETTINGS}"
RELATIVE = f"{EVERYWHERE}: {WHOLE}"
RELATIVE_ICON = f"{EVERYWHERE}: remove it, or {WHOLE}"
INLINE = "put the script itself between <script> and </script>"
LOADS_SCRIPT = (
    f"<script> loads another script, which {POLICY} blocks: remove it, or put that script itself "
    "between <script> and </script>"
)
CDN = "add \"https://cdn.example\" to 'asset_origins'"
NO_SEMICOLON = "a character reference without a semicolon: write &amp; for &"
WITHIN_SVG = (
    "within <svg> has comments or tags, which a browser drops: write it without them, and < as &lt;"
)


def errors(markup: str, settings: Settings | None = None) -> tuple[str, ...]:
    """Return the errors of a page with this markup in its second line."""
    return markup_errors(
        f"<!doctype html>\n{markup}\n", "page/page.html", settings or some_settings()
    )


@pytest.mark.parametrize(
    ("error", "markup"),
    [
        (f"<img src> loads /a.png, {CLOSED}: {ALLOW}, {AS_DATA}", "<img src='/a.png'>"),
        (f"<img src> loads a.png, {RELATIVE}, {AS_DATA}", "<IMG SRC=a.png>"),
        (f"<img src> loads ../a.png, {RELATIVE}, {AS_DATA}", "<img src='../a.png'>"),
        (
            "<img src> loads what a message says, which may be any file: write its address",
            "<img src='{{message}}'>",
        ),
        (
            f"<img src> loads https://cdn.example/a.png, {BLOCKED}: {CDN} {SETTINGS}, {AS_DATA}",
            "<img src='https://cdn.example/a.png'>",
        ),
        (
            f"<img src> loads http://cdn.example/a.png, {BLOCKED}: write it with https, {AS_DATA}",
            "<img src='http://cdn.example/a.png'>",
        ),
        (
            f"<img src> loads //cdn.example/a.png, {BLOCKED}: write it with https, {AS_DATA}",
            "<img src='//cdn.example/a.png'>",
        ),
        (f"<img src> loads C:/a.png, {BLOCKED}: {AS_DATA[3:]}", "<img src='C:/a.png'>"),
        (
            f"<source srcset> loads a.webp, {RELATIVE}, {AS_DATA}",
            "<picture><source srcset='a.webp 2x, data:,a 1x'></picture>",
        ),
        (f"<video poster> loads a.png, {RELATIVE}, {AS_DATA}", "<video poster=a.png></video>"),
        (f"<body background> loads a.png, {RELATIVE}, {AS_DATA}", "<body background='a.png'>"),
        (f"<image href> loads a.png, {RELATIVE}, {AS_DATA}", "<svg><image href='a.png'/></svg>"),
        (
            f"<use xlink:href> loads a.svg#b, {RELATIVE}, or draw it as <svg> in the page",
            "<svg><use xlink:href='a.svg#b'/></svg>",
        ),
        (
            f"<use href> loads data:,a#b, {BLOCKED}: draw it as <svg> in the page",
            "<svg><use href='data:,a#b'/></svg>",
        ),
        (
            f'<link rel="icon"> loads /favicon.ico, {CLOSED}: remove it, or {ALLOW}',
            "<link rel='icon' href='/favicon.ico'>",
        ),
        (
            f'<link rel="apple-touch-icon"> loads a.png, {RELATIVE_ICON}',
            "<link rel='apple-touch-icon' href='a.png'>",
        ),
        (f'<link rel="manifest"> loads a file, {BLOCKED}: remove it', "<link rel=manifest href=a>"),
        (f'<link rel="prefetch"> loads a file, {BLOCKED}: remove it', "<link rel=prefetch href=a>"),
        (
            f'<link rel="preload"> loads a file, {BLOCKED}: remove it',
            "<link rel=preload as=fetch href=/a>",
        ),
        (
            (
                f'<link rel="stylesheet"> loads https://cdn.example/a.css, {BLOCKED}: {CDN}, with '
                f"the origins of what it loads, {SETTINGS}, or put its rules into <style>"
            ),
            "<link rel=Stylesheet href='https://cdn.example/a.css'>",
        ),
        (
            f'<link rel="stylesheet"> loads data:text/css,a, {BLOCKED}: put its rules into <style>',
            "<link rel=stylesheet href=data:text/css,a>",
        ),
        (
            (
                f"<script src> loads https://cdn.example/app.js, {BLOCKED}: {CDN} and set "
                f'"page_scripts": true {SETTINGS}, or {INLINE}'
            ),
            '<script src="https://cdn.example/app.js"></script>',
        ),
        (
            (
                "<script src> loads https://cdn.tailwindcss.com/3.4, which writes styles, and "
                f"{POLICY} blocks those: build its CSS and put that into <style>"
            ),
            '<script src="https://cdn.tailwindcss.com/3.4"></script>',
        ),
        (
            f"@import in <style> loads a.css, {RELATIVE}, or put its rules into <style>",
            "<style>@import 'a.css';</style>",
        ),
        (
            f"url() in <style> loads /a.png, {CLOSED}: {ALLOW}, {AS_DATA}",
            "<style>/* @import */ p { background: URL(/a.png) }</style>",
        ),
        (
            f"<p style url()> loads /a.png, {CLOSED}: {ALLOW}, {AS_DATA}",
            "<p style='background: url(/a.png)'>",
        ),
        (
            f"<iframe> shows another document, {BLOCKED}: link to it",
            "<iframe src='https://status.example'></iframe>",
        ),
        (f"<object> shows another document, {BLOCKED}: link to it", "<object data=a></object>"),
        (
            (
                "<meta http-equiv=Content-Security-Policy> adds a second policy: remove it, the "
                "answer has one"
            ),
            "<meta content=\"default-src 'self'\" http-equiv=content-security-POLICY>",
        ),
        (
            f'href="javascript:" is blocked by {POLICY}: write it as onclick=, with href="#"',
            "<a href=' java\tScript:go()'>",
        ),
        (
            f"<form> sends a form, {BLOCKED}: remove it, or use a link",
            "<form action='https://list.example'></form>",
        ),
        (f"<form> sends a form, {BLOCKED}: remove it, or use a link", "<form method=post></form>"),
        (f"<button> sends a form, {BLOCKED}: remove it, or use a link", "<button formaction=/x>"),
        (
            f"<base href> is blocked by {POLICY}: write full addresses into the links",
            "<base href='/a/'>",
        ),
        (
            "{{message}} in <p> is not in quotes, so a message could add attributes: add quotes",
            "<p title=a&{{message}} class='b'>",
        ),
        (
            "{{message}} in <p> is not in quotes, so a message could add attributes: add quotes",
            "<p {{message}}>",
        ),
        (
            "{{message_html}} in <p>, where a link cannot be: use {{message}}",
            "<p title='a > b: {{message_html}}'>",
        ),
        ("<script> is never closed, so it is lost: close it with </script>", "<script>go()"),
        (f"<style> {WITHIN_SVG}", "<svg><style><!-- .a{fill:red} --></style></svg>"),
        (f"<style> {WITHIN_SVG}", "<svg><style>a<b</style></svg>"),
        (f"<style> {WITHIN_SVG}", "<svg><style/></svg><style></style>"),
        (f"<script> {WITHIN_SVG}", "<svg><script><![CDATA[ a()</script></svg>"),
        (f"<style> within <svg> has {NO_SEMICOLON}", "<svg><style>a&gtb{}</style></svg>"),
        (f"style= on <p> has {NO_SEMICOLON}", "<p style='--a: &lt'>"),
        (f"onclick= on <p> has {NO_SEMICOLON}", "<p onclick='go(\"?a&copy=1\")'>"),
        (
            (
                "<script> has <!-- and <script, after which a browser reads on past </script>: "
                "write it without <!--"
            ),
            "<script>'<!-- <script>'</script>",
        ),
        (LOADS_SCRIPT, "<script>let s=document.createElement('script')</script>"),
        (LOADS_SCRIPT, "<script type=module>import { a } from '/a.js'</script>"),
        (LOADS_SCRIPT, "<script type=module>import '/a.js'</script>"),
        (LOADS_SCRIPT, "<script>import('/a.js')</script>"),
        ("NUL is a character that browsers replace: remove it", "<p>\0</p>"),
    ],
)
def test_what_does_not_work_is_an_error_with_its_line(error: str, markup: str) -> None:
    """It would fail unnoticed."""
    assert (f"page/page.html, line 2: {error}.",) == errors(markup)


@pytest.mark.parametrize(
    "markup",
    [
        "<style>p { fill: url(#a); color: red }</style><p class=style>src=</p>",
        "<style>/* @import 'a.css'; url(b) */</style>",
        "<script type=module>fetch('/'); const text = \"<img src='a'>\";</script>",
        "<script></script><STYLE>p {}</STYLE>",
        "<!-- <img src=a> <script src=b></script> -->",
        "<svg><use href='#a'/><use/></svg><link rel=canonical href='https://www.example.com/'>",
        "<link rel='preconnect dns-prefetch' href='https://cdn.example'>",
        "<a href='https://status.example'>status</a><a href='mailto:a@example.com'>write</a>",
        "<form method=dialog><button>Close</button></form><dialog open hidden></dialog>",
        "<form onsubmit='return false'><input></form>",
        "<base target=_top><meta http-equiv=refresh content=60><meta http-equiv=x-ua-compatible>",
        "<p data-src=a title='javascript is off'>{{message}} & <",
        "<p title=\"{{message}}\" data-a='{{message}}'>",
        "<textarea><b></textarea></style>",
        "<![if !IE]><p><![endif]><![CDATA[ x ]]><![foo[ y <![ 1",
        "<p style='color: red; background: url(data:,)' onclick='go(&quot;a&quot;)'>",
        "<img src='' alt=''><img src=data:,><link rel=icon href='data:,'><img src=\"#\">",
        "<style>@font-face { src: url('data:font/woff2;base64,AA') }</style>",
        "<svg><style><![CDATA[a>b{} <!-- ]]></style><style>g&gt;rect{}</style></svg>",
        "<svg><g/><foreignObject><style>a<b</style></foreignObject></svg><svg/><style>a<b</style>",
        "</svg><svg><svg></svg></svg><style>a<b</style>",
        "<p title='<!--'></p><script>go()</script><p title='-->'></p>",
        "<script>//<![CDATA[\ngo()\n//]]></script><script>'<!--'</script>",
        "<noscript><style>p{}</style></noscript>",
    ],
)
def test_markup_that_works_is_accepted(markup: str) -> None:
    """The check refuses only what does not work."""
    assert () == errors(markup)


OWN = some_settings(
    allowed_paths=["/maintenance-assets/*"],
    asset_origins=["https://cdn.example"],
    page_scripts=False,
)
WITH_SCRIPTS = some_settings(
    allowed_paths=["/maintenance-assets/*"],
    asset_origins=["https://cdn.example"],
    page_scripts=True,
)
SET = f'set "page_scripts": true {SETTINGS}'


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='/maintenance-assets/logo.png?v=2#a'>",
        "<img src='/maintenance-assets/logo größe.png'>",
        "<img src='https://CDN.example:443/a.png'>",
        "<link rel=stylesheet href=/maintenance-assets/a.css>",
        "<style>@import 'https://cdn.example/a.css'</style>",
    ],
)
def test_files_that_the_settings_allow_are_accepted(markup: str) -> None:
    """Case 06: S3 is up and the path is open."""
    assert () == errors(markup, OWN)


@pytest.mark.parametrize(
    ("error", "markup"),
    [
        (f"<img src> loads /logo.png, {CLOSED}: {ALLOW}, {AS_DATA}", "<img src=/logo.png>"),
        (
            f"<img src> loads /maintenance-assets/../a.png, {CLOSED}: {ALLOW}, {AS_DATA}",
            "<img src=/maintenance-assets/../a.png>",
        ),
        (
            f"<script src> loads /maintenance-assets/a.js, {BLOCKED}: {SET}, or {INLINE}",
            "<script src=/maintenance-assets/a.js></script>",
        ),
    ],
)
def test_other_files_stay_errors(error: str, markup: str) -> None:
    """Scripts need a setting of their own."""
    assert (f"page/page.html, line 2: {error}.",) == errors(markup, OWN)


def test_script_files_are_accepted_with_their_setting() -> None:
    """And scripts that load further ones."""
    page = (
        "<script src=/maintenance-assets/a.js></script><script src=https://cdn.example/b.js>"
        "</script><script>document.createElement('script')</script>"
    )

    assert () == errors(page, WITH_SCRIPTS)


def test_an_error_in_a_style_has_its_own_line() -> None:
    """Comments and tags of several lines count."""
    page = "<style\n media=all>\n/* one\n   two */\np { background: url(/a.png) }</style>"

    (error,) = markup_errors(page, "p", some_settings())

    assert f"p, line 5: url() in <style> loads /a.png, {CLOSED}: {ALLOW}, {AS_DATA}." == error


def test_a_long_address_is_shortened() -> None:
    """A person only has to find it."""
    (error,) = errors(f"<img src='/{'a' * 200}'>")

    assert f"<img src> loads /{'a' * 59}…, which" in error


def test_a_page_shows_ten_errors_and_counts_the_rest() -> None:
    """A page made for another policy has hundreds."""
    found = markup_errors("<iframe></iframe>\n" * 12, "page/page.html", some_settings())

    assert (11, "page/page.html has 2 more such errors: fix these as well.") == (
        len(found),
        found[-1],
    )


def test_too_many_different_styles_make_the_policy_too_long() -> None:
    """Proxies and programs drop responses with larger headers."""
    page = "".join(f"<p style='width: {width}px'>" for width in range(150))

    (error,) = errors(page)

    assert "style= and onclick=, in all 82" in error
    assert error.endswith("put rules into <style>, for classes, and code into <script>.")


def test_a_message_that_would_be_code_is_left_to_its_own_error() -> None:
    """Rendering the page refuses it."""
    assert () == errors("<script>{{message}}</script>")


@pytest.mark.no_cover
@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_no_page_takes_long_to_check(page: str) -> None:
    """It runs before a site closes; the slowest takes a sixth of a second."""

    def check() -> None:
        errors(page)
        template_errors(page, "page/page.html")

    assert fastest(check, limit=2) < 2
