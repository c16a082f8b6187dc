"""The events of a stack: whether an operation has ended, and why it failed. Pure."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

_IN_PROGRESS = "_IN_PROGRESS"
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")
# What CloudFormation says about resources that another's failure has stopped.
_CANCELLED = "cancelled"


class StackEvent(Struct, frozen=True):
    """An event of a resource, or of the stack itself."""

    event_id: str
    logical_id: str
    physical_id: str
    status: str
    reason: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether the resource will not change any more."""
        return not self.status.endswith(_IN_PROGRESS)


def ending(events: Sequence[StackEvent], stack_id: str) -> str | None:
    """Return the status in which the operation has ended, None while it lasts."""
    of_stack = (each for each in events if each.physical_id == stack_id and each.has_ended)
    return next((each.status for each in of_stack), None)


def is_success(status: str) -> bool:
    """Return whether an operation that ended like this did what was asked."""
    return status in _DONE


def failures(events: Iterable[StackEvent], stack_id: str) -> tuple[str, ...]:
    """Return why resources failed, without those that another's failure has stopped."""
    return tuple(
        f"{each.logical_id}: {each.reason}"
        for each in events
        if each.status.endswith("_FAILED")
        and each.physical_id != stack_id
        and _CANCELLED not in each.reason.lower()
    )
