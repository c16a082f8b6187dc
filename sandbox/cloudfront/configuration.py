"""
Read, walk and write a DistributionConfig as a tree. Standard library only.

The tree has names without CloudFront's namespace; writing adds it again. Elements that no SDK knows
stay where they are; comments are dropped, as CloudFront does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Behavior:
    """One cache behavior: `name` is its path in CloudFront's error messages, `element` its XML."""

    name: str
    element: Element

    def associations(self, kind: str) -> list[Element]:
        """Return the associations of `kind`: LambdaFunction or Function."""
        return self.element.findall(f"{kind}Associations/Items/{kind}Association")


def parse(document: bytes) -> Element:
    """Return the root of `document` with local names; ValueError if it is not XML."""
    try:
        root = fromstring(document)  # noqa: S314 - the caller's own document, on loopback
    except ParseError as error:
        raise ValueError(f"The document is not well-formed XML: {error}.") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def write(root: Element) -> bytes:
    """Return `root` as a document in CloudFront's namespace."""
    root.set("xmlns", NAMESPACE)
    body = tostring(root, encoding="unicode").encode()
    del root.attrib["xmlns"]
    return _DECLARATION + body


def behaviors(config: Element) -> Iterator[Behavior]:
    """Yield the default cache behavior, then the ordered ones."""
    default = config.find("DefaultCacheBehavior")
    if default is not None:
        yield Behavior("defaultCacheBehavior", default)
    for number, element in enumerate(config.findall("CacheBehaviors/Items/CacheBehavior"), 1):
        yield Behavior(f"cacheBehaviors.items.{number}.member", element)


def text(element: Element, path: str) -> str:
    """Return the text at `path`, or ''."""
    return (element.findtext(path) or "").strip()


def aliases(config: Element) -> set[str]:
    """Return the aliases, in lower case."""
    return {text(element, ".").lower() for element in config.findall("Aliases/Items/CNAME")}


def edge_function_arns(config: Element) -> set[str]:
    """Return the LambdaFunctionARN of every association."""
    return {text(element, ".") for element in config.iter("LambdaFunctionARN")}


def function_arns(config: Element) -> set[str]:
    """Return the FunctionARN of every CloudFront Function association."""
    return {text(element, ".") for element in config.iter("FunctionARN")}
