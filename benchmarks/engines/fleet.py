"""
Close a fleet of 1 to 500 distributions with both engines, in turns.

`attach` updates each distribution, and is measured beside the least time that this can take (see
`closing`). CloudFront's own throttling would take hours, so the one here is milder: the measure is
how much of it stays unused. `standby` writes each stack's store once.

Accepted is what `engines` calls so. The rows "to the last edge" are reckoned: these seconds, and
those that others measured on AWS (180 s for an update, 30 s for a write).
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.artifact import Artifacts
from benchmarks.controller.process import require_success
from benchmarks.engines.closing import Closing
from benchmarks.engines.one_distribution import CALL_SECONDS, Fleet, both_engines
from benchmarks.results.findings import Finding, Goal, Samples, Section, number, ratios
from sandbox.settings import FIELD_DELAYS

SIZES = (1, 10, 100, 500)
# The quartiles of the large ones are a hundredth apart.
_REPETITIONS = {1: 5, 10: 5, 100: 2, 500: 1}
_THROTTLED_REPETITIONS = {10: 5, 100: 1}
_UPDATES_PER_MINUTE = 120
_BURST = 5
_SWEEP = {"sweep": True}
_BOUND = Goal(1.15, "x")
_THROTTLED_BOUND = Goal(1.05, "x")
# A page of the listing for each hundred distributions; switch, windows, the owner's page, the alarm
# clock, the versions of MaintenancePage, and the status.
_CONVERGED = Goal(5 + 6, "calls")
# The time per distribution of the largest fleet, beside that of the next smaller one.
_LINEAR = Goal(1.15, "x")
_LARGEST_AT_THE_EDGE = Goal(60, "s")


def run(artifacts: Artifacts, _: Path) -> Section:
    """Return the findings of all sizes."""
    findings: list[Finding] = []
    per_distribution = {}
    for size in SIZES:
        with both_engines(artifacts.slimmed_controller, size) as (attach, standby):
            pairs = [(attach.close(), standby.close()) for _ in range(_REPETITIONS[size])]
            closings = [each for each, _ in pairs]
            findings += [*_side_by_side(size, pairs), _beside_bound(size, closings)]
            per_distribution[size] = statistics.median(each.seconds for each in closings) / size
            if size in _THROTTLED_REPETITIONS:
                findings.append(_throttled(attach, size))
            if size == SIZES[-1]:
                findings.append(_converged(attach, size))
    findings.append(_growth(per_distribution))
    title = f"closed by both engines, warm, {1000 * CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=tuple(findings))


def _side_by_side(size: int, pairs: Sequence[tuple[Closing, Closing]]) -> Iterator[Finding]:
    attach, standby = ([pair[way].accepted for pair in pairs] for way in (0, 1))
    yield Finding(
        subject=f"{_distributions(size)}, accepted: standby",
        measured=Samples(tuple(standby)).text("s"),
        beside=f"attach {Samples(tuple(attach)).text('s')}",
        judged=f"{number(ratios(standby, attach).median)} x",
    )
    slow = statistics.median(attach) + FIELD_DELAYS["deploy_seconds"]
    quick = statistics.median(standby) + FIELD_DELAYS["store_seconds"]
    yield Finding(
        subject=f"{_distributions(size)}, to the last edge, reckoned: standby",
        measured=f"{number(quick)} s",
        beside=f"attach {number(slow)} s",
        **(
            _LARGEST_AT_THE_EDGE.judge(quick)
            if size == SIZES[-1]
            else {"judged": f"{number(quick / slow)} x"}
        ),
    )


def _beside_bound(size: int, closings: Sequence[Closing]) -> Finding:
    seconds, bounds = [each.seconds for each in closings], [each.bound for each in closings]
    calls = statistics.median(len(each.calls) for each in closings)
    return Finding(
        subject=f"{_distributions(size)}, the whole run: attach",
        measured=f"{Samples(tuple(seconds)).text('s')}, {calls:,.0f} calls",
        beside=f"bound {number(statistics.median(bounds))} s",
        **_BOUND.judge(ratios(seconds, bounds)),
    )


def _throttled(fleet: Fleet, size: int) -> Finding:
    closings = [_close_throttled(fleet) for _ in range(_THROTTLED_REPETITIONS[size])]
    seconds = [each.seconds for each in closings]
    bounds = [each.bound_of_throttling(_UPDATES_PER_MINUTE, _BURST) for each in closings]
    throttled = statistics.median(each.throttled for each in closings)
    return Finding(
        subject=f"{_distributions(size)}, {_UPDATES_PER_MINUTE} updates a minute: attach",
        measured=f"{Samples(tuple(seconds)).text('s')}, {throttled:.0f} updates throttled",
        beside=f"bound {number(statistics.median(bounds))} s",
        **_THROTTLED_BOUND.judge(ratios(seconds, bounds)),
    )


def _close_throttled(fleet: Fleet) -> Closing:
    # Until CloudFront accepts a whole burst again.
    time.sleep(_BURST * 60 / _UPDATES_PER_MINUTE)
    return fleet.close(updates_per_minute=_UPDATES_PER_MINUTE, update_burst=_BURST)


def _converged(fleet: Fleet, size: int) -> Finding:
    _sweep(fleet)  # announces that all are Deployed, so the next has nothing to do
    before = len(fleet.sandbox.calls())
    seconds = _sweep(fleet)
    calls = [each["operation"] for each in fleet.sandbox.calls()[before:]]
    counted = ", ".join(f"{times} {name}" for name, times in sorted(Counter(calls).items()))
    return Finding(
        subject=f"a sweep over {size} distributions with nothing to do: attach",
        measured=f"{number(seconds)} s: {counted}",
        **_CONVERGED.judge(len(calls)),
    )


def _sweep(fleet: Fleet) -> float:
    """Sweep, and return the seconds."""
    [stack] = fleet.stacks
    took: float = require_success(stack.controller.invoke(_SWEEP))["took"]
    return took


def _distributions(size: int) -> str:
    return f"{size} distribution{'s' if size > 1 else ''}"


def _growth(per_distribution: dict[int, float]) -> Finding:
    large, small = SIZES[-1], SIZES[-2]
    ratio = per_distribution[large] / per_distribution[small]
    return Finding(
        subject=f"time for each of {large} distributions: attach",
        measured=f"{number(1000 * per_distribution[large])} ms",
        beside=f"each of {small}: {number(1000 * per_distribution[small])} ms",
        **_LINEAR.judge(ratio),
    )
