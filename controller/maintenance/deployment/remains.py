"""What stays after a stack is deleted, and why. Pure."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

_EDGE_FUNCTIONS = ("MaintenanceEdge", "MaintenancePage")
_COPIES = "CloudFront's copies of it live for hours, and until then it cannot be deleted"


class Remain(Struct, frozen=True):
    """Something that stays, and why."""

    name: str
    reason: str


def remains(physical_ids: Mapping[str, str], *, switch: str, packages: str) -> Iterator[Remain]:
    """
    Yield what a deleted stack leaves; docs/remove.md says how to delete it.

    `physical_ids` are those of its resources by logical id, `packages` is the bucket of its code,
    '' if another tool keeps that.
    """
    for each in _EDGE_FUNCTIONS:
        if name := physical_ids.get(each):
            yield Remain(name, _COPIES)
    if name := physical_ids.get("MaintenanceEdgeRole"):
        yield Remain(name, "both functions use this role")
    if name := physical_ids.get("StateBucket"):
        yield Remain(name, "it holds your page, and the records of displaced functions")
    yield Remain(switch, "a new stack with this switch continues with it and its windows")
    if packages:
        yield Remain(packages, "other stacks may have their code in it")
