"""What every load is put on: a site in a sandbox that is as slow and as strict as AWS."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.controller import Environment, started
from benchmarks.load.deliveries import Deliveries, Run, Waits
from benchmarks.load.finding import Row, at_most, none_of
from benchmarks.memory import peak_kilobytes
from sandbox.process import Sandbox
from tests.cloud import Cloud
from tests.contract.template import load_template
from tests.stories.site import Site, make_site

type Call = dict[str, Any]

CONTROLLER = load_template()["Resources"]["Controller"]["Properties"]
# Parameter Store's own (doc: AWS General Reference, Systems Manager quotas).
_READS_PER_SECOND, _WRITES_PER_SECOND = 40, 3
# Those that the harness makes itself are not the controller's.
_WATCHING = "scheduler:GetSchedule"
_UPDATE = "cloudfront:UpdateDistribution"
_KILOBYTES = 1024
# Lambda's limit of an answer (doc: Lambda Developer Guide, gettingstarted-limits).
_LARGEST_ANSWER = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slow AWS is: seconds a call, updates a minute that CloudFront takes, and at once."""

    call_seconds: float = 0.15
    updates_per_minute: float = 40
    update_burst: int = 5

    def told(self) -> str:
        """Return the sentence about it."""
        return (
            f"{1000 * self.call_seconds:.0f} ms per call, {self.updates_per_minute:g} updates a "
            f"minute, {_READS_PER_SECOND} reads and {_WRITES_PER_SECOND} writes of parameters a "
            "second"
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """A site, the controller's package, and how AWS and the clock behave."""

    site: Site
    package: Path
    pace: Pace
    waits: Waits

    def slow(self) -> None:
        """Let AWS take its time, and accept no more than it does."""
        self.site.cloud.sandbox.set(
            call_seconds=self.pace.call_seconds,
            updates_per_minute=self.pace.updates_per_minute,
            update_burst=self.pace.update_burst,
            parameter_reads_per_second=_READS_PER_SECOND,
            parameter_writes_per_second=_WRITES_PER_SECOND,
        )

    def quick(self) -> None:
        """Let AWS answer at once, while something is set up or looked at."""
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


def make_scene(sandbox: Sandbox, package: Path, pace: Pace, waits: Waits) -> Scene:
    """Empty the sandbox and make a site in it, whose switch says off."""
    sandbox.reset()
    return Scene(make_site(Cloud(sandbox)), package, pace, waits)


@dataclass(frozen=True, slots=True)
class Running:
    """Execution environments of the controller, and what is delivered to them."""

    environments: tuple[Environment, ...]
    deliveries: Deliveries

    def rows(self) -> list[Row]:
        """Return what holds for the controller whatever it was sent."""
        runs = self.deliveries.runs
        peak = max(peak_kilobytes(each.pid) for each in self.environments) / _KILOBYTES
        errors = [run.fault for run in runs if run.fault]
        return [
            Row(
                subject="runs",
                seen=f"{len(runs)}, of which {len(errors)} failed and were tried again",
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
            none_of("dead letters", self.deliveries.dead_letters, to_hold="none"),
        ]


@contextlib.contextmanager
def running(
    scene: Scene, distributions: str, *, environments: int, **settings: str
) -> Iterator[Running]:
    """Start so many execution environments and deliver to them; end both afterwards."""
    with contextlib.ExitStack() as stack:
        kept = tuple(
            stack.enter_context(started(scene.package, scene.site, distributions, **settings))
            for _ in range(environments)
        )
        yield Running(kept, stack.enter_context(Deliveries(kept, scene.site, scene.waits)))


@dataclass(frozen=True, slots=True)
class Course:
    """What came of some events: the seconds until all was done, the calls, and the runs."""

    seconds: float
    calls: Sequence[Call]
    runs: Sequence[Run]

    def calls_told(self) -> str:
        """Return the number of calls, and the operations that most are of."""
        counted = Counter(call["operation"] for call in self.calls).most_common(4)
        return f"{len(self.calls):,}: {', '.join(f'{name} {n:,}' for name, n in counted)}"

    def failed(self) -> int:
        """Return how many runs failed."""
        return sum(1 for run in self.runs if run.fault)

    def updates(self, status: int) -> int:
        """Return how many UpdateDistribution calls were answered so: 200 taken, 400 throttled."""
        updates = (call for call in self.calls if call["operation"] == _UPDATE)
        return sum(1 for call in updates if call["status"] == status)


def deliver(scene: Scene, kept: Running, events: Iterable[object]) -> Course:
    """Deliver events, all at once, while AWS is slow; wait until nothing more comes of them."""
    calls, runs = len(scene.calls()), len(kept.deliveries.runs)
    scene.slow()
    began = time.monotonic()
    kept.deliveries.deliver(*events)
    kept.deliveries.settle()
    seconds = time.monotonic() - began
    scene.quick()
    return Course(seconds, scene.calls()[calls:], kept.deliveries.runs[runs:])
