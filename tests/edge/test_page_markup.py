"""Markup that a page's policy would stop is named with its line; all else is the author's."""

import pytest
from page_markup import markup_faults

LOADS = "loads a file, and a page may load none, because that would be down as well"
DRAW = "draw it as <svg> in the page, or remove it"
RULES = "put its rules into <style>, or remove it"
LISTEN = "use addEventListener in <script>"
STOPPED = "which the page's policy stops"


@pytest.mark.parametrize(
    ("fault", "markup"),
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
            f"<iframe> shows another document, {STOPPED}: link to it",
            "<iframe src='https://status.example'></iframe>",
        ),
        (f"<object> shows another document, {STOPPED}: link to it", "<object data=a></object>"),
        (f"onclick= is script in an attribute, {STOPPED}: {LISTEN}", "<p onclick='go()'>"),
        (f"onload= is script in an attribute, {STOPPED}: {LISTEN}", "<body ONLOAD=go()>"),
        (
            f'href="javascript:" is stopped by the page\'s policy: {LISTEN}',
            "<a href=' java\tScript:go()'>",
        ),
        (
            "style= of <p> is stopped by the page's policy: move its rules into <style>",
            "<p style='color: red'>",
        ),
        (
            f"<form> sends a form, {STOPPED}: remove it, or use a link",
            "<form action='https://list.example' method=post></form>",
        ),
        (
            f"<button> sends a form, {STOPPED}: remove it, or use a link",
            "<button formaction=/x>",
        ),
        (
            "<base href> is stopped by the page's policy: write whole addresses into the links",
            "<base href='/a/'>",
        ),
        (
            (
                "{{message}} in <p> has no quotes around it, so it could say anything of the "
                "element: add them"
            ),
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
            (
                "<script> is never closed, and so is stopped by the page's policy: "
                "end it with </script>"
            ),
            "<script>go()",
        ),
        (
            (
                "<style> has not the text that the page's policy allows: "
                "write it without CDATA markers, NUL characters and comments around it"
            ),
            "<svg><style><![CDATA[p { color: red }]]></style></svg>",
        ),
        (
            (
                "<script> has not the text that the page's policy allows: "
                "write it without CDATA markers, NUL characters and comments around it"
            ),
            "<p title='<!--'></p><script>go()</script><p title='-->'></p>",
        ),
    ],
)
def test_what_the_policy_stops_is_named_with_its_line(fault: str, markup: str) -> None:
    """It would not work, and no visitor would tell."""
    assert (f"page/page.html, line 2: {fault}.",) == markup_faults(
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
def test_what_works_under_the_policy_is_accepted(markup: str) -> None:
    """The check refuses what does not work, not what it does not know."""
    assert () == markup_faults(markup, "page/page.html")


def test_a_fault_within_styles_is_named_with_its_own_line() -> None:
    """Lines are counted through comments, and from the end of a tag that takes several."""
    page = "<style\n media=all>\n/* one\n   two */\np { background: url(a.png) }</style>"

    assert (f"p, line 5: url in <style> {LOADS}: remove it.",) == markup_faults(page, "p")


def test_all_faults_of_a_page_are_named_up_to_ten() -> None:
    """The rest is counted: a page that was made for another policy has hundreds."""
    faults = markup_faults("<p style=a>\n" * 12, "page/page.html")

    assert (11, "page/page.html has 2 more such places: mend these as well.") == (
        len(faults),
        faults[-1],
    )
