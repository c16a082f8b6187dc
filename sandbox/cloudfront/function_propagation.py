"""
Propagate published CloudFront Functions to the edge: what runs there, and what is on its way. Pure.

PublishFunction returns at once, and behaviors run the new code "as soon as the distributions finish
deploying" (CloudFront Developer Guide, publish-function): two to three minutes, by field notes.
Here the last edge location runs it `publish_seconds` later. The first publish of a function counts
at once: no behavior can have had it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.cloudfront.rollout import Rollout, Rollouts


@dataclass(frozen=True, slots=True)
class PublishedFunction:
    """The LIVE stage of a function: its code, and the ARN of the store it reads, if any."""

    code: str
    store_arn: str | None


class FunctionPropagation(Rollouts[PublishedFunction]):
    """The LIVE stages at the edge; `clock` gives seconds that only grow."""

    def accept(self, arn: str, published: PublishedFunction, delays: Sequence[float]) -> None:
        """Start to send what was published; each location runs it after its delay, in seconds."""
        is_first = arn not in self._rollouts
        rollout = self._rollouts.setdefault(arn, Rollout())
        rollout.accept(published, self._clock(), [0.0] if is_first else delays)

    def live(self, arn: str, location: int = 1) -> PublishedFunction | None:
        """Return what runs at this location, None if the function was never published."""
        rollout = self._rollouts.get(arn)
        return rollout.at(location, self._clock()) if rollout else None
