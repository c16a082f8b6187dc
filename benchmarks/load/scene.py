"""Run the controller under load: a site in a sandbox with AWS's latency and limits."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.controller import Environment, start_controller
from benchmarks.findings import Finding, at_most, none_of
from benchmarks.load.deliveries import Deliveries, Run, Waits
from benchmarks.machine import peak_kilobytes
from sandbox.process import Sandbox
from tests.cloud import Cloud
from tests.contract.template import load_template
from tests.stories.site import Site, make_site

type Call = dict[str, Any]

CONTROLLER = load_template()["Resources"]["Controller"]["Properties"]
# Parameter Store's own (doc: AWS General Reference, Systems Manager quotas).
_READS_PER_SECOND, _WRITES_PER_SECOND = 40, 3
# The harness watches the alarm clock with these calls.
_WATCHING = "scheduler:GetSchedule"
_UPDATE = "cloudfront:UpdateDistribution"
_ACCEPTED, _THROTTLED = 200, 400
_KILOBYTES = 1024
# Lambda's limit of an answer (doc: Lambda Developer Guide, gettingstarted-limits).
_LARGEST_ANSWER = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsLimits:
    """Seconds that a call takes, and how many updates CloudFront accepts a minute and at once."""

    call_seconds: float = 0.15
    updates_per_minute: float = 40
    update_burst: int = 5

    def text(self) -> str:
        """Return the limits as a title shows them."""
        return (
            f"{1000 * self.call_seconds:.0f} ms per call, {self.updates_per_minute:g} updates a "
            f"minute, {_READS_PER_SECOND} reads and {_WRITES_PER_SECOND} writes of parameters a "
            "second"
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """A site, the controller's package, AWS's limits, and the times between deliveries."""

    site: Site
    package: Path
    limits: AwsLimits
    waits: Waits

    def apply_limits(self) -> None:
        """Let AWS be as slow and accept as little as its limits say."""
        self.site.cloud.sandbox.set(
            call_seconds=self.limits.call_seconds,
            updates_per_minute=self.limits.updates_per_minute,
            update_burst=self.limits.update_burst,
            parameter_reads_per_second=_READS_PER_SECOND,
            parameter_writes_per_second=_WRITES_PER_SECOND,
        )

    def lift_limits(self) -> None:
        """Let AWS answer at once, while the harness prepares or reads something."""
        self.site.cloud.sandbox.set(
            call_seconds=0,
            updates_per_minute=0,
            parameter_reads_per_second=0,
            parameter_writes_per_second=0,
        )

    def calls(self) -> list[Call]:
        """Return the calls so far."""
        calls = self.site.cloud.sandbox.calls()
        return [call for call in calls if call["operation"] != _WATCHING]


def make_scene(sandbox: Sandbox, package: Path, limits: AwsLimits, waits: Waits) -> Scene:
    """Empty the sandbox and make a site in it whose switch says off."""
    sandbox.reset()
    return Scene(make_site(Cloud(sandbox)), package, limits, waits)


@dataclass(frozen=True, slots=True)
class Running:
    """Execution environments of the controller, and the deliveries to them."""

    environments: tuple[Environment, ...]
    deliveries: Deliveries

    def findings(self) -> list[Finding]:
        """Return what has to hold for the controller under every load."""
        runs = self.deliveries.runs
        peak = max(peak_kilobytes(each.pid) for each in self.environments) / _KILOBYTES
        failed = sum(1 for run in runs if run.error)
        return [
            Finding(
                subject="runs", measured=f"{len(runs)}, of which {failed} failed and were retried"
            ),
            at_most(
                "the longest run", max(run.seconds for run in runs), CONTROLLER["Timeout"], "s"
            ),
            at_most(
                "the largest answer or error",
                max(run.answer_bytes for run in runs),
                _LARGEST_ANSWER,
                "bytes",
            ),
            at_most("peak memory of a run", peak, CONTROLLER["MemorySize"], "MB"),
            none_of("dead letters", self.deliveries.dead_letters),
        ]


@contextlib.contextmanager
def running(
    scene: Scene, distributions: str, *, environments: int, **settings: str
) -> Iterator[Running]:
    """Start so many execution environments and deliver to them; end both afterwards."""
    with contextlib.ExitStack() as stack:
        started = tuple(
            stack.enter_context(
                start_controller(scene.package, scene.site, distributions, **settings)
            )
            for _ in range(environments)
        )
        yield Running(started, stack.enter_context(Deliveries(started, scene.site, scene.waits)))


@dataclass(frozen=True, slots=True)
class Course:
    """What followed from some events: the seconds until all was done, the calls, and the runs."""

    seconds: float
    calls: Sequence[Call]
    runs: Sequence[Run]

    def calls_text(self) -> str:
        """Return the number of calls, and of the four most frequent operations."""
        counted = Counter(call["operation"] for call in self.calls).most_common(4)
        return f"{len(self.calls):,}: {', '.join(f'{name} {n:,}' for name, n in counted)}"

    @property
    def failed(self) -> int:
        """Return how many runs failed."""
        return sum(1 for run in self.runs if run.error)

    @property
    def accepted_updates(self) -> int:
        """Return how many updates CloudFront accepted."""
        return self._updates(_ACCEPTED)

    @property
    def throttled_updates(self) -> int:
        """Return how many updates CloudFront throttled."""
        return self._updates(_THROTTLED)

    def _updates(self, status: int) -> int:
        updates = (call for call in self.calls if call["operation"] == _UPDATE)
        return sum(1 for call in updates if call["status"] == status)


def deliver(scene: Scene, running: Running, events: Iterable[object]) -> Course:
    """Deliver events, all at once, within AWS's limits, and wait until all runs are done."""
    calls, runs = len(scene.calls()), len(running.deliveries.runs)
    scene.apply_limits()
    began = time.monotonic()
    running.deliveries.deliver(*events)
    running.deliveries.settle()
    seconds = time.monotonic() - began
    scene.lift_limits()
    return Course(seconds, scene.calls()[calls:], running.deliveries.runs[runs:])
