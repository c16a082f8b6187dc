"""
Rules for the values of settings, which each subject's module states for its own keys. Pure.

A rule is a test of a value, and what a valid one is, in the words of an error message; or, for an
object with members of its own, a function that returns the rules of these.
"""

from __future__ import annotations

import json
from types import MappingProxyType

from maintenance_edge.files import PackageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Final

    type Rule = tuple[Callable[[object], bool], str]
    type Rules = Mapping[str, Rule | Callable[[], Rules]]

# Control characters, line ends, and what changes the direction of the text that follows (Unicode
# categories Cc, Zl and Zp; UAX #9, section 2). No-break spaces, joiners and soft hyphens are part
# of ordinary texts. `parse_object` refuses lone surrogates.
_NOT_IN_A_LINE: Final = frozenset(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)))
)

_AN_OBJECT: Final[Rule] = (lambda value: isinstance(value, dict), "an object")


def join_rules(*subjects: Rules) -> Rules:
    """Return the rules of all these subjects."""
    return MappingProxyType({key: rule for rules in subjects for key, rule in rules.items()})


def check_values(
    label: str, values: Mapping[str, Any], rules: Rules, *, are_all_required: bool = False
) -> None:
    """Raise PackageError with every error of the `values` in the file `label`."""
    errors = [*_errors(values, rules, are_all_required=are_all_required)]
    if errors:
        raise PackageError(f"{label}: {'; '.join(errors)}.")


def _errors(
    values: Mapping[str, Any], rules: Rules, within: str = "", *, are_all_required: bool = False
) -> Iterator[str]:
    for key in values:
        if key not in rules:
            yield f"remove {within + key!r}, which is not a setting"
    for key, rule in rules.items():
        is_valid, expected = rule if isinstance(rule, tuple) else _AN_OBJECT
        if key in values and not is_valid(values[key]):
            yield f"{within + key!r} must be {expected}, not {json.dumps(values[key])}"
        elif key in values and values[key] and not isinstance(rule, tuple):
            yield from _errors(values[key], rule(), f"{key}.")
        if key not in values and are_all_required:
            yield f"add the missing {key!r}, {expected}"


def is_line(value: object) -> bool:
    """Return whether this is one line of text, not blank."""
    if not isinstance(value, str) or not value.strip():
        return False
    # None of these characters is printable, which most texts are, and which is quicker to see.
    return value.isprintable() or _NOT_IN_A_LINE.isdisjoint(value)


def whole_number(most: int) -> Rule:
    """Return the rule for a whole number from 1 to `most`."""
    # type(), because JSON's true is an int to isinstance.
    return (
        lambda value: type(value) is int and 1 <= value <= most,
        f"a whole number from 1 to {most}",
    )


def each(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    """Return the test of a list in which every value is valid."""
    return lambda value: isinstance(value, list) and all(map(is_valid, value))


def or_null(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    """Return the test of a valid value or null."""
    return lambda value: value is None or is_valid(value)
