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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.artifact import Artifacts, copy_of
from benchmarks.controller import Answer, Environment, started, succeeded
from benchmarks.findings import Finding, Goal, Section, number
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site, make_site

SIZES = (1, 10, 100, 500)
_CALL_SECONDS = 0.15
_HANDS = 4
_UPDATES_PER_MINUTE = 120
_BURST = 5
_ALIASES = "*.fleet.example.com"
_SWEEP = {"sweep": True}
_UPDATE = "cloudfront:UpdateDistribution"
_OF_ONE = {"s3:GetObject", "s3:PutObject", "cloudfront:GetDistributionConfig", _UPDATE}
_BOUND = Goal(1.15, "x")
_CONVERGED = Goal(10, "calls")
# Per distribution, the largest fleet beside the one a tenth of it or so.
_LINEAR = Goal(1.15, "x")
_THROTTLED_SIZES = SIZES[1:3]


@dataclass(frozen=True, slots=True)
class _Closing:
    """One closing of the whole fleet: how long it took, and the calls that it made."""

    seconds: float
    calls: Sequence[Answer]

    @property
    def bound(self) -> float:
        """Return the seconds that these calls take at least, four distributions at a time."""
        of_one = [call for call in self.calls if call["operation"] in _OF_ONE]
        others = [call for call in self.calls if call["operation"] not in _OF_ONE]
        fleet = len({call["resource"] for call in of_one if call["operation"] == _UPDATE})
        rounds = math.ceil(fleet / _HANDS)
        return _busy(others) + rounds * sum(map(_seconds, of_one)) / fleet

    @property
    def around_updates(self) -> float:
        """Return the seconds of the calls before the first update, and of those after the last."""
        updates = [call for call in self.calls if call["operation"] == _UPDATE]
        first = min(call["began"] for call in updates)
        last = max(call["ended"] for call in updates)
        before = [call for call in self.calls if call["ended"] <= first]
        return _busy(before) + _busy([call for call in self.calls if call["began"] >= last])


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings of all sizes."""
    package = copy_of(artifacts.controller, folder / "controller", lightened=True)
    findings = []
    per_distribution = {}
    for size in SIZES:
        with start_sandbox("--deploy-seconds", "0") as sandbox:
            site = make_site(Cloud(sandbox))
            for index in range(size):
                _member(site, index)
            with started(package, site, _ALIASES, MAX_DISTRIBUTIONS=str(size)) as controller:
                succeeded(controller.invoke(_SWEEP))
                closing = _close(site, controller, call_seconds=_CALL_SECONDS)
                findings.append(_calls_finding(size, closing))
                per_distribution[size] = closing.seconds / size
                if size == SIZES[-1]:
                    findings.append(_converged(site, controller))
                if size in _THROTTLED_SIZES:
                    findings.append(_throttled(size, site, controller))
    findings.append(_growth(per_distribution))
    title = f"A fleet is closed, {1000 * _CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=tuple(findings))


def _calls_finding(size: int, closing: _Closing) -> Finding:
    return Finding(
        subject=f"{size} distributions",
        measured=f"{closing.seconds:.2f} s, {len(closing.calls)} calls",
        beside=f"bound {closing.bound:.2f} s",
        **_BOUND.judged(closing.seconds / closing.bound),
    )


def _throttled(size: int, site: Site, controller: Environment) -> Finding:
    """Open the fleet and close it against the throttle."""
    site.cloud.sandbox.set(call_seconds=0)
    site.says("off")
    succeeded(controller.invoke(_SWEEP))
    closing = _close(
        site,
        controller,
        call_seconds=_CALL_SECONDS,
        updates_per_minute=_UPDATES_PER_MINUTE,
        update_burst=_BURST,
    )
    bound = (size - _BURST) * 60 / _UPDATES_PER_MINUTE + closing.around_updates
    refused = sum(1 for call in closing.calls if call["status"] == 400)  # noqa: PLR2004 - HTTP's own number
    return Finding(
        subject=f"{size} distributions, {_UPDATES_PER_MINUTE} updates a minute",
        measured=f"{closing.seconds:.1f} s, {refused} updates refused",
        beside=f"bound {bound:.1f} s",
        **_BOUND.judged(closing.seconds / bound),
    )


def _close(site: Site, controller: Environment, **settings: float) -> _Closing:
    site.says("on")
    sandbox = site.cloud.sandbox
    sandbox.set(**settings)
    before = len(sandbox.calls())
    seconds = succeeded(controller.invoke(_SWEEP))["took"]
    return _Closing(seconds, sandbox.calls()[before:])


def _converged(site: Site, controller: Environment) -> Finding:
    before = len(site.cloud.sandbox.calls())
    seconds = succeeded(controller.invoke(_SWEEP))["took"]
    calls = site.cloud.sandbox.calls()[before:]
    return Finding(
        subject=f"a sweep over {SIZES[-1]} distributions with nothing to do",
        measured=f"{seconds:.2f} s",
        **_CONVERGED.judged(len(calls)),
    )


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


def _busy(calls: Sequence[Answer]) -> float:
    """Return the seconds during which at least one of `calls` was under way."""
    busy, until = 0.0, -math.inf
    for call in sorted(calls, key=lambda each: each["began"]):
        busy += max(0.0, call["ended"] - max(until, call["began"]))
        until = max(until, call["ended"])
    return busy
