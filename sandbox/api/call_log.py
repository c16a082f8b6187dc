"""The log of AWS calls that reached the sandbox over HTTP, in order, for tests to count."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.api.operations import Operation


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call: `number` counts up from 1; `status` and `ended` are None while it is not answered.

    `began` and `ended` are in seconds, of a clock that is good for differences only.
    """

    number: int
    operation: str
    resource: str
    access_key: str
    began: float
    status: int | None = None
    ended: float | None = None


class CallLog:
    """All calls since the last reset; what ministack does inside itself is not among them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: dict[int, Call] = {}
        self._last = 0

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return the calls in the order they came."""
        return tuple(self._calls.values())

    def note(self, operation: Operation) -> int:
        """Write down that `operation` was called; return its number."""
        self._last += 1
        self._calls[self._last] = Call(
            self._last, operation.name, operation.resource, operation.access_key, self._clock()
        )
        return self._last

    def answered(self, number: int, status: int) -> None:
        """Write down how call `number` was answered; one from before a reset is forgotten."""
        if number in self._calls:
            call = self._calls[number]
            self._calls[number] = replace(call, status=status, ended=self._clock())

    def clear(self) -> None:
        """Forget all calls; numbers go on, so that none ever means two calls."""
        self._calls.clear()
