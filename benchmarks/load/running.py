"""Run the controllers of one or more stacks, and wait for what follows from their events."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.controller.process import Environment, start_controller, switch_event
from benchmarks.load.deliveries import SWEEP, Deliveries, Run
from benchmarks.load.scene import Call, Scene
from benchmarks.machine import peak_kilobytes
from benchmarks.results.findings import Finding, at_most, none_of
from tests.contract.template import load_template
from tests.stories.site import Site

CONTROLLER = load_template()["Resources"]["Controller"]["Properties"]
_ACCEPTED = 200
_KILOBYTES = 1024
_SHOWN_CHARACTERS = 160
# Lambda's limit of an answer (doc: Lambda Developer Guide, gettingstarted-limits).
_LARGEST_ANSWER = 6 * 1024 * 1024

type Events = Callable[[Site], Iterable[object]]


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack under load: its site, its parameter Distributions, and other variables."""

    site: Site
    distributions: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Running:
    """Execution environments of one stack's controller, and the deliveries to them."""

    stack: Stack
    environments: tuple[Environment, ...]
    deliveries: Deliveries


@dataclass(frozen=True, slots=True)
class Controllers:
    """Those of all stacks."""

    scene: Scene
    members: tuple[_Running, ...]

    @property
    def runs(self) -> list[Run]:
        """Return all runs so far, those of a stack in their order."""
        return [run for each in self.members for run in each.deliveries.runs]

    def write(self, value: str) -> None:
        """Write all switches."""
        for each in self.members:
            each.stack.site.says(value)

    def settle(self, events: Events) -> None:
        """Deliver each stack's events, all at once, and wait until all runs are done."""
        for each in self.members:
            each.deliveries.deliver(*events(each.stack.site))
        for each in self.members:
            each.deliveries.settle()

    def wait_for_alarm_clocks(self) -> None:
        """Wait for the alarm clocks that ring soon, and for what they wake."""
        for each in self.members:
            each.deliveries.settle(alarm_within=self.scene.waits.alarm)

    def finish(self) -> None:
        """
        Let everything that is left be done, as it would be within a day.

        A sweep that a person asks for also reads each store whole.
        """
        self.settle(sweep)
        self.wait_for_alarm_clocks()
        self.settle(lambda _: [{"sweep": True}])

    def findings(self) -> list[Finding]:
        """Return what has to hold for the controller under every load."""
        runs = self.runs
        pids = [each.pid for member in self.members for each in member.environments]
        peak = max(map(peak_kilobytes, pids)) / _KILOBYTES
        errors = Counter(run.error[:_SHOWN_CHARACTERS] for run in runs if run.error)
        failed = f"{errors.total()} failed and were retried"
        letters = [letter for each in self.members for letter in each.deliveries.dead_letters]
        return [
            Finding(
                subject="runs",
                measured="; ".join(
                    [
                        f"{len(runs)}, of which {failed}",
                        *(f"{number} with {error!r}" for error, number in errors.most_common(2)),
                    ]
                ),
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
            none_of("dead letters", letters),
        ]


@contextlib.contextmanager
def running(scene: Scene, stacks: Iterable[Stack], *, environments: int) -> Iterator[Controllers]:
    """
    Start so many execution environments for each stack; end them afterwards.

    Each stack has had a sweep then, as after its deployment.
    """
    with contextlib.ExitStack() as started:
        members = tuple(_start(scene, each, environments, started) for each in stacks)
        controllers = Controllers(scene, members)
        controllers.settle(sweep)
        yield controllers


def _start(scene: Scene, stack: Stack, number: int, started: contextlib.ExitStack) -> _Running:
    environments = tuple(
        started.enter_context(
            start_controller(scene.package, stack.site, stack.distributions, **stack.settings)
        )
        for _ in range(number)
    )
    deliveries = started.enter_context(Deliveries(environments, stack.site, scene.waits))
    return _Running(stack, environments, deliveries)


def sweep(_: Site) -> list[object]:
    """Return the event of a sweep."""
    return [SWEEP]


def change(site: Site) -> list[object]:
    """Return the event of a change of the switch."""
    return [switch_event(site.switch)]


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

    def accepted(self, operation: str) -> list[Call]:
        """Return the accepted calls of an operation."""
        return [call for call in self._of(operation) if call["status"] == _ACCEPTED]

    def refused(self, operation: str) -> int:
        """Return how many calls of an operation were throttled or came after another writer's."""
        return len(self._of(operation)) - len(self.accepted(operation))

    def seconds_until_accepted(self, operation: str) -> float:
        """Return the seconds from the first call to the last accepted one of an operation."""
        ended = [call["ended"] for call in self.accepted(operation)]
        return float(max(ended) - self.calls[0]["began"]) if ended else 0.0

    def _of(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call["operation"] == operation]


def deliver(controllers: Controllers, events: Events) -> Course:
    """Deliver events, all at once, within AWS's limits, and wait until all runs are done."""
    scene = controllers.scene
    calls = len(scene.calls())
    counts = [len(each.deliveries.runs) for each in controllers.members]
    scene.apply_limits()
    began = time.monotonic()
    controllers.settle(events)
    seconds = time.monotonic() - began
    scene.lift_limits()
    runs = [
        run
        for each, count in zip(controllers.members, counts, strict=True)
        for run in each.deliveries.runs[count:]
    ]
    return Course(seconds, scene.calls()[calls:], runs)
