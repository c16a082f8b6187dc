"""Markup that the page's policy would block is an error with a line; all else is accepted."""

import pytest
from maintenance_edge.markup import markup_errors

POLICY = "the page's Content-Security-Policy"
LOADS = f"loads a file, which {POLICY} blocks"
DRAW = "draw it as <svg> in the page, or remove it"
RULES = "put its rules into <style>, or remove it"
LISTEN = "use addEventListener in <script>"
BLOCKED = f"which {POLICY} blocks"


@pytest.mark.parametrize(
    ("error", "markup"),
    [
        (
            f"<script src> {LOADS}: put the script itself between <script> and </script>",
            '<script src="https://cdn.example/app.js"></script>',
        ),
        (f'<link rel="stylesheet"> {LOADS}: {RULES}', '<link rel=Stylesheet href="/a.css">'),
        (
            f'<link rel="shortcut icon"> {LOADS}: {RULES}',
            '<link rel="shortcut icon" href="/a.ico">',
        ),
        (f"<img src> {LOADS}: {DRAW}", '<img src="http://example.com/a.png" alt="">'),
        (f"<img src> {LOADS}: {DRAW}", '<IMG SRC="data:image/gif;base64,R0lGODlhAQABAAAAACw=" />'),
        (f"<source srcset> {LOADS}: {DRAW}", "<picture><source srcset='a.webp'></picture>"),
        (f"<video poster> {LOADS}: {DRAW}", "<video poster=a.png></video>"),
        (f"<body background> {LOADS}: {DRAW}", "<body background='a.png'>"),
        (f"<image href> {LOADS}: {DRAW}", "<svg><image href='a.png'/></svg>"),
        (f"<use xlink:href> {LOADS}: {DRAW}", "<svg><use xlink:href='a.svg#b'/></svg>"),
        (
            f"<iframe> shows another document, {BLOCKED}: link to it",
            "<iframe src='https://status.example'></iframe>",
        ),
        (f"<object> shows another document, {BLOCKED}: link to it", "<object data=a></object>"),
        (f"onclick= is script in an attribute, {BLOCKED}: {LISTEN}", "<p onclick='go()'>"),
        (f"onload= is script in an attribute, {BLOCKED}: {LISTEN}", "<body ONLOAD=go()>"),
        (
            f'href="javascript:" is blocked by {POLICY}: {LISTEN}',
            "<a href=' java\tScript:go()'>",
        ),
        (
            f"style= on <p> is blocked by {POLICY}: move its rules into <style>",
            "<p style='color: red'>",
        ),
        (
            f"<form> sends a form, {BLOCKED}: remove it, or use a link",
            "<form action='https://list.example' method=post></form>",
        ),
        (
            f"<button> sends a form, {BLOCKED}: remove it, or use a link",
            "<button formaction=/x>",
        ),
        (
            f"<base href> is blocked by {POLICY}: write full addresses into the links",
            "<base href='/a/'>",
        ),
        (
            ("{{message}} in <p> is not in quotes, so a message could add attributes: add quotes"),
            "<p title=a&{{message}} class='b'>",
        ),
        (f"@import in <style> {LOADS}: remove it", "<style>@import 'a.css';</style>"),
        (
            f"url in <style> {LOADS}: remove it",
            "<style>/* @import */ p { background: URL(a.png) }</style>",
        ),
        (
            f"image-set in <style> {LOADS}: remove it",
            "<style>p { background: image-set('a.png' 1x) }</style>",
        ),
        (
            (f"<script> is never closed, so {POLICY} blocks it: close it with </script>"),
            "<script>go()",
        ),
        (
            (
                f"<style> does not match its hash in {POLICY}: "
                "write it without CDATA markers, NUL characters and comments around it"
            ),
            "<svg><style><![CDATA[p { color: red }]]></style></svg>",
        ),
        (
            (
                f"<script> does not match its hash in {POLICY}: "
                "write it without CDATA markers, NUL characters and comments around it"
            ),
            "<p title='<!--'></p><script>go()</script><p title='-->'></p>",
        ),
    ],
)
def test_blocked_markup_is_an_error_with_its_line(error: str, markup: str) -> None:
    """It would fail unnoticed."""
    assert (f"page/page.html, line 2: {error}.",) == markup_errors(
        f"<!doctype html>\n{markup}\n", "page/page.html"
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<style>p { fill: url(#a); color: red }</style><p class=style>src=</p>",
        "<style>/* @import 'a.css'; url(b) */</style>",
        "<script type=module>fetch('/'); const text = \"<img src='a'>\";</script>",
        "<script></script><STYLE>p {}</STYLE>",
        "<!-- <img src=a> <script src=b></script> -->",
        "<svg><use href='#a'/><use/></svg><link rel=canonical href='https://www.example.com/'>",
        "<a href='https://status.example'>status</a><a href='mailto:a@example.com'>write</a>",
        "<form method=dialog><button>Close</button></form><dialog open hidden></dialog>",
        "<base target=_top><meta http-equiv=refresh content=60>",
        "<p data-src=a title='javascript is off'>{{message}} & <",
        "<textarea><b></textarea></style>",
        "<![if !IE]><p><![endif]><![CDATA[ x ]]><![foo[ y <![ 1",
    ],
)
def test_markup_that_the_policy_allows_is_accepted(markup: str) -> None:
    """The check refuses only what does not work."""
    assert () == markup_errors(markup, "page/page.html")


def test_an_error_in_a_style_has_its_own_line() -> None:
    """Comments and tags of several lines count."""
    page = "<style\n media=all>\n/* one\n   two */\np { background: url(a.png) }</style>"

    assert (f"p, line 5: url in <style> {LOADS}: remove it.",) == markup_errors(page, "p")


def test_a_page_shows_ten_errors_and_counts_the_rest() -> None:
    """A page made for another policy has hundreds."""
    errors = markup_errors("<p style=a>\n" * 12, "page/page.html")

    assert (11, "page/page.html has 2 more such errors: fix these as well.") == (
        len(errors),
        errors[-1],
    )
