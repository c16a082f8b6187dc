"""Tags are read as a browser's tokenizer reads them; tests/browser asks Chromium itself."""

import pytest
from maintenance_edge.tags import Tag, content_in_svg, decode, tags, telling_tags

from tests.timing import fastest


def only(page: str) -> Tag:
    """Return the first tag of a page."""
    return next(iter(tags(page)))


@pytest.mark.parametrize(
    ("attributes", "page"),
    [
        ({"class": "a b", "id": "c", "hidden": ""}, "<p class='a b' ID=c hidden>"),
        ({"a": "1", "b": "2"}, '<p a="1"b="2">'),
        ({"title": "it's"}, "<p title=it's>"),
        ({"title": "a>b"}, "<p title='a>b'>"),
        ({"a": "b/c"}, "<p/a=b/c>"),
        ({"a": "b", "c": ""}, "<p a = b c>"),
        ({"a": ""}, "<p a=>"),
        ({"=a": "b"}, "<p =a=b>"),
        ({"a": "=b"}, "<p a==b>"),
        ({"a": "1"}, "<p a=1 A=2>"),
        ({"a": "<b>&é"}, "<p a='&lt;b&gt;&amp;&#233;'>"),
        ({"a": "?b&copy=1"}, "<p a='?b&copy=1'>"),
        ({"a": "b\xa0c"}, "<p a=b\xa0c>"),
        ({"a": "<p b"}, "<p a='<p b"),
    ],
)
def test_attributes_are_those_of_the_standard(attributes: dict[str, str], page: str) -> None:
    """HTML Standard, 13.2.5.32 to 13.2.5.40; references count if they end with a semicolon."""
    assert attributes == only(page).attributes()


@pytest.mark.parametrize(
    ("names", "page"),
    [
        (["p", "/p", "br"], "<P>a</p ><br/>"),
        (["p"], "<!-- <a> --><!--><p><!-- <b> --!><!-- --"),
        (["p"], "<!doctype html><?xml <a ?><! <a><p></ <a>"),
        (["script", "/script", "p"], "<script>'<p>'; a < b</script><p>"),
        (["title", "/title", "p"], "<title><b></titles></TITLE\n><p>"),
        (["style"], "<style><p></style"),
        (["p"], "a < b <1> <p"),
        (["svg", "style", "/style", "/svg"], "<svg><style><g></style></svg>"),
        (["p", "script", "/script"], "<p title='<!--'><script>-->'</script>"),
    ],
)
def test_tags_are_those_of_the_standard(names: list[str], page: str) -> None:
    """Not those in comments, in quotes, or in elements of text only."""
    assert names == [f"{'/' * tag.is_end}{tag.name}" for tag in tags(page)]


def test_a_tag_has_its_place_and_its_content() -> None:
    """The content of an element that is never closed lasts until the end of the page."""
    page = "<p><script defer>go()</script><style>p {}"
    found = {tag.name: (page[tag.start : tag.end], tag.content) for tag in telling_tags(page)}

    assert {"script": ("<script defer>", "go()"), "style": ("<style>", "p {}")} == found


def test_telling_tags_have_attributes_or_text() -> None:
    """The policy depends on no others, and the edge function reads them when it starts."""
    names = [tag.name for tag in telling_tags("<p><p a></p a><b/><i ><style></style>")]

    assert ["p", "b", "i", "style"] == names


def test_names_and_values_without_quotes_are_known() -> None:
    """What is inserted there could end the attribute."""
    assert ["a", "1", "b", "", "c", ""] == list(only("<p a=1 b='2' c=\"3\">").unquoted())


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("g>rect{}", "g&gt;rect{}"),
        ("g>rect{} &gt; ", "<![CDATA[g>rect{} &gt;]]> "),
        ("a&ltb", "a&ltb"),
    ],
)
def test_the_text_of_a_style_in_svg_is_decoded(text: str, content: str) -> None:
    """There it is ordinary text for a browser, which takes the hash of what it decoded."""
    assert text == content_in_svg(content)


def test_unknown_references_stay() -> None:
    """As in a browser."""
    assert "&nothing; & < ©" == decode("&nothing; & &lt; &copy;")


@pytest.mark.parametrize(
    "piece",
    [
        "<!--", "<!-->", "<!", "<", "</", "<a", "<a ", "<a b", "<a b=", "<a b='", "<a b = ",
        "<a " + " " * 50, "<style>", "<style ", "<title>", "<a b='c' ", "&#", "<![CDATA[",
    ],
)  # fmt: skip
@pytest.mark.no_cover
def test_no_page_takes_long_to_read(piece: str) -> None:
    """Each character is looked at once, whatever is left open; usually in 5 milliseconds."""
    page = piece * (40_000 // len(piece))

    def read() -> None:
        for tag in tags(page):
            tag.attributes()
            content_in_svg(tag.content)

    assert fastest(read, limit=0.1) < 0.1
