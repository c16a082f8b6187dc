"""Association lists, edited item by item."""

import pytest
from maintenance.cloudfront.associations import (
    Entry,
    entries,
    same_content,
    with_entry,
    without,
)
from maintenance.model import VIEWER_EVENTS, Association, Kind

from tests.builders import OURS, a_function, a_lambda, item_xml, list_xml

LAMBDA = Kind.LAMBDA_AT_EDGE
FUNCTION = Kind.CLOUDFRONT_FUNCTION
NEW = Entry(OURS, item_xml(OURS))


def _at_viewer(association: Association) -> bool:
    return association.event_type in VIEWER_EVENTS


EMPTY_LISTS = {
    "absent": None,
    "self-closing": b"<LambdaFunctionAssociations/>",
    "self-closing, spaced": b"<LambdaFunctionAssociations />",
    "without content": b"<LambdaFunctionAssociations></LambdaFunctionAssociations>",
    "Quantity 0": list_xml(LAMBDA),
    "an empty Quantity": (b"<LambdaFunctionAssociations><Quantity/></LambdaFunctionAssociations>"),
    "self-closing Items": (
        b"<LambdaFunctionAssociations><Quantity>0</Quantity><Items/></LambdaFunctionAssociations>"
    ),
    "empty Items": (
        b"<LambdaFunctionAssociations><Quantity>0</Quantity><Items></Items>"
        b"</LambdaFunctionAssociations>"
    ),
    "Items without Quantity": (
        b"<LambdaFunctionAssociations><Items></Items></LambdaFunctionAssociations>"
    ),
}


@pytest.mark.parametrize("xml", EMPTY_LISTS.values(), ids=list(EMPTY_LISTS))
def test_the_first_item_makes_a_whole_list(xml: bytes | None) -> None:
    """However CloudFront writes an empty list, Quantity and Items are right afterwards."""
    assert list_xml(LAMBDA, OURS) == with_entry(LAMBDA, xml, NEW)


def test_a_first_item_keeps_the_other_content_of_its_list() -> None:
    """Even elements and attributes that no SDK knows."""
    xml = (
        b"<FunctionAssociations>\n<New a='1'/><Quantity> 0 </Quantity><!-- c -->"
        b"</FunctionAssociations>"
    )
    entry = Entry(a_function(), item_xml(a_function()))

    expected = (
        b"<FunctionAssociations>\n<New a='1'/><Quantity>1</Quantity><!-- c --><Items>"
        + entry.xml
        + b"</Items></FunctionAssociations>"
    )
    assert expected == with_entry(FUNCTION, xml, entry)


def test_another_item_is_added_at_the_end() -> None:
    """Quantity counts it."""
    origin = a_lambda("origin-request")

    assert list_xml(LAMBDA, origin, OURS) == with_entry(LAMBDA, list_xml(LAMBDA, origin), NEW)


def test_an_item_replaces_one_for_the_same_event() -> None:
    """CloudFront accepts one function for an event type."""
    before = list_xml(LAMBDA, a_lambda(), a_lambda("origin-request"))
    expected = list_xml(LAMBDA, OURS, a_lambda("origin-request"))

    assert expected == with_entry(LAMBDA, before, NEW)


def test_whole_items_are_cut() -> None:
    """Quantity counts the others."""
    before = list_xml(LAMBDA, a_lambda(), a_lambda("origin-request"), a_lambda("viewer-response"))

    assert list_xml(LAMBDA, a_lambda("origin-request")) == without(LAMBDA, before, _at_viewer)


def test_a_list_without_its_last_item_has_no_items() -> None:
    """As CloudFront writes it: Items is absent where Quantity is 0."""
    assert list_xml(LAMBDA) == without(LAMBDA, list_xml(LAMBDA, a_lambda()), _at_viewer)


@pytest.mark.parametrize(
    "xml",
    [
        None,
        list_xml(LAMBDA),
        b"<LambdaFunctionAssociations><Quantity>0</Quantity><Items/></LambdaFunctionAssociations>",
        list_xml(LAMBDA, a_lambda("origin-request")),
    ],
    ids=["absent", "empty", "with no items in Items", "with others"],
)
def test_a_list_without_such_items_stays_byte_for_byte(xml: bytes | None) -> None:
    """White space and unusual spelling included."""
    assert xml == without(LAMBDA, xml, _at_viewer)


def test_an_entry_has_the_bytes_of_its_item() -> None:
    """In document order, with elements that no SDK knows."""
    item = (
        b"<FunctionAssociation><New/><EventType> viewer-request\n</EventType>"
        b"<FunctionARN><![CDATA[arn:aws:cloudfront::123456789012:function/rewrite]]></FunctionARN>"
        b"</FunctionAssociation>"
    )
    xml = list_xml(FUNCTION, a_function("viewer-response", "b"), item)

    expected = (
        Entry(a_function("viewer-response", "b"), item_xml(a_function("viewer-response", "b"))),
        Entry(a_function(), item),
    )
    assert expected == entries(FUNCTION, xml)


@pytest.mark.parametrize("xml", [None, list_xml(FUNCTION), b"<FunctionAssociations/>"])
def test_a_list_without_items_has_no_entries(xml: bytes | None) -> None:
    """Whether it is absent, empty or self-closing."""
    assert () == entries(FUNCTION, xml)


EQUIVALENT = {
    "both absent": (None, None),
    "items in another order": (
        list_xml(LAMBDA, a_lambda(), a_lambda("origin-request")),
        list_xml(LAMBDA, a_lambda("origin-request"), a_lambda()),
    ),
    "white space, a comment and CDATA": (
        list_xml(LAMBDA),
        (
            b"<LambdaFunctionAssociations>\n <!-- c --><Quantity> <![CDATA[0]]> </Quantity>\n"
            b"</LambdaFunctionAssociations>"
        ),
    ),
}
CHANGED = {
    "one absent": (None, list_xml(LAMBDA)),
    "another function": (
        list_xml(LAMBDA, a_lambda(name="a")),
        list_xml(LAMBDA, a_lambda(name="b")),
    ),
    "one more item": (list_xml(LAMBDA), list_xml(LAMBDA, a_lambda())),
    "an element that no SDK knows": (
        list_xml(LAMBDA),
        b"<LambdaFunctionAssociations><Quantity>0</Quantity><New/></LambdaFunctionAssociations>",
    ),
}


@pytest.mark.parametrize(("one", "other"), EQUIVALENT.values(), ids=list(EQUIVALENT))
def test_equivalent_lists_have_the_same_content(one: bytes | None, other: bytes | None) -> None:
    """CloudFront serialises a configuration again, with associations in no fixed order."""
    assert same_content(one, other)


@pytest.mark.parametrize(("one", "other"), CHANGED.values(), ids=list(CHANGED))
def test_changed_lists_do_not_have_the_same_content(one: bytes | None, other: bytes | None) -> None:
    """Restoring the recorded bytes over them would lose the change."""
    assert not same_content(one, other)
