"""
A fleet of 1 to 500 distributions is closed at once, beside the least time that it can take.

    calls      every call takes 150 ms, and four distributions are worked on at once: the bound is
               the time of the calls that are of no distribution, and what one distribution takes,
               as the log has it, for each round of four
    throttle   CloudFront takes so many updates a minute: the bound is the time that it needs to
               take all, the calls before the first update, and those after the last

The throttle is faster than CloudFront's, whose own would take hours: what is measured is how much
of it stays unused.
"""

import math
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.artifact import Artifacts, copy_of
from benchmarks.call_log import busy_seconds
from benchmarks.controller import Answer, Environment, started, succeeded
from benchmarks.findings import Finding, Goal, Samples, Section, number, paired
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site, make_site

SIZES = (1, 10, 100, 500)
_REPETITIONS = {1: 9, 10: 9, 100: 3, 500: 3}
_CALL_SECONDS = 0.15
_HANDS = 4
_UPDATES_PER_MINUTE = 120
_BURST = 5
_ALIASES = "*.fleet.example.com"
_SWEEP = {"sweep": True}
_UPDATE = "cloudfront:UpdateDistribution"
_OF_ONE = {"s3:GetObject", "s3:PutObject", "cloudfront:GetDistributionConfig", _UPDATE}
_BOUND = Goal(1.15, "x")
# A page of the listing for each hundred distributions; switch, windows, the owner's page, the alarm
# clock, the versions of MaintenancePage, and the status.
_CONVERGED = Goal(5 + 6, "calls")
# Per distribution, the largest fleet beside the one a tenth of it or so.
_LINEAR = Goal(1.15, "x")
_THROTTLED_SIZES = SIZES[1:3]


@dataclass(frozen=True, slots=True)
class _Closing:
    """One run over the whole fleet: how long it took, and the calls that it made."""

    seconds: float
    calls: Sequence[Answer]

    @property
    def bound(self) -> float:
        """Return the seconds that these calls take at least, four distributions at a time."""
        of_one = [call for call in self.calls if call["operation"] in _OF_ONE]
        others = [call for call in self.calls if call["operation"] not in _OF_ONE]
        fleet = len({call["resource"] for call in of_one if call["operation"] == _UPDATE})
        rounds = math.ceil(fleet / _HANDS)
        return busy_seconds(others) + rounds * sum(map(_seconds, of_one)) / fleet

    @property
    def refused(self) -> int:
        """Return how many of the calls the throttle has refused."""
        return sum(1 for call in self.calls if call["status"] == 400)  # noqa: PLR2004 - HTTP's own number

    @property
    def around_updates(self) -> float:
        """Return the seconds of the calls before the first update, and of those after the last."""
        updates = [call for call in self.calls if call["operation"] == _UPDATE]
        first = min(call["began"] for call in updates)
        last = max(call["ended"] for call in updates)
        before = [call for call in self.calls if call["ended"] <= first]
        return busy_seconds(before) + busy_seconds(
            [call for call in self.calls if call["began"] >= last]
        )


