"""
How long after its start a window's first 503 comes, at the last of three edge locations.

CloudFront's delays are a twentieth of the field's. Both sites learn of the window well ahead, and
displace nothing: `attach` has armed its edge by then, `standby` has the period in its store. No
controller runs at the start.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.artifact import Artifacts
from benchmarks.controller.process import require_success
from benchmarks.engines.one_distribution import Fleet, both_engines
from benchmarks.results.findings import Finding, Goal, Samples, Section
from sandbox.settings import FIELD_DELAYS

_LOCATIONS = 3
_SHORTENED = 20
_REPETITIONS = 3
# For the run that announces the window, and for CloudFront after it.
_AHEAD = timedelta(seconds=20)
_VISIT_SECONDS = 0.02
_LATEST = timedelta(seconds=30)
_CLOSED = 503
_SWEEP = {"sweep": True}
_AT_ONCE = Goal(1, "s")


def run(artifacts: Artifacts, _: Path) -> Section:
    """Return a finding for each engine."""
    with (
        both_engines(artifacts.slimmed_controller, 1) as fleets,
        ThreadPoolExecutor(len(fleets)) as threads,
    ):
        for fleet in fleets:
            delays = {name: each / _SHORTENED for name, each in FIELD_DELAYS.items()}
            fleet.sandbox.set(**{**delays, "throttle_seconds": 0, "edge_locations": _LOCATIONS})
        rounds = [list(threads.map(_late_seconds, fleets)) for _ in range(_REPETITIONS)]
    findings = [
        _finding(engine, Samples(tuple(seconds)))
        for engine, seconds in zip(("attach", "standby"), zip(*rounds, strict=True), strict=True)
    ]
    title = (
        f"from the start of a window to its first 503 at the last of {_LOCATIONS} edges, nothing "
        "displaced"
    )
    return Section(title=title, findings=tuple(findings))


def _finding(engine: str, late: Samples) -> Finding:
    return Finding(subject=engine, measured=late.text("s"), **_AT_ONCE.judge(late))


def _late_seconds(fleet: Fleet) -> float:
    """Open the site, let a window begin, and return how late it reaches the last edge."""
    start = datetime.now(UTC).replace(microsecond=0) + _AHEAD
    [stack] = fleet.stacks
    stack.site.schedules("measured", f"at({start:%Y-%m-%dT%H:%M:%S}) for 1h")
    require_success(stack.controller.invoke(_SWEEP))
    if datetime.now(UTC) >= start:
        raise RuntimeError("The run ended after the window's start: measure on a quieter machine.")
    late = _visit_until_closed(fleet, start)
    fleet.site.cloud.ssm.delete_parameter(Name=f"{stack.site.switch}/windows/measured")
    require_success(stack.controller.invoke(_SWEEP))
    fleet.sandbox.finish_deployments()
    return late


def _visit_until_closed(fleet: Fleet, start: datetime) -> float:
    """Return the seconds from `start` to the first 503; RuntimeError if that comes before it."""
    while datetime.now(UTC) < start + _LATEST:
        if fleet.status(_LOCATIONS) == _CLOSED:
            answered = datetime.now(UTC)
            if answered < start:
                raise RuntimeError("The last edge closed before the window's start.")
            return (answered - start).total_seconds()
        time.sleep(_VISIT_SECONDS)
    raise RuntimeError("The last edge did not close.")
