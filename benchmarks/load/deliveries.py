"""
What wakes the deployed controller, played by the clock: the queue of asynchronous invocations.

    wakeup        comes                                            source
    ------------  -----------------------------------------------  -----------------------------
    event         as soon as an execution environment is free      invocation-async
    its retries   one minute after it failed, then two, with the   invocation-async-error-handling
                  same event; then it is a dead letter
    sweep         every 15 minutes                                 template.yaml
    alarm clock   when the controller has aimed it at              alarm_clock.py

The template reserves no concurrency, so what limits the runs at once is the account's: 10 in a new
one. The sandbox counts no seconds of a function's time limit, so the longest run is told instead.
(Sources: Lambda Developer Guide.)
"""

import contextlib
import heapq
import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from botocore.exceptions import HTTPClientError

from benchmarks.controller import Environment
from tests.stories.site import GROUP, Site

SWEEP = {"sweep": True}
_ALARM_CLOCK = {"alarm_clock": True}
_LOOK_SECONDS = 0.2


class UnfinishedError(RuntimeError):
    """What was to come about has not, in all the time that was given to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds: before each retry, between two sweeps, and until a wait is given up."""

    retries: tuple[float, ...] = (60.0, 120.0)
    sweep: float = 900.0
    patience: float = 7200.0


@dataclass(frozen=True, slots=True)
class Run:
    """One invocation: the seconds that it took, the bytes of its answer, its fault if it failed."""

    seconds: float
    answer_bytes: int
    fault: str | None


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """An event that is to be delivered at a second of `time.monotonic`."""

    at: float
    number: int
    event: object = field(compare=False)
    failures: int = field(compare=False, default=0)
    is_periodic: bool = field(compare=False, default=False)


class Deliveries:
    """Delivers events to execution environments, one at a time to each, until `end`."""

    def __init__(self, environments: Sequence[Environment], site: Site, waits: Waits) -> None:
        self.runs: list[Run] = []
        self.dead_letters: list[object] = []
        self._site = site
        self._waits = waits
        self._queue: list[_Due] = []
        self._numbers = itertools.count()
        self._busy = 0
        self._is_over = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._serve, args=(e,)) for e in environments]
        self._threads.append(threading.Thread(target=self._watch_the_alarm_clock))
        self._push(waits.sweep, SWEEP, is_periodic=True)
        for each in self._threads:
            each.start()

    def __enter__(self) -> Self:
        """Deliver from now on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Deliver nothing any more; wait for the runs that are under way."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        for each in self._threads:
            each.join()

    def deliver(self, *events: object) -> None:
        """Put events into the queue, all at once."""
        with self._changed:
            for event in events:
                self._push(0.0, event)
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until nothing is to come and the last run was without fault; UnfinishedError."""
        deadline = time.monotonic() + self._waits.patience
        while not (self._is_quiet() and self.runs and self.runs[-1].fault is None):
            if time.monotonic() > deadline:
                told = [run.fault for run in self.runs if run.fault][-1:]
                raise UnfinishedError(f"not done in {self._waits.patience:.0f} s: {told}")
            time.sleep(_LOOK_SECONDS)

    def _is_quiet(self) -> bool:
        """Tell whether nothing runs, and nothing but the next sweep is to come."""
        with self._changed:
            return not self._busy and all(due.is_periodic for due in self._queue)

    def _push(
        self, seconds: float, event: object, *, failures: int = 0, is_periodic: bool = False
    ) -> None:
        at = time.monotonic() + seconds
        heapq.heappush(self._queue, _Due(at, next(self._numbers), event, failures, is_periodic))

    def _serve(self, environment: Environment) -> None:
        while (due := self._next()) is not None:
            answer = environment.invoke(due.event)
            with self._changed:
                self._busy -= 1
                self._done(due, Run(answer["took"], answer["bytes"], answer["fault"]))

    def _next(self) -> _Due | None:
        with self._changed:
            while not self._is_over:
                if self._queue and self._queue[0].at <= time.monotonic():
                    self._busy += 1
                    return heapq.heappop(self._queue)
                self._changed.wait(_LOOK_SECONDS)
        return None

    def _done(self, due: _Due, run: Run) -> None:
        self.runs.append(run)
        if due.is_periodic:
            self._push(self._waits.sweep, SWEEP, is_periodic=True)
        if run.fault is None:
            return
        if due.failures < len(self._waits.retries):
            pause = self._waits.retries[due.failures]
            self._push(pause, due.event, failures=due.failures + 1)
        else:
            self.dead_letters.append(due.event)

    def _watch_the_alarm_clock(self) -> None:
        set_wakeup: float | None = None
        while not self._is_over:
            now = time.monotonic()
            if set_wakeup is not None and set_wakeup <= now:
                self.deliver(_ALARM_CLOCK)
                set_wakeup = None
            # A sandbox that is busy with a large listing is asked again.
            with contextlib.suppress(HTTPClientError):
                aimed = _aimed_at(self._site)
                # One that has rung already may still be shown.
                set_wakeup = aimed if aimed is not None and aimed > now else None
            time.sleep(_LOOK_SECONDS)


def _aimed_at(site: Site) -> float | None:
    """Return when the alarm clock rings, on the clock of `time.monotonic`, or None for never."""
    scheduler = site.cloud.scheduler
    try:
        schedule = scheduler.get_schedule(Name="alarm-clock", GroupName=GROUP)
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    expression = schedule["ScheduleExpression"].removeprefix("at(").removesuffix(")")
    at = datetime.fromisoformat(expression).replace(tzinfo=UTC)
    return time.monotonic() + (at - datetime.now(UTC)).total_seconds()
