"""
Rules for the values of settings, which each subject's module states for its own keys. Pure.

A rule is a test of a value, and what a valid one is, in the words of an error message.
"""

from __future__ import annotations

import json
from types import MappingProxyType

from maintenance_edge.files import PackageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    type Rule = tuple[Callable[[object], bool], str]
    type Rules = Mapping[str, Rule]

# Control characters, line ends, and what changes the direction of the text that follows (Unicode
# categories Cc, Zl and Zp; UAX #9, section 2). No-break spaces, joiners and soft hyphens are part
# of ordinary texts. `parse_object` refuses lone surrogates.
_NOT_IN_A_LINE: Final = frozenset(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)))
)


def join_rules(*subjects: Rules) -> Rules:
    """Return the rules of all these subjects."""
    return MappingProxyType({key: rule for rules in subjects for key, rule in rules.items()})


def check_values(
    label: str, values: Mapping[str, Any], rules: Rules, *, are_all_required: bool = False
) -> None:
    """Raise PackageError with every error of the `values` in the file `label`."""
    errors = [f"remove {key!r}, which is not a setting" for key in values if key not in rules]
    for key, (is_valid, expected) in rules.items():
        if key in values and not is_valid(values[key]):
            errors.append(f"{key!r} must be {expected}, not {json.dumps(values[key])}")
        if key not in values and are_all_required:
            errors.append(f"add the missing {key!r}, {expected}")
    if errors:
        raise PackageError(f"{label}: {'; '.join(errors)}.")


def is_line(value: object) -> bool:
    """Return whether this is one line of text, not blank."""
    return isinstance(value, str) and bool(value.strip()) and _NOT_IN_A_LINE.isdisjoint(value)


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
