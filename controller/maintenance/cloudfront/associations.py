"""
The association lists of a cache behavior, edited item by item. Pure.

A behavior has `<LambdaFunctionAssociations>` and `<FunctionAssociations>`, each a `<Quantity>` and,
unless that is 0, `<Items>`. An edit cuts or adds whole items and keeps `Quantity` equal to their
number, or CloudFront refuses the list (model: cloudfront InconsistentQuantities). A list that is
absent is None.
"""

from collections.abc import Callable

from msgspec import Struct

from maintenance.cloudfront.xml import Element, scan, splice
from maintenance.model import Association, Kind

LIST_NAMES = {
    Kind.LAMBDA_AT_EDGE: "LambdaFunctionAssociations",
    Kind.CLOUDFRONT_FUNCTION: "FunctionAssociations",
}
_ARN_NAMES = {Kind.LAMBDA_AT_EDGE: "LambdaFunctionARN", Kind.CLOUDFRONT_FUNCTION: "FunctionARN"}


class Entry(Struct, frozen=True):
    """An item of a list: the association that it means, and its own bytes."""

    association: Association
    xml: bytes


class AssociationLists(Struct, frozen=True):
    """The two association lists of a behavior as XML; None where the configuration has none."""

    lambda_xml: bytes | None
    function_xml: bytes | None

    def xml_of(self, kind: Kind) -> bytes | None:
        """Return the list of this kind of function."""
        return self.lambda_xml if kind is Kind.LAMBDA_AT_EDGE else self.function_xml

    def entries(self) -> tuple[Entry, ...]:
        """Return the items of both lists."""
        return tuple(entry for kind in Kind for entry in entries(kind, self.xml_of(kind)))

    def associations(self) -> tuple[Association, ...]:
        """Return the attached functions, sorted."""
        return tuple(sorted(each.association for each in self.entries()))

    def with_entry(self, entry: Entry) -> "AssociationLists":
        """Return the lists with the item in the one of its kind."""
        kind = entry.association.kind
        xml = with_entry(kind, self.xml_of(kind), entry)
        if kind is Kind.LAMBDA_AT_EDGE:
            return AssociationLists(xml, self.function_xml)
        return AssociationLists(self.lambda_xml, xml)

    def without(self, is_unwanted: Callable[[Association], bool]) -> "AssociationLists":
        """Return the lists without the items of these associations."""
        return AssociationLists(
            lambda_xml=without(Kind.LAMBDA_AT_EDGE, self.lambda_xml, is_unwanted),
            function_xml=without(Kind.CLOUDFRONT_FUNCTION, self.function_xml, is_unwanted),
        )

    def has_same_content(self, other: "AssociationLists") -> bool:
        """Return whether the lists differ at most in order of items, white space and comments."""
        return all(same_content(self.xml_of(kind), other.xml_of(kind)) for kind in Kind)


def entries(kind: Kind, xml: bytes | None) -> tuple[Entry, ...]:
    """Return the items of a list in document order."""
    if xml is None:
        return ()
    items = scan(xml).child("Items")
    found = items.children if items else []
    return tuple(Entry(_association(kind, item), xml[item.start : item.end]) for item in found)


def with_entry(kind: Kind, xml: bytes | None, new: Entry) -> bytes:
    """Return the list with the item, which replaces one for the same event type."""
    if xml is None:
        name = LIST_NAMES[kind]
        xml = f"<{name}><Quantity>0</Quantity></{name}>".encode()
    root = scan(xml)
    items = root.child("Items")
    if items is None or items.is_self_closing:
        return _with_first_item(xml, root, new)
    event_type = new.association.event_type
    same = [each for each in items.children if each.text_of("EventType") == event_type]
    if same:
        return splice(xml, [(same[0].start, same[0].end, new.xml)])
    at = items.children[-1].end if items.children else items.inner_start
    return splice(xml, [(at, at, new.xml), _quantity(root, len(items.children) + 1)])


def without(
    kind: Kind, xml: bytes | None, is_unwanted: Callable[[Association], bool]
) -> bytes | None:
    """Return the list without the items of these associations; `Items` goes with its last one."""
    if xml is None:
        return None
    root = scan(xml)
    items = root.child("Items")
    children = items.children if items else []
    cut = [each for each in children if is_unwanted(_association(kind, each))]
    if items is None or not cut:
        return xml
    number_left = len(children) - len(cut)
    gone = cut if number_left else [items]
    return splice(
        xml, [_quantity(root, number_left), *((each.start, each.end, b"") for each in gone)]
    )


def same_content(one: bytes | None, other: bytes | None) -> bool:
    """Return whether two lists differ at most in order of items, white space and comments."""
    return _content(one) == _content(other)


def _association(kind: Kind, item: Element) -> Association:
    return Association(item.text_of("EventType"), kind, item.text_of(_ARN_NAMES[kind]))


def _with_first_item(xml: bytes, root: Element, new: Entry) -> bytes:
    items = b"<Items>" + new.xml + b"</Items>"
    if root.is_self_closing:
        start_tag = xml[: root.end].removesuffix(b"/>").rstrip() + b">"
        return start_tag + b"<Quantity>1</Quantity>" + items + f"</{root.name}>".encode()
    empty = root.child("Items")
    at = (empty.start, empty.end) if empty else (root.inner_end, root.inner_end)
    return splice(xml, [_quantity(root, 1), (*at, items)])


def _quantity(root: Element, number: int) -> tuple[int, int, bytes]:
    """Return the replacement that sets `Quantity`, which may be missing or empty."""
    quantity = root.child("Quantity")
    text = str(number).encode()
    if quantity and not quantity.is_self_closing:
        return quantity.inner_start, quantity.inner_end, text
    span = (quantity.start, quantity.end) if quantity else (root.inner_start, root.inner_start)
    return *span, b"<Quantity>" + text + b"</Quantity>"


type _Content = tuple[str, str, tuple["_Content", ...]]


def _content(xml: bytes | None) -> _Content | None:
    return None if xml is None else _element_content(scan(xml))


def _element_content(element: Element) -> _Content:
    children = [_element_content(each) for each in element.children]
    if element.name == "Items":
        children.sort()
    return element.name, element.text.strip(), tuple(children)
