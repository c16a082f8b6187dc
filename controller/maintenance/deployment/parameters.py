"""
The parameters of the template: what each accepts, and why a value is refused. Pure.

The rules are the template's own, so that CloudFormation refuses nothing later.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.times import parse_zone

TIME_ZONE = "TimeZone"


class Parameter(Struct, frozen=True):
    """A parameter of the template; `default` is None if it has to be given."""

    name: str
    description: str
    default: str | None = None
    pattern: str = ""
    constraint: str = ""
    allowed: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    max_length: int | None = None

    def refusal(self, value: str) -> str:
        """Return why the template refuses the value, '' if it does not."""
        if not self._accepts(value):
            return f"{self.name} {self._rule()}; this is {value!r}"
        if self.name == TIME_ZONE:
            try:
                parse_zone(value)
            except UnreadableValue as error:
                return f"{self.name} is {value!r}: {error}"
        return ""

    def _accepts(self, value: str) -> bool:
        if self.allowed:
            return value in self.allowed
        if self.least is not None and self.most is not None:
            is_number = value.isascii() and value.isdigit()
            return is_number and self.least <= int(value) <= self.most
        if self.max_length is not None and len(value) > self.max_length:
            return False
        return re.fullmatch(self.pattern, value) is not None

    def _rule(self) -> str:
        if self.allowed:
            return f"must be one of {', '.join(self.allowed)}"
        if self.least is not None:
            return f"must be a whole number from {self.least} to {self.most}"
        return self.constraint or "is too long"


def read_parameters(template: str) -> dict[str, Parameter]:
    """Return the parameters of a template in JSON, by name."""
    document: dict[str, dict[str, Any]] = json.loads(template)["Parameters"]
    return {name: _parameter(name, each) for name, each in document.items()}


def refusals(parameters: Mapping[str, Parameter], values: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each value that the template refuses or has no parameter for."""
    for name, value in values.items():
        if name in parameters:
            if refusal := parameters[name].refusal(value):
                yield refusal
            continue
        similar = difflib.get_close_matches(name, parameters, n=1)
        hint = f"did you mean {similar[0]!r}?" if similar else "docs/configuration.md lists them"
        yield f"the template has no parameter {name}: {hint}"


def _parameter(name: str, document: Mapping[str, Any]) -> Parameter:
    default = document.get("Default")
    return Parameter(
        name=name,
        description=document["Description"],
        default=None if default is None else str(default),
        pattern=document.get("AllowedPattern", ".*"),
        constraint=document.get("ConstraintDescription", ""),
        allowed=tuple(map(str, document.get("AllowedValues", ()))),
        least=document.get("MinValue"),
        most=document.get("MaxValue"),
        max_length=document.get("MaxLength"),
    )
