"""Log the AWS calls that reach the sandbox over HTTP, in order, for tests to count."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.api.operations import Operation


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call, numbered from 1; `status` and `ended` are None until the sandbox has responded.

    `began` and `ended` are seconds of a clock that only serves to compute differences.
    """

    number: int
    operation: str
    resource: str
    access_key: str
    began: float
    status: int | None = None
    ended: float | None = None


class CallLog:
    """All calls since the last reset, without those that ministack makes inside itself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: dict[int, Call] = {}
        self._last = 0

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return the calls in the order in which they came."""
        return tuple(self._calls.values())

    def begin(self, operation: Operation) -> int:
        """Log a call of `operation` and return its number."""
        self._last += 1
        self._calls[self._last] = Call(
            self._last, operation.name, operation.resource, operation.access_key, self._clock()
        )
        return self._last

    def end(self, number: int, status: int) -> None:
        """Log the response to call `number`, unless a reset has removed the call."""
        if number in self._calls:
            call = self._calls[number]
            self._calls[number] = replace(call, status=status, ended=self._clock())

    def clear(self) -> None:
        """Forget all calls; numbers go on, so that a number never means two calls."""
        self._calls.clear()
