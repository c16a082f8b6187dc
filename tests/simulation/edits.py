"""
The edits that third parties make to a configuration, whatever it has.

A number selects a behavior, modulo their count; 0 is the default one. A function that is attached
replaces all that may not be attached beside it, ours included.
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from tests.cloud import Cloud
from tests.sandbox.builders import a_function, a_version
from tests.simulation.reference_model import LISTS, behaviors

# The path pattern before and after, if an edit has renamed a behavior.
type Renamed = tuple[str, str] | None
type Edit = Callable[[ET.Element], Renamed]

_LAMBDA, _FUNCTION = LISTS
_VIEWER = ("viewer-request", "viewer-response")
_ACCOUNT = "000000000000"
# Name, list, event type; all but the last two may be displaced by ours.
EXISTING_FUNCTIONS = {
    "auth": (_LAMBDA, "viewer-request"),
    "rewrite": (_FUNCTION, "viewer-request"),
    "headers": (_FUNCTION, "viewer-response"),
    "sign": (_LAMBDA, "viewer-response"),
    "route": (_LAMBDA, "origin-request"),
}


def create_existing_functions(cloud: Cloud) -> None:
    """Create every function that third parties attach."""
    for name, (list_name, _) in EXISTING_FUNCTIONS.items():
        (a_version if list_name == _LAMBDA else a_function)(cloud, name)


@dataclass(frozen=True)
class AttachFunction:
    """Attaches a function to a behavior."""

    name: str
    at: int

    def __call__(self, config: ET.Element) -> Renamed:
        """Change the configuration."""
        attach(_behavior(config, self.at), self.name)
        return None


@dataclass(frozen=True)
class ClearBehavior:
    """Takes every function off a behavior."""

    at: int

    def __call__(self, config: ET.Element) -> Renamed:
        """Change the configuration."""
        _drop(_behavior(config, self.at), lambda _: True)
        return None


@dataclass(frozen=True)
class AddBehavior:
    """Adds a copy of the default behavior, with one function or without."""

    path: str
    name: str | None

    def __call__(self, config: ET.Element) -> Renamed:
        """Change the configuration, unless it has such a behavior."""
        if any(each.findtext("PathPattern") == self.path for each in behaviors(config)):
            return None
        added = ET.fromstring(ET.tostring(behaviors(config)[0]))  # noqa: S314 - made here
        added.tag = "CacheBehavior"
        path = ET.Element("PathPattern")
        path.text = self.path
        added.insert(0, path)
        _drop(added, lambda _: True)
        if self.name:
            attach(added, self.name)
        _order(config, [*behaviors(config)[1:], added])
        return None


@dataclass(frozen=True)
class RemoveBehavior:
    """Removes a behavior other than the default one."""

    at: int

    def __call__(self, config: ET.Element) -> Renamed:
        """Change the configuration, if it has one."""
        ordered = behaviors(config)[1:]
        if ordered:
            del ordered[self.at % len(ordered)]
        _order(config, ordered)
        return None


@dataclass(frozen=True)
class RenameBehavior:
    """Gives a behavior other than the default one another path pattern."""

    at: int
    path: str

    def __call__(self, config: ET.Element) -> Renamed:
        """Change the configuration, if it has one."""
        ordered = behaviors(config)[1:]
        if not ordered:
            return None
        path = _child(ordered[self.at % len(ordered)], "PathPattern")
        before, path.text = path.text or "", self.path
        return before, self.path


@dataclass(frozen=True)
class ChangeSettings:
    """Reverses the order of the behaviors, and toggles a setting of each."""

    comment: str

    def __call__(self, config: ET.Element) -> Renamed:
        """Change the configuration."""
        for each in behaviors(config):
            compress = _child(each, "Compress")
            compress.text = "false" if compress.text == "true" else "true"
        _order(config, behaviors(config)[:0:-1])
        _child(config, "Comment").text = self.comment
        return None


def attach(behavior: ET.Element, name: str) -> None:
    """Attach a function to a behavior, and remove those that may not be beside it."""
    list_name, event_type = EXISTING_FUNCTIONS[name]

    def is_conflicting(kind: str, at: str) -> bool:
        return at == event_type or (kind != list_name and {at, event_type} <= set(_VIEWER))

    _drop(behavior, lambda item: is_conflicting(f"{item.tag}s", item.findtext("EventType", "")))
    items = _child(_child(behavior, list_name), "Items")
    item = ET.SubElement(items, list_name.removesuffix("s"))
    if list_name == _LAMBDA:
        arn = f"arn:aws:lambda:us-east-1:{_ACCOUNT}:function:{name}:1"
        ET.SubElement(item, "LambdaFunctionARN").text = arn
        ET.SubElement(item, "IncludeBody").text = "true" if name == "auth" else "false"
    else:
        ET.SubElement(item, "FunctionARN").text = f"arn:aws:cloudfront::{_ACCOUNT}:function/{name}"
    ET.SubElement(item, "EventType").text = event_type
    _count(behavior)


def _drop(behavior: ET.Element, unwanted: Callable[[ET.Element], bool]) -> None:
    for name in LISTS:
        for items in behavior.findall(f"{name}/Items"):
            for item in [each for each in items if unwanted(each)]:
                items.remove(item)
    _count(behavior)


def _count(behavior: ET.Element) -> None:
    for name in LISTS:
        for each in behavior.findall(name):
            _child(each, "Quantity").text = str(len(each.findall("Items/*")))


def _behavior(config: ET.Element, at: int) -> ET.Element:
    found = behaviors(config)
    return found[at % len(found)]


def _order(config: ET.Element, ordered: list[ET.Element]) -> None:
    container = _child(config, "CacheBehaviors")
    _child(container, "Quantity").text = str(len(ordered))
    _child(container, "Items")[:] = ordered


def _child(parent: ET.Element, name: str) -> ET.Element:
    found = parent.find(name)
    return ET.SubElement(parent, name) if found is None else found
