"""The template as data, with CloudFormation's short tags in long form: !Ref x is {"Ref": "x"}."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


class CloudFormationLoader(yaml.SafeLoader):
    """Reads the short tags."""


def _tagged(loader: CloudFormationLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
            return {name: value.split(".", 1) if suffix == "GetAtt" else value}
        case yaml.SequenceNode():
            return {name: loader.construct_sequence(node, deep=True)}
        case _:
            raise ValueError(f"CloudFormation has no short tag like {node}")


CloudFormationLoader.add_multi_constructor("!", _tagged)


@functools.cache
def load_template(path: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """Return a template, by default that of the product; callers share it and only read it."""
    with path.open(encoding="utf-8") as text:
        template: dict[str, Any] = yaml.load(text, CloudFormationLoader)  # noqa: S506 - a SafeLoader
    return template


def unquoted_booleans() -> Iterator[str]:
    """Yield each word that YAML 1.1 reads as a boolean, as written, with its line."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    left = [yaml.compose(text, CloudFormationLoader)]
    while left:
        match left.pop():
            case yaml.MappingNode(value=pairs):
                left += [node for pair in pairs for node in pair]
            case yaml.SequenceNode(value=nodes):
                left += nodes
            case yaml.ScalarNode(tag="tag:yaml.org,2002:bool") as node:
                yield f"{node.value} in line {node.start_mark.line + 1}"


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every statement of a policy, with the logical id of its resource."""
    for name, each in load_template()["Resources"].items():
        declared = each.get("Properties", {})
        inline = declared.get("Policies", [])
        documents = [
            declared.get("PolicyDocument"),
            *(one.get("PolicyDocument", one) for one in inline),
        ]
        for document in filter(None, documents):
            yield from ((name, statement) for statement in document["Statement"])


def resource(name: str) -> dict[str, Any]:
    """Return a resource."""
    found: dict[str, Any] = load_template()["Resources"][name]
    return found


def properties(name: str) -> dict[str, Any]:
    """Return the properties of a resource."""
    found: dict[str, Any] = resource(name)["Properties"]
    return found


def substituted(text: str) -> str:
    """Return the text of a Sub, with each reference replaced by its name."""
    return re.sub(r"\$\{([A-Za-z:.]+)\}", lambda found: found[1].replace("::", "."), text)


def wakeups(kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the controller's events of one SAM type, by name."""
    events = properties("Controller")["Events"]
    return {name: each["Properties"] for name, each in events.items() if each["Type"] == kind}


def resolved(value: Any, attributes: dict[str, str]) -> Any:  # noqa: ANN401 - any part of a template
    """Return the value with each attribute of the Installation replaced by its value."""
    match value:
        case {"Fn::GetAtt": ["Installation", name]}:
            return attributes[name]
        case {"Fn::Sub": str(text)}:
            for name, each in attributes.items():
                text = text.replace(f"${{Installation.{name}}}", each)
            return text
        case dict():
            return {key: resolved(each, attributes) for key, each in value.items()}
        case list():
            return [resolved(each, attributes) for each in value]
        case _:
            return value
