"""
Another reader and writer of DistributionConfigs, so that the laws do not use the code they test.

ElementTree parses a document and serialises it again, as CloudFront does: elements and text stay,
comments and spelling do not.
"""

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from maintenance.model import Association, Kind

from tests.builders import NAMESPACE

ET.register_namespace("", NAMESPACE)
_LISTS = {
    "LambdaFunctionAssociations": (Kind.LAMBDA_AT_EDGE, "LambdaFunctionARN"),
    "FunctionAssociations": (Kind.CLOUDFRONT_FUNCTION, "FunctionARN"),
}
_LIST_BYTES = re.compile(rb"<((?:Lambda)?FunctionAssociations)\s*(?:/>|>.*?</\1\s*>)", re.DOTALL)


def associations(xml: bytes) -> dict[str | None, set[Association]]:
    """Return what is attached, by path pattern (None: default)."""
    return {
        _text(behavior, "PathPattern") or None: {
            Association(_text(item, "EventType"), kind, _text(item, arn))
            for name, (kind, arn) in _LISTS.items()
            for item in behavior.findall(f"./{_tag(name)}/{_tag('Items')}/*")
        }
        for behavior in _behaviors(_parse(xml))
    }


def quantities(xml: bytes) -> list[tuple[int, int]]:
    """Return the Quantity of each association list, and the number of its items."""
    return [
        (int(_text(each, "Quantity")), len(each.findall(f"./{_tag('Items')}/*")))
        for behavior in _behaviors(_parse(xml))
        for name in _LISTS
        for each in behavior.findall(_tag(name))
        if len(each)
    ]


def without_lists(xml: bytes) -> bytes:
    """Return the bytes outside the association lists."""
    return _LIST_BYTES.sub(b"", xml)


def serialise_again(xml: bytes, reorder: Callable[[list[ET.Element]], None]) -> bytes:
    """Return the document as CloudFront may send it next, with the items of lists reordered."""
    root = _parse(xml)
    for behavior in _behaviors(root):
        for items in behavior.findall(f"./*/{_tag('Items')}"):
            if len(items):
                reordered = list(items)
                reorder(reordered)
                items[:] = reordered
    return _serialise(root)


def attach(xml: bytes, new: Association) -> bytes:
    """Return the document after another party attached `new` to its event in every behavior."""
    root = _parse(xml)
    list_name, (_, arn_name) = next(each for each in _LISTS.items() if each[1][0] is new.kind)
    for behavior in _behaviors(root):
        items = _child(_child(behavior, list_name), "Items")
        for each in [each for each in items if _text(each, "EventType") == new.event_type]:
            items.remove(each)
        item = ET.SubElement(items, _tag(list_name.removesuffix("s")))
        ET.SubElement(item, _tag(arn_name)).text = new.arn
        ET.SubElement(item, _tag("EventType")).text = new.event_type
        _child(_child(behavior, list_name), "Quantity").text = str(len(items))
    return _serialise(root)


def _behaviors(root: ET.Element) -> list[ET.Element]:
    path = f"./{_tag('CacheBehaviors')}/{_tag('Items')}/{_tag('CacheBehavior')}"
    return [*root.findall(_tag("DefaultCacheBehavior")), *root.findall(path)]


def _child(parent: ET.Element, name: str) -> ET.Element:
    """Return the child with that name, and add it if there is none."""
    found = parent.find(_tag(name))
    return ET.SubElement(parent, _tag(name)) if found is None else found


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: ET.Element, name: str) -> str:
    return parent.findtext(_tag(name), default="").strip()


def _parse(xml: bytes) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 - the test itself has made it


def _serialise(root: ET.Element) -> bytes:
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml
