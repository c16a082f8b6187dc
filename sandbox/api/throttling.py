"""
How fast AWS answers: what each call takes, and how many calls it accepts.

AWS publishes no rate for CloudFront's API; two or three updates in under a minute have been refused
with `Throttling: Rate exceeded` (ansible-collections/community.aws#296, aws/aws-cdk#29183).
Parameter Store publishes its own: 40 reads a second, and 3 of what writes or tells history (doc:
AWS General Reference, Systems Manager quotas). Each is played here as a token bucket: a call takes
a token, and tokens come back at a steady rate.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.api.errors import Refusal
from sandbox.api.operations import Operation
from sandbox.settings import CurrentSettings, Settings

_MINUTE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Limit:
    """Which calls share a bucket, how many it takes a second, how many at once, how it refuses."""

    operations: frozenset[str]
    per_second: Callable[[Settings], float]
    burst: Callable[[Settings], float]
    code: str


_LIMITS = (
    _Limit(
        frozenset({"cloudfront:UpdateDistribution"}),
        lambda settings: settings.updates_per_minute / _MINUTE_SECONDS,
        lambda settings: settings.update_burst,
        "Throttling",
    ),
    _Limit(
        frozenset({"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"}),
        lambda settings: settings.parameter_reads_per_second,
        lambda settings: settings.parameter_reads_per_second,
        "ThrottlingException",
    ),
    _Limit(
        frozenset({"ssm:PutParameter", "ssm:GetParameterHistory"}),
        lambda settings: settings.parameter_writes_per_second,
        lambda settings: settings.parameter_writes_per_second,
        "ThrottlingException",
    ),
)


class Throttle:
    """The buckets; each is full when a setting first asks for it, and after a reset."""

    def __init__(self, current: CurrentSettings, clock: Callable[[], float]) -> None:
        self._current = current
        self._clock = clock
        self.clear()

    def refusal(self, operation: Operation) -> Refusal | None:
        """Return how this call is refused, None where it may go on; `clock` is in seconds."""
        limit = next((each for each in _LIMITS if operation.name in each.operations), None)
        if limit is None or not limit.per_second(self._current.now):
            return None
        return self._taken(limit)

    def _taken(self, limit: _Limit) -> Refusal | None:
        now = self._clock()
        spent, counted_at = self._spent.get(limit, (0.0, now))
        spent = max(0.0, spent - (now - counted_at) * limit.per_second(self._current.now))
        is_full = spent + 1 > limit.burst(self._current.now)
        self._spent[limit] = (spent if is_full else spent + 1, now)
        return Refusal(limit.code, "Rate exceeded", 400) if is_full else None

    def clear(self) -> None:
        """Fill the buckets."""
        self._spent: dict[_Limit, tuple[float, float]] = {}
