"""The rights that the roles of a template have, for people to read. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

# `arn:aws:ssm:us-east-1:123456789012:`; the action names the service already.
_ARN_PREFIX = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:")


class Right(Struct, frozen=True):
    """
    What a role may do in a service, and on what.

    Resources are without the beginning of their ARN. Those of the stack have their logical ids.
    """

    role: str
    service: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


def rights(template: str, values: Mapping[str, str]) -> tuple[Right, ...]:
    """Return what each statement of each role allows, by role; `values` are the parameters'."""
    document = json.loads(template)
    defaults = {name: str(each.get("Default", "")) for name, each in document["Parameters"].items()}
    known = {**defaults, **values, "AWS::Region": "", "AWS::AccountId": ""}
    reader = _Reader(known, document.get("Conditions", {}))
    found = [
        right
        for name, each in document["Resources"].items()
        if "Condition" not in each or reader.holds(each["Condition"])
        for right in reader.read(name, each["Type"], each.get("Properties", {}))
    ]
    return tuple(sorted(found, key=lambda each: each.role))


class _Reader(Struct, frozen=True):
    """Reads policies; `values` has what a reference to a parameter stands for."""

    values: Mapping[str, str]
    conditions: Mapping[str, Any]

    def read(self, name: str, kind: str, properties: dict[str, Any]) -> Iterator[Right]:
        if kind == "AWS::IAM::Role":
            for arn in properties.get("ManagedPolicyArns", ()):
                yield Right(name, "policy", (self._text(arn).rpartition("/")[2],), ())
            for policy in properties.get("Policies", ()):
                yield from self._document(name, policy["PolicyDocument"])
        if kind == "AWS::IAM::Policy":
            for role in properties["Roles"]:
                yield from self._document(self._text(role), properties["PolicyDocument"])

    def _document(self, role: str, document: dict[str, Any]) -> Iterator[Right]:
        for statement in document["Statement"]:
            actions = _listed(statement["Action"])
            service = str(actions[0]).partition(":")[0]
            resources = (self._text(each) for each in _listed(statement["Resource"]))
            yield Right(
                role,
                service,
                tuple(str(each).partition(":")[2] for each in actions),
                tuple(_ARN_PREFIX.sub("", each) for each in resources),
            )

    def _text(self, value: object) -> str:
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                return self.values.get(name, name)
            case {"Fn::Sub": text}:
                return self._substituted(text)
            case {"Fn::If": [str(name), first, second]}:
                return self._text(first if self.holds(name) else second)
            case {"Fn::Select": [index, each]}:
                return self._text(each).split(",")[int(index)]
            case list():
                return ", ".join(map(self._text, value))
        return str(value)

    def holds(self, name: str) -> bool:
        """Return whether the condition of that name holds."""
        return self._is_true(self.conditions[name])

    def _is_true(self, condition: dict[str, Any]) -> bool:
        """Return whether it does: Equals, or Not of another, as the template has them."""
        match condition:
            case {"Fn::Not": [other]}:
                return not self._is_true(other)
        first, second = condition["Fn::Equals"]
        return self._text(first) == self._text(second)

    def _substituted(self, value: object) -> str:
        """Return the text of Fn::Sub, which may come with names of its own."""
        text, names = value if isinstance(value, list) else (value, {})
        own = {name: self._text(each) for name, each in names.items()}
        return re.sub(
            r"\$\{([^}]+)\}",
            lambda found: {**self.values, **own}.get(found[1], found[1].removesuffix(".Arn")),
            str(text),
        )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
