"""What a change set would do, for people to read. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

_ADD = "Add"
_REPLACED = "True"


class Change(Struct, frozen=True):
    """A change of one resource; `action` is CloudFormation's Add, Modify or Remove."""

    action: str
    logical_id: str
    kind: str
    replacement: str = ""

    @property
    def is_replacement(self) -> bool:
        """Whether a new resource replaces the old one, which is deleted."""
        return self.replacement == _REPLACED


def added_kinds(changes: Iterable[Change]) -> tuple[tuple[str, int], ...]:
    """Return how many resources of each type are added, by type."""
    return tuple(sorted(Counter(each.kind for each in changes if each.action == _ADD).items()))


def others(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that are no additions."""
    return tuple(each for each in changes if each.action != _ADD)


def changed_parameters(
    before: Mapping[str, str], values: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Return name, old and new value of each deployed parameter that gets another value."""
    return tuple(
        (name, before[name], value)
        for name, value in values.items()
        if name in before and before[name] != value
    )
