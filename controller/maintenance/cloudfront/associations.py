"""
One of the two association lists of a cache behavior, edited item by item. Pure.

A behavior has `<LambdaFunctionAssociations>` and `<FunctionAssociations>`, each a `<Quantity>` and,
unless that is 0, `<Items>`. An edit cuts or adds whole items and keeps `Quantity` equal to their
number, or CloudFront refuses it (model: cloudfront InconsistentQuantities). A list that is absent
is None.
"""

from collections.abc import Iterable
from html import escape

from msgspec import Struct

from maintenance.cloudfront.xml import Element, scan, splice
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association, Kind

LIST_NAMES = {
    Kind.LAMBDA_AT_EDGE: "LambdaFunctionAssociations",
    Kind.CLOUDFRONT_FUNCTION: "FunctionAssociations",
}
_ARN_NAMES = {Kind.LAMBDA_AT_EDGE: "LambdaFunctionARN", Kind.CLOUDFRONT_FUNCTION: "FunctionARN"}


class Entry(Struct, frozen=True):
    """One item of a list: the association it stands for, and its own bytes."""

    association: Association
    xml: bytes


def entries(kind: Kind, xml: bytes | None) -> tuple[Entry, ...]:
    """Return the items of a list in document order."""
    if xml is None:
        return ()
    items = scan(xml).child("Items")
    found = items.children if items else []
    return tuple(Entry(_association(kind, item), xml[item.start : item.end]) for item in found)


def viewer_request_entry(arn: str) -> Entry:
    """Return the item that attaches a Lambda@Edge version at viewer-request, without the body."""
    xml = (
        "<LambdaFunctionAssociation>"
        f"<LambdaFunctionARN>{escape(arn, quote=False)}</LambdaFunctionARN>"
        f"<EventType>{VIEWER_REQUEST}</EventType>"
        "<IncludeBody>false</IncludeBody>"
        "</LambdaFunctionAssociation>"
    )
    return Entry(Association(VIEWER_REQUEST, Kind.LAMBDA_AT_EDGE, arn), xml.encode())


def with_entry(kind: Kind, xml: bytes | None, new: Entry) -> bytes:
    """Return the list with the item in it, in the place of one for the same event type if any."""
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


def without_events(xml: bytes | None, event_types: Iterable[str]) -> bytes | None:
    """Return the list without the items of these event types, nor `Items` if none is left."""
    if xml is None:
        return None
    root = scan(xml)
    items = root.child("Items")
    unwanted = set(event_types)
    children = items.children if items else []
    cut = [each for each in children if each.text_of("EventType") in unwanted]
    if items is None or not cut:
        return xml
    left = len(children) - len(cut)
    gone = cut if left else [items]
    return splice(xml, [_quantity(root, left), *((each.start, each.end, b"") for each in gone)])


def same_content(one: bytes | None, other: bytes | None) -> bool:
    """Tell whether two lists say the same: items in any order, white space and comments aside."""
    return _content(one) == _content(other)


def _association(kind: Kind, item: Element) -> Association:
    return Association(item.text_of("EventType"), kind, item.text_of(_ARN_NAMES[kind]))


def _with_first_item(xml: bytes, root: Element, new: Entry) -> bytes:
    items = b"<Items>" + new.xml + b"</Items>"
    if root.is_self_closing:
        opened = xml[: root.end].removesuffix(b"/>").rstrip() + b">"
        return opened + b"<Quantity>1</Quantity>" + items + f"</{root.name}>".encode()
    empty = root.child("Items")
    at = (empty.start, empty.end) if empty else (root.inner_end, root.inner_end)
    return splice(xml, [_quantity(root, 1), (*at, items)])


def _quantity(root: Element, number: int) -> tuple[int, int, bytes]:
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


class AssociationLists(Struct, frozen=True):
    """The two association lists of a behavior as XML; None where the configuration has none."""

    lambda_xml: bytes | None
    function_xml: bytes | None

    def entries(self) -> tuple[Entry, ...]:
        """Return the items of both lists."""
        lambdas = entries(Kind.LAMBDA_AT_EDGE, self.lambda_xml)
        return lambdas + entries(Kind.CLOUDFRONT_FUNCTION, self.function_xml)

    def associations(self) -> tuple[Association, ...]:
        """Return what is attached, in an order of its own."""
        return tuple(sorted(each.association for each in self.entries()))

    def with_entry(self, entry: Entry) -> "AssociationLists":
        """Return the lists with the item in the one of its kind."""
        if entry.association.kind is Kind.LAMBDA_AT_EDGE:
            added = with_entry(Kind.LAMBDA_AT_EDGE, self.lambda_xml, entry)
            return AssociationLists(added, self.function_xml)
        added = with_entry(Kind.CLOUDFRONT_FUNCTION, self.function_xml, entry)
        return AssociationLists(self.lambda_xml, added)


class Restored(Struct, frozen=True):
    """The lists after detaching: what went back, and what could not because its place is taken."""

    lists: AssociationLists
    restored: tuple[Association, ...]
    not_restored: tuple[Association, ...]


def is_conflicting(association: Association) -> bool:
    """Tell whether our function cannot be attached beside this one."""
    at_viewer_request = association.event_type == VIEWER_REQUEST
    mixes = association.kind is Kind.CLOUDFRONT_FUNCTION
    return at_viewer_request or (mixes and association.event_type in VIEWER_EVENTS)


def attach(lists: AssociationLists, edge_version_arn: str) -> AssociationLists:
    """Return the lists with our version at viewer-request and nothing in its way."""
    functions = without_events(lists.function_xml, VIEWER_EVENTS)
    return AssociationLists(lists.lambda_xml, functions).with_entry(
        viewer_request_entry(edge_version_arn)
    )


def detach(lists: AssociationLists, noted: AssociationLists) -> Restored:
    """
    Return the lists without ours, and with what the note remembers where its place is free.

    When nobody has touched the lists since, the noted bytes go back as they were. `lists` must
    hold our function at viewer-request.
    """
    displaced = tuple(each for each in noted.entries() if is_conflicting(each.association))
    if _is_as_attached(lists, noted):
        return Restored(noted, tuple(each.association for each in displaced), ())
    return _put_back(lists, displaced)


def _is_as_attached(lists: AssociationLists, noted: AssociationLists) -> bool:
    arn = next(
        each.arn
        for each in lists.associations()
        if each.kind is Kind.LAMBDA_AT_EDGE and each.event_type == VIEWER_REQUEST
    )
    expected = attach(noted, arn)
    return same_content(lists.lambda_xml, expected.lambda_xml) and same_content(
        lists.function_xml, expected.function_xml
    )


def _put_back(lists: AssociationLists, displaced: tuple[Entry, ...]) -> Restored:
    lambdas = without_events(lists.lambda_xml, [VIEWER_REQUEST])
    vacated = AssociationLists(lambdas, lists.function_xml)
    # Judged before the first goes back: two displaced functions never stood in each other's way.
    fits = [each for each in displaced if _is_free(each.association, vacated)]
    lists_with_displaced = vacated
    for entry in fits:
        lists_with_displaced = lists_with_displaced.with_entry(entry)
    restored = tuple(each.association for each in fits)
    not_restored = tuple(each.association for each in displaced if each not in fits)
    return Restored(lists_with_displaced, restored, not_restored)


def _is_free(association: Association, lists: AssociationLists) -> bool:
    """Tell whether the place is empty and the kind does not mix with what is there now."""
    present = [each for each in lists.associations() if each.event_type in VIEWER_EVENTS]
    return not any(
        each.event_type == association.event_type or each.kind is not association.kind
        for each in present
    )
