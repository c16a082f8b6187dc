"""Finding elements in a document, to the byte."""

from itertools import pairwise

import pytest
from maintenance.cloudfront.xml import Element, scan, splice
from maintenance.errors import ObservationError


def _cut(xml: bytes, element: Element | None) -> tuple[bytes, bytes]:
    """Return the bytes of the element and those of its content."""
    assert element
    return xml[element.start : element.end], xml[element.inner_start : element.inner_end]


SPELLINGS = {
    "text": (b"<B>x</B>", b"x"),
    "nothing": (b"<B></B>", b""),
    "self-closing": (b"<B/>", b""),
    "self-closing, spaced": (b"<B  />", b""),
    "an attribute that looks like an end": (b'<B a="/>"></B>', b""),
    "an attribute and an end tag over two lines": (b'<B\n a="1">x</B\n>', b"x"),
    "a child first": (b"<B><C/></B>", b"<C/>"),
    "a comment first": (b"<B><!-- <B> --></B>", b"<!-- <B> -->"),
    "CDATA first": (b"<B><![CDATA[</B>]]></B>", b"<![CDATA[</B>]]>"),
    "an instruction first": (b"<B><?x y?></B>", b"<?x y?>"),
    "an entity first": (b"<B>&amp;c</B>", b"&amp;c"),
    "bytes that are not ASCII": ("<B>čaj</B>".encode(), "čaj".encode()),
}


@pytest.mark.parametrize(("element", "content"), SPELLINGS.values(), ids=list(SPELLINGS))
def test_an_element_and_its_content_are_found_to_the_byte(element: bytes, content: bytes) -> None:
    """However the element is written, and whatever surrounds it."""
    xml = "<?xml version='1.0'?><A>č<!-- č --> ".encode() + element + b"\n<B>another</B></A>\n"

    assert (element, content) == _cut(xml, scan(xml).child("B"))


@pytest.mark.parametrize(("xml", "expected"), [(b"<A/>", True), (b"<A></A>", False)])
def test_only_a_self_closing_element_has_no_place_for_content(
    xml: bytes, *, expected: bool
) -> None:
    """An element with an end tag has one, even if it is empty."""
    assert expected is scan(xml).is_self_closing


def test_a_descendant_is_found_along_its_path() -> None:
    """By the first child of each name."""
    xml = b"<A><B><C>1</C></B><B><C>2</C></B></A>"

    assert b"<C>1</C>" == _cut(xml, scan(xml).child("B", "C"))[0]


@pytest.mark.parametrize("path", [("X",), ("X", "C"), ("B", "X")])
def test_a_path_without_an_element_gives_none(path: tuple[str, ...]) -> None:
    """Whichever name is missing."""
    assert scan(b"<A><B><C/></B></A>").child(*path) is None


def test_text_is_complete_and_stripped() -> None:
    """With entities and CDATA resolved, and without comments."""
    xml = b"<A><B>\n /a&amp;b<!-- c --><![CDATA[&c]]> \n</B></A>"

    assert "/a&b&c" == scan(xml).text_of("B")


def test_the_text_of_a_missing_element_is_empty() -> None:
    """A missing and an empty setting mean the same."""
    assert "" == scan(b"<A/>").text_of("B")


@pytest.mark.parametrize("body", [b"", b"no", b"<A>", b"<A></B>", b"<A/><A/>", b"<A>\xff</A>"])
def test_a_document_that_is_not_xml_is_refused(body: bytes) -> None:
    """Half a configuration must never pass for a whole one."""
    with pytest.raises(ObservationError, match="is not XML"):
        scan(body)


ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE A [<!ENTITY a "laugh">{ENTITIES}]><A>&i;</A>',
        '<!DOCTYPE A [<!ENTITY a SYSTEM "file:///etc/passwd">]><A>&a;</A>',
        "<!DOCTYPE A><A/>",
        "<A>" * 101 + "</A>" * 101,
    ],
    ids=["entities that expand", "an external entity", "a document type", "too deep"],
)
def test_a_document_that_cloudfront_never_sends_is_refused(body: str) -> None:
    """Neither a configuration nor a record can make the controller read files or run forever."""
    with pytest.raises(ObservationError, match="what CloudFront never sends"):
        scan(body.encode())


def test_the_deepest_allowed_element_is_read() -> None:
    """Far deeper than any of CloudFront's."""
    assert b"<A>" * 100 + b"</A>" * 100 == _cut(xml := b"<A>" * 100 + b"</A>" * 100, scan(xml))[0]


def test_splicing_replaces_cuts_and_inserts() -> None:
    """In any order, by positions in the original."""
    replacements = [(6, 8, b""), (0, 1, b"AAA"), (4, 4, b"+")]

    assert b"AAAbcd+ef" == splice(b"abcdefgh", replacements)


def test_two_insertions_at_one_position_keep_their_order() -> None:
    """Both lists that a behavior lacks are added at its end, one after the other."""
    assert b"a12b" == splice(b"ab", [(1, 1, b"1"), (1, 1, b"2")])
