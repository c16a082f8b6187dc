"""
One of the two association lists of a cache behavior, edited item by item. Pure.

A behavior has `<LambdaFunctionAssociations>` and `<FunctionAssociations>`, each a `<Quantity>` and,
unless that is 0, `<Items>`. An edit cuts or adds whole items and keeps `Quantity` equal to their
number, or CloudFront refuses it (model: cloudfront InconsistentQuantities). A list that is absent
is None.
"""

from collections.abc import Callable

from msgspec import Struct

from maintenance.cloudfront.engine import Engine, attached_version
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


def without(
    kind: Kind, xml: bytes | None, is_unwanted: Callable[[Association], bool]
) -> bytes | None:
    """Return the list without these items, and without `Items` if it has no others."""
    if xml is None:
        return None
    root = scan(xml)
    items = root.child("Items")
    children = items.children if items else []
    cut = [each for each in children if is_unwanted(_association(kind, each))]
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

    def without(self, is_unwanted: Callable[[Association], bool]) -> "AssociationLists":
        """Return the lists without these items."""
        return AssociationLists(
            without(Kind.LAMBDA_AT_EDGE, self.lambda_xml, is_unwanted),
            without(Kind.CLOUDFRONT_FUNCTION, self.function_xml, is_unwanted),
        )


class Restored(Struct, frozen=True):
    """The lists after detaching: which functions are back, and which found their place taken."""

    lists: AssociationLists
    restored: tuple[Association, ...]
    not_restored: tuple[Association, ...]


def attach(lists: AssociationLists, engine: Engine, arn: str) -> AssociationLists:
    """Return the lists with this version of ours and without the functions that conflict."""
    entry = Entry(Association(VIEWER_REQUEST, engine.kind, arn), engine.entry(arn))
    # An item at its own place is replaced, not cut, so that it keeps its position in the list.
    return lists.without(
        lambda each: engine.conflicts(each) and not _is_same_place(each, entry.association)
    ).with_entry(entry)


def detach(lists: AssociationLists, displaced: AssociationLists, engine: Engine) -> Restored:
    """
    Return the lists without ours, and with the displaced functions whose place is free.

    `displaced` are the lists as they were before attaching. If nothing has changed since, they go
    back byte for byte. `lists` must hold ours at viewer-request.
    """
    conflicting = tuple(each for each in displaced.entries() if engine.conflicts(each.association))
    if _is_as_attached(lists, displaced, engine):
        return Restored(displaced, tuple(each.association for each in conflicting), ())
    return _restore(_without_ours(lists, engine), conflicting)


def _is_same_place(one: Association, other: Association) -> bool:
    return (one.kind, one.event_type) == (other.kind, other.event_type)


def _is_as_attached(lists: AssociationLists, displaced: AssociationLists, engine: Engine) -> bool:
    arn = attached_version(lists.associations(), engine)
    expected = attach(displaced, engine, arn) if arn else displaced
    return same_content(lists.lambda_xml, expected.lambda_xml) and same_content(
        lists.function_xml, expected.function_xml
    )


def _without_ours(lists: AssociationLists, engine: Engine) -> AssociationLists:
    ours = Association(VIEWER_REQUEST, engine.kind, "")
    return lists.without(lambda each: _is_same_place(each, ours))


def _restore(lists: AssociationLists, displaced: tuple[Entry, ...]) -> Restored:
    # Judged before the first goes back: displaced functions do not conflict with each other.
    fits = [each for each in displaced if _is_free(each.association, lists)]
    with_displaced = lists
    for entry in fits:
        with_displaced = with_displaced.with_entry(entry)
    restored = tuple(each.association for each in fits)
    not_restored = tuple(each.association for each in displaced if each not in fits)
    return Restored(with_displaced, restored, not_restored)


def _is_free(association: Association, lists: AssociationLists) -> bool:
    """Return whether the place is empty and the kind does not mix with what is there now."""
    present = [each for each in lists.associations() if each.event_type in VIEWER_EVENTS]
    return not any(
        each.event_type == association.event_type or each.kind is not association.kind
        for each in present
    )
