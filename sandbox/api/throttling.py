"""
Throttle calls as AWS does: each limit is a token bucket.

AWS publishes no rate for CloudFront's API; two or three updates in under a minute have been refused
with `Throttling: Rate exceeded` (ansible-collections/community.aws#296, aws/aws-cdk#29183).
Parameter Store publishes its own: 40 reads a second, and 3 of the calls that write or read history
(doc: AWS General Reference, Systems Manager quotas). A call takes a token from its bucket, and
tokens come back at a steady rate.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.api.errors import Refusal
from sandbox.api.operations import Operation
from sandbox.settings import CurrentSettings, Settings

_MINUTE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Limit:
    """The operations that share a bucket, its rate and size, and the code of its refusals."""

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
    """The buckets; each is full when its limit is first set, and after a reset."""

    def __init__(self, current: CurrentSettings, clock: Callable[[], float]) -> None:
        self._current = current
        self._clock = clock
        self.clear()

    def refusal(self, operation: Operation) -> Refusal | None:
        """Take a token for a call; return its refusal if the bucket is empty."""
        limit = next((each for each in _LIMITS if operation.name in each.operations), None)
        if limit is None or not limit.per_second(self._current.now):
            return None
        return self._take_token(limit)

    def _take_token(self, limit: _Limit) -> Refusal | None:
        now = self._clock()
        spent, counted_at = self._spent.get(limit, (0.0, now))
        spent = max(0.0, spent - (now - counted_at) * limit.per_second(self._current.now))
        is_empty = spent + 1 > limit.burst(self._current.now)
        self._spent[limit] = (spent if is_empty else spent + 1, now)
        return Refusal(limit.code, "Rate exceeded", 400) if is_empty else None

    def clear(self) -> None:
        """Fill the buckets."""
        self._spent: dict[_Limit, tuple[float, float]] = {}
