"""
How fast AWS answers: what each call takes, and how many updates CloudFront accepts.

AWS publishes no rate for CloudFront's API; two or three updates in under a minute have been refused
with `Throttling: Rate exceeded` (ansible-collections/community.aws#296, aws/aws-cdk#29183). Played
here as a token bucket: each update takes a token, and tokens come back at a steady rate.
"""

from collections.abc import Callable

from sandbox.operations import Operation
from sandbox.refusals import Refusal
from sandbox.settings import CurrentSettings

_THROTTLED = "cloudfront:UpdateDistribution"
_MINUTE_SECONDS = 60.0


class Throttle:
    """The bucket of updates; it is full when a setting first asks for it, and after a reset."""

    def __init__(self, current: CurrentSettings, clock: Callable[[], float]) -> None:
        self._current = current
        self._clock = clock
        self._spent = 0.0
        self._counted_at = clock()

    def refusal(self, operation: Operation) -> Refusal | None:
        """Return how this call is refused, None where it may go on; `clock` is in seconds."""
        settings = self._current.now
        if operation.name != _THROTTLED or not settings.updates_per_minute:
            return None
        now = self._clock()
        refilled = (now - self._counted_at) * settings.updates_per_minute / _MINUTE_SECONDS
        self._spent = max(0.0, self._spent - refilled)
        self._counted_at = now
        if self._spent + 1 > settings.update_burst:
            return Refusal("Throttling", "Rate exceeded", 400)
        self._spent += 1
        return None

    def clear(self) -> None:
        """Fill the bucket."""
        self._spent = 0.0
        self._counted_at = self._clock()
