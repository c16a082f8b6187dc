"""Chromium's own parser finds the tags, attributes and texts that the policy is written for."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from maintenance_edge.tags import content_in_svg, tags
from selenium.webdriver import Chrome

from tests.browser.conftest import Visit

# Parsed without running anything. What the parser leaves out, such as a tag that the page ends in,
# may have more hashes than it needs, but never fewer.
_PARSE = """
const wanted = "[style], [onclick], style, script";
const text = (element) => element.matches("style, script") ? element.textContent : null;
return arguments[0].map((page) =>
  [...new DOMParser().parseFromString(page, "text/html").querySelectorAll(wanted)].map((element) =>
    [element.localName, ...["style", "onclick"].map((name) => element.getAttribute(name)),
      text(element)]))"""
_PIECES = st.sampled_from(
    [
        "<p style='a:b'>", '<p style="c">', "<p style=d>", "<p/style=e/>",
        "<p style = 'f' STYLE=g>",
        "<p onclick='h(\"&quot;&amp;\")'>", "<p onclick=i()>", "<p x='>' style=j>", "<p 'style=k>",
        "<p style='l\n' onclick='m'", ">", "<p =style=n>", "<p style==o>", "<p style=\"'\">",
        "<style>p{}</style>", "<style>a&lt;b</style>", "<script>q('<p style=r>')</script>",
        "<svg><style>s&gt;t</style></svg>", "<svg><style><![CDATA[u>v]]></style></svg>",
        "<svg><g style='w'/></svg>", "<!-- <p style=x> -->", "<!--><p style=y>-->", "<!-- --!>",
        "<title><p style=z></title>", "<textarea><style></textarea>", "</p style='>'>", "<b", " ",
        "&amp;", "<!doctype html>", "<?x <p style=A> ?>", "</style>", "</script >",
        "<STYLE a>B</STYLE>",
        "<noscript><style>C</style></noscript>", "<template><p style=D></template>", "'", '"', "\t",
        "<br style='E' />", "<xmp><p style=F></xmp>", "<script src=G>H</script>", "text",
        "<![if a]>", "<title><!--</title>", "<textarea><!-- </textarea>", "<p style=I/J>",
        "<title><style></title>", "<p title=it's style=K>", "<noframes><!--</noframes>",
    ]
)  # fmt: skip
PAGES = st.lists(_PIECES, max_size=12).map("".join)


def found(page: str) -> set[tuple[str, str | None, str | None, str | None]]:
    """Return the same of our tags, with both texts that the content of an element may have."""
    elements = set()
    for tag in tags(page):
        attributes = tag.attributes()
        contents: set[str | None] = {None}
        if tag.name in {"style", "script"}:
            contents = {tag.content, content_in_svg(tag.content)}
        styled = (attributes.get("style"), attributes.get("onclick"))
        elements |= {(tag.name, *styled, content) for content in contents if not tag.is_end}
    return elements


def parsed(browser: Chrome, pages: list[str]) -> list[set[tuple[Any, ...]]]:
    """Return what Chromium finds in each page."""
    return [{tuple(each) for each in page} for page in browser.execute_script(_PARSE, pages)]


def test_chromium_finds_nothing_that_we_do_not(visit: Visit) -> None:
    """Of anything that it would apply or run, the policy has the hash."""
    browser = visit("about:blank")

    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.lists(PAGES, min_size=20, max_size=20))
    def check(pages: list[str]) -> None:
        ours = [found(page) for page in pages]
        theirs = parsed(browser, pages)

        assert [] == [
            (page, missing)
            for page, each, expected in zip(pages, ours, theirs, strict=True)
            if (missing := expected - each)
        ]

    check()
