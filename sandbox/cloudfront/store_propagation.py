"""
Propagate key-value stores to the edge: what it reads, and what is on its way. Pure.

CloudFront accepts a write at once, and functions at the last edge location read it `store_seconds`
later (half a minute on AWS, by two measurements of others). Here all keys of a write arrive at a
location together; AWS promises nothing of that kind. Someone saw keys missing for moments while
they changed, and a setting brings that back.
"""

from collections.abc import Mapping, Sequence

from sandbox.cloudfront.rollout import Rollout, Rollouts

type Values = Mapping[str, str]

_NOTHING: Values = {}


class StorePropagation(Rollouts[Values]):
    """The copies of all stores at the edge; `clock` gives seconds that only grow."""

    def accept(
        self, arn: str, values: Values, delays: Sequence[float], *, missing_seconds: float = 0.0
    ) -> None:
        """
        Start to send what the store now holds; each location has it after its delay, in seconds.

        For `missing_seconds` before that, a location has no values of the keys that change.
        """
        rollout = self._rollouts.setdefault(arn, Rollout())
        last = rollout.newest() or _NOTHING
        if missing_seconds:
            same = {key: value for key, value in last.items() if values.get(key) == value}
            earlier = [max(0.0, delay - missing_seconds) for delay in delays]
            rollout.accept(same, self._clock(), earlier)
        rollout.accept(dict(values), self._clock(), delays)

    def values(self, arn: str, location: int = 1) -> Values:
        """Return the values by key that functions at this location read."""
        rollout = self._rollouts.get(arn)
        return (rollout.at(location, self._clock()) if rollout else None) or _NOTHING
