"""Something that was found in the account, under the name that tells whose it is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """`kind` and `name` say what it is; `delete` deletes it, and waits where that takes a while."""

    kind: str
    name: str
    delete: Callable[[], object]

    @property
    def label(self) -> str:
        """Return how a person calls it."""
        return f"{self.kind} {self.name}"