@dataclass(frozen=True, slots=True)
class _Fleet:
    """A site of `size` distributions, and the controller's process."""

    size: int
    site: Site
    controller: Environment

    def closings(self, **pace: float) -> list[_Closing]:
        """Close it at this pace of AWS, several times; it is open before each, and closed after."""
        return [self._closed(**pace) for _ in range(_REPETITIONS[self.size])]

    def swept(self) -> _Closing:
        """Sweep, and return how long that took, and its calls."""
        before = len(self.site.cloud.sandbox.calls())
        seconds = succeeded(self.controller.invoke(_SWEEP))["took"]
        return _Closing(seconds, self.site.cloud.sandbox.calls()[before:])

    def _closed(self, **pace: float) -> _Closing:
        self._told("off", call_seconds=0, updates_per_minute=0)
        self.swept()
        # Until the throttle of the last time, if there was one, has forgotten it.
        time.sleep(_BURST * 60 / _UPDATES_PER_MINUTE)
        self._told("on", call_seconds=_CALL_SECONDS, **pace)
        return self.swept()

    def _told(self, switch: str, **pace: float) -> None:
        self.site.cloud.sandbox.set(**pace)
        self.site.says(switch)


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings of all sizes."""
    package = copy_of(artifacts.controller, folder / "controller", slimmed=True)
    findings = []
    per_distribution = {}
    for size in SIZES:
        with start_sandbox("--deploy-seconds", "0") as sandbox:
            site = make_site(Cloud(sandbox))
            for index in range(size):
                _member(site, index)
            with started(package, site, _ALIASES, MAX_DISTRIBUTIONS=str(size)) as controller:
                fleet = _Fleet(size, site, controller)
                closings = fleet.closings()
                findings.append(_calls_finding(size, closings))
                per_distribution[size] = Samples(tuple(each.seconds for each in closings)).median
                if size == SIZES[-1]:
                    findings.append(_converged(fleet))
                if size in _THROTTLED_SIZES:
                    findings.append(_throttled(fleet))
    findings.append(_growth({size: each / size for size, each in per_distribution.items()}))
    title = f"A fleet is closed, {1000 * _CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=tuple(findings))


def _calls_finding(size: int, closings: Sequence[_Closing]) -> Finding:
    calls = Samples(tuple(len(each.calls) for each in closings)).median
    bounds = [each.bound for each in closings]
    return _against(bounds, closings, _distributions(size), f"{calls:.0f} calls")


def _throttled(fleet: _Fleet) -> Finding:
    closings = fleet.closings(updates_per_minute=_UPDATES_PER_MINUTE, update_burst=_BURST)
    taken = (fleet.size - _BURST) * 60 / _UPDATES_PER_MINUTE
    bounds = [taken + each.around_updates for each in closings]
    refused = Samples(tuple(each.refused for each in closings)).median
    subject = f"{_distributions(fleet.size)}, {_UPDATES_PER_MINUTE} updates a minute"
    return _against(bounds, closings, subject, f"{refused:.0f} updates refused")


def _against(
    bounds: Sequence[float], closings: Sequence[_Closing], subject: str, counted: str
) -> Finding:
    """Return the row of these closings beside their bounds, each beside its own."""
    seconds = [each.seconds for each in closings]
    return Finding(
        subject=subject,
        measured=f"{Samples(tuple(seconds)).shown('s')}, {counted}",
        beside=f"bound {number(statistics.median(bounds))} s",
        **_BOUND.judged(paired(seconds, bounds, ratio=True)),
    )


def _converged(fleet: _Fleet) -> Finding:
    fleet.swept()  # it tells that all are Deployed, which is something to do
    sweep = fleet.swept()
    counted = Counter(call["operation"] for call in sweep.calls)
    calls = ", ".join(f"{times} {name}" for name, times in sorted(counted.items()))
    return Finding(
        subject=f"a sweep over {fleet.size} distributions with nothing to do",
        measured=f"{number(sweep.seconds)} s: {calls}",
        **_CONVERGED.judged(len(sweep.calls)),
    )


def _distributions(size: int) -> str:
    return f"{size} distribution{'s' if size > 1 else ''}"


def _growth(per_distribution: dict[int, float]) -> Finding:
    large, small = SIZES[-1], SIZES[-2]
    ratio = per_distribution[large] / per_distribution[small]
    return Finding(
        subject=f"time for each of {large} distributions",
        measured=f"{number(1000 * per_distribution[large])} ms",
        beside=f"each of {small}: {number(1000 * per_distribution[small])} ms",
        **_LINEAR.judged(ratio),
    )


def _member(site: Site, index: int) -> str:
    name = f"n{index:03d}"
    aliases = {"Quantity": 1, "Items": [f"{name}.fleet.example.com"]}
    return a_distribution(site.cloud, name, Aliases=aliases)


def _seconds(call: Answer) -> float:
    seconds: float = call["ended"] - call["began"]
    return seconds
