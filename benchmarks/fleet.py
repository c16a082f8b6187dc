"""
Close a fleet of 1 to 500 distributions, beside the least time that this can take.

    calls        every call takes 150 ms, and four workers update distributions: the bound is the
                 time of the calls that belong to no distribution, and for each round of four the
                 logged time of one distribution
    throttling   CloudFront accepts so many updates a minute: the bound is the time in which it
                 accepts all, and that of the calls before the first update and after the last

CloudFront's own limit would take hours, so this one is higher: the measure is how much of it stays
unused.
"""

import math
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.artifact import Artifacts, copy_package
from benchmarks.controller import Answer, Environment, require_success, start_controller
from benchmarks.findings import Finding, Goal, Samples, Section, busy_seconds, number, ratios
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site, make_site

SIZES = (1, 10, 100, 500)
_REPETITIONS = {1: 9, 10: 9, 100: 3, 500: 3}
_CALL_SECONDS = 0.15
_WORKERS = 4
_UPDATES_PER_MINUTE = 120
_BURST = 5
_ALIASES = "*.fleet.example.com"
_SWEEP = {"sweep": True}
_UPDATE = "cloudfront:UpdateDistribution"
_CALLS_OF_ONE = {"s3:GetObject", "s3:PutObject", "cloudfront:GetDistributionConfig", _UPDATE}
_BOUND = Goal(1.15, "x")
_THROTTLED_BOUND = Goal(1.05, "x")
# A page of the listing for each hundred distributions; switch, windows, the owner's page, the alarm
# clock, the versions of MaintenancePage, and the status.
_CONVERGED = Goal(5 + 6, "calls")
# The time per distribution of the largest fleet, beside that of the next smaller one.
_LINEAR = Goal(1.15, "x")
_THROTTLED_SIZES = SIZES[1:3]


@dataclass(frozen=True, slots=True)
class _Closing:
    """One run over the whole fleet: its seconds and its calls."""

    seconds: float
    calls: Sequence[Answer]

    @property
    def bound(self) -> float:
        """Return the least seconds for these calls, with four distributions at a time."""
        of_one = [call for call in self.calls if call["operation"] in _CALLS_OF_ONE]
        others = [call for call in self.calls if call["operation"] not in _CALLS_OF_ONE]
        fleet = len({call["resource"] for call in of_one if call["operation"] == _UPDATE})
        rounds = math.ceil(fleet / _WORKERS)
        return busy_seconds(others) + rounds * sum(map(_seconds, of_one)) / fleet

    @property
    def throttled(self) -> int:
        """Return how many calls were throttled."""
        return sum(1 for call in self.calls if call["status"] == 400)  # noqa: PLR2004 - HTTP's own number

    @property
    def around_updates(self) -> float:
        """Return the seconds of the calls before the first update and after the last."""
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

    def close_repeatedly(self, **limits: float) -> list[_Closing]:
        """Open and close it several times, within these limits of AWS."""
        return [self._close(**limits) for _ in range(_REPETITIONS[self.size])]

    def sweep(self) -> _Closing:
        """Sweep, and return the seconds and the calls."""
        before = len(self.site.cloud.sandbox.calls())
        seconds = require_success(self.controller.invoke(_SWEEP))["took"]
        return _Closing(seconds, self.site.cloud.sandbox.calls()[before:])

    def _close(self, **limits: float) -> _Closing:
        self._write("off", call_seconds=0, updates_per_minute=0)
        self.sweep()
        # Until CloudFront accepts a whole burst again.
        time.sleep(_BURST * 60 / _UPDATES_PER_MINUTE)
        self._write("on", call_seconds=_CALL_SECONDS, **limits)
        return self.sweep()

    def _write(self, switch: str, **limits: float) -> None:
        self.site.cloud.sandbox.set(**limits)
        self.site.says(switch)


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings of all sizes."""
    package = copy_package(artifacts.controller, folder / "controller", slimmed=True)
    findings = []
    per_distribution = {}
    for size in SIZES:
        with start_sandbox("--deploy-seconds", "0") as sandbox:
            site = make_site(Cloud(sandbox))
            for index in range(size):
                _member(site, index)
            with start_controller(
                package, site, _ALIASES, MAX_DISTRIBUTIONS=str(size)
            ) as controller:
                fleet = _Fleet(size, site, controller)
                closings = fleet.close_repeatedly()
                findings.append(_calls_finding(size, closings))
                per_distribution[size] = Samples(tuple(each.seconds for each in closings)).median
                if size == SIZES[-1]:
                    findings.append(_converged(fleet))
                if size in _THROTTLED_SIZES:
                    findings.append(_throttled(fleet))
    findings.append(_growth({size: each / size for size, each in per_distribution.items()}))
    title = f"closing, {1000 * _CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=tuple(findings))


def _calls_finding(size: int, closings: Sequence[_Closing]) -> Finding:
    calls = Samples(tuple(len(each.calls) for each in closings)).median
    bounds = [each.bound for each in closings]
    return _beside_bounds(bounds, closings, _distributions(size), f"{calls:.0f} calls", _BOUND)


def _throttled(fleet: _Fleet) -> Finding:
    closings = fleet.close_repeatedly(updates_per_minute=_UPDATES_PER_MINUTE, update_burst=_BURST)
    accepting = (fleet.size - _BURST) * 60 / _UPDATES_PER_MINUTE
    bounds = [accepting + each.around_updates for each in closings]
    throttled = Samples(tuple(each.throttled for each in closings)).median
    subject = f"{_distributions(fleet.size)}, {_UPDATES_PER_MINUTE} updates a minute"
    counted = f"{throttled:.0f} updates throttled"
    return _beside_bounds(bounds, closings, subject, counted, _THROTTLED_BOUND)


def _beside_bounds(
    bounds: Sequence[float],
    closings: Sequence[_Closing],
    subject: str,
    counted: str,
    goal: Goal,
) -> Finding:
    """Return the finding about these closings, each beside its own bound."""
    seconds = [each.seconds for each in closings]
    return Finding(
        subject=subject,
        measured=f"{Samples(tuple(seconds)).text('s')}, {counted}",
        beside=f"bound {number(statistics.median(bounds))} s",
        **goal.judge(ratios(seconds, bounds)),
    )


def _converged(fleet: _Fleet) -> Finding:
    fleet.sweep()  # announces that all are Deployed, so the next has nothing to do
    sweep = fleet.sweep()
    counted = Counter(call["operation"] for call in sweep.calls)
    calls = ", ".join(f"{times} {name}" for name, times in sorted(counted.items()))
    return Finding(
        subject=f"a sweep over {fleet.size} distributions with nothing to do",
        measured=f"{number(sweep.seconds)} s: {calls}",
        **_CONVERGED.judge(len(sweep.calls)),
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
        **_LINEAR.judge(ratio),
    )


def _member(site: Site, index: int) -> str:
    name = f"n{index:03d}"
    aliases = {"Quantity": 1, "Items": [f"{name}.fleet.example.com"]}
    return a_distribution(site.cloud, name, Aliases=aliases)


def _seconds(call: Answer) -> float:
    seconds: float = call["ended"] - call["began"]
    return seconds
