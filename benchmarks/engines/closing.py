"""
One closing of a fleet, and the least time that it can take. Pure.

    calls        four workers update distributions: the bound is the time of the calls that belong
                 to no distribution, and for each round of four the logged time of one distribution
    throttling   CloudFront accepts so many updates a minute: the bound is the time in which it
                 accepts all, that of one update, because the last one is answered only then, and
                 that of the calls before the first update and after the last
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.results.findings import busy_seconds

UPDATE = "cloudfront:UpdateDistribution"
_ACCEPTED = 200
_WORKERS = 4
_CALLS_OF_ONE = {"s3:GetObject", "s3:PutObject", "cloudfront:GetDistributionConfig", UPDATE}

type Call = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Closing:
    """Seconds until AWS had accepted it everywhere, those of the longest run, and the calls."""

    accepted: float
    seconds: float
    calls: Sequence[Call]

    @property
    def bound(self) -> float:
        """Return the least seconds for these calls, with four distributions at a time."""
        of_one = [call for call in self.calls if call["operation"] in _CALLS_OF_ONE]
        others = [call for call in self.calls if call["operation"] not in _CALLS_OF_ONE]
        fleet = len({call["resource"] for call in of_one if call["operation"] == UPDATE})
        rounds = math.ceil(fleet / _WORKERS)
        return busy_seconds(others) + rounds * sum(map(_seconds, of_one)) / fleet

    @property
    def throttled(self) -> int:
        """Return how many calls were throttled."""
        return sum(1 for call in self.calls if call["status"] == 400)  # noqa: PLR2004 - HTTP's own number

    def bound_of_throttling(self, a_minute: float, burst: int) -> float:
        """Return the least seconds if CloudFront accepts a burst and so many updates a minute."""
        updates = [call for call in self.calls if call["operation"] == UPDATE]
        first = min(call["began"] for call in updates)
        last = max(call["ended"] for call in updates)
        before = [call for call in self.calls if call["ended"] <= first]
        after = [call for call in self.calls if call["began"] >= last]
        fleet = len({call["resource"] for call in updates})
        accepting = (fleet - burst) * 60 / a_minute
        answering = min(_seconds(call) for call in updates if call["status"] == _ACCEPTED)
        return accepting + answering + busy_seconds(before) + busy_seconds(after)


def _seconds(call: Call) -> float:
    seconds: float = call["ended"] - call["began"]
    return seconds
