"""
Throttle a CloudFront Function whose code did not load. Pure.

Compilation errors are one cause of FunctionThrottledError (doc: CloudFront Developer Guide,
http-503-service-unavailable). After a repair the throttle stayed on the function's name for 5 to 15
minutes in one incident that someone noted, so here it counts from the last such error.
"""

from collections.abc import Callable


class FunctionThrottle:
    """The functions that are throttled, by ARN; `seconds` returns for how long."""

    def __init__(self, clock: Callable[[], float], seconds: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._until: dict[str, float] = {}

    def start(self, arn: str) -> None:
        """Throttle a function from now on."""
        self._until[arn] = self._clock() + self._seconds()

    def is_throttled(self, arn: str) -> bool:
        """Return whether this function is not run now."""
        return self._clock() < self._until.get(arn, 0.0)

    def clear(self) -> None:
        """Run all functions again."""
        self._until.clear()
