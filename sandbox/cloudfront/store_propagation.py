"""
Propagate key-value stores to the edge: what it reads, and what is on its way. Pure.

CloudFront accepts a write at once, and functions read it `store_seconds` later (half a minute on
AWS, by two measurements of others). Here all keys of a write arrive together; AWS promises nothing
of that kind. Someone saw keys missing for moments while they changed, and a setting brings that
back.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class _Copy:
    """What the edge reads of one store, and the later contents on their way, with their times."""

    values: Mapping[str, str] = field(default_factory=dict)
    pending: deque[tuple[float, Mapping[str, str]]] = field(default_factory=deque)

    def update(self, now: float) -> None:
        while self.pending and self.pending[0][0] <= now:
            self.values = self.pending.popleft()[1]


class StorePropagation:
    """The edge's copies of all stores; `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._copies: dict[str, _Copy] = {}

    def accept(
        self, arn: str, values: Mapping[str, str], seconds: float, *, missing_seconds: float = 0.0
    ) -> None:
        """
        Start to send what the store now holds, after all that is on its way.

        For `missing_seconds` before it arrives, the edge has no values of the keys that change.
        """
        copy = self._copies.setdefault(arn, _Copy())
        earliest, last = copy.pending[-1] if copy.pending else (0.0, copy.values)
        arrives = max(earliest, self._clock() + seconds)
        if missing_seconds:
            same = {key: value for key, value in last.items() if values.get(key) == value}
            copy.pending.append((max(earliest, arrives - missing_seconds), same))
        copy.pending.append((arrives, dict(values)))

    def values(self, arn: str) -> Mapping[str, str]:
        """Return the values by key that the edge reads."""
        copy = self._copies.get(arn)
        if copy is None:
            return _NOTHING
        copy.update(self._clock())
        return copy.values

    def finish(self) -> None:
        """Let everything on its way arrive now."""
        for copy in self._copies.values():
            copy.update(float("inf"))

    def clear(self) -> None:
        """Remove every copy."""
        self._copies.clear()
