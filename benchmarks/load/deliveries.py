"""
Wake the controller as a deployed stack does, from a queue of asynchronous invocations.

    wakeup        comes                                            source
    ------------  -----------------------------------------------  -----------------------------
    event         as soon as an execution environment is free      invocation-async
    its retries   one minute after it failed, and two after that;  invocation-async-error-handling
                  then it is a dead letter
    sweep         every 15 minutes                                 template.yaml
    alarm clock   at the time that the controller has set          the schedule itself

The template reserves no concurrency, so the account's limits the runs at once: 10 in a new account.
The sandbox enforces no timeout of a function, so the longest run is reported instead.
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

from benchmarks.controller.process import Environment
from tests.stories.site import Site

SWEEP = {"scheduled_sweep": True}
_ALARM_CLOCK = {"alarm_clock": True}
_POLL_SECONDS = 0.2
_JUST_RUNG_SECONDS = 10 * _POLL_SECONDS


class UnfinishedError(RuntimeError):
    """Runs still fail or events still wait after the timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """
    Seconds before each retry, between two sweeps, and until `settle` gives up.

    An alarm clock that rings within `alarm` seconds is waited for at the end of a load.
    """

    retries: tuple[float, ...] = (60.0, 120.0)
    sweep: float = 900.0
    alarm: float = 600.0
    timeout: float = 7200.0


@dataclass(frozen=True, slots=True)
class Run:
    """One invocation: its seconds, the size of its answer, and its error if it failed."""

    seconds: float
    answer_bytes: int
    error: str | None


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """An event to deliver at a second of `time.monotonic`."""

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
        """Return itself; it delivers since it was created."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop delivering, and wait for the current runs."""
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

    def settle(self, *, alarm_within: float = 0.0) -> None:
        """
        Wait until only a sweep is due and the last run succeeded; else UnfinishedError.

        With `alarm_within`, wait for an alarm clock that rings in so many seconds, too.
        """
        deadline = time.monotonic() + self._waits.timeout
        while not self._is_settled() or (alarm_within and self._rings_within(alarm_within)):
            if time.monotonic() > deadline:
                errors = [run.error for run in self.runs if run.error][-1:]
                raise UnfinishedError(f"not done in {self._waits.timeout:.0f} s: {errors}")
            time.sleep(_POLL_SECONDS)

    def _is_settled(self) -> bool:
        return self._is_quiet() and bool(self.runs) and self.runs[-1].error is None

    def _rings_within(self, seconds: float) -> bool:
        """Return whether the alarm clock will ring, or has and may not have been delivered."""
        at, now = _read_alarm_clock(self._site), time.monotonic()
        return at is not None and now - _JUST_RUNG_SECONDS < at < now + seconds

    def _is_quiet(self) -> bool:
        """Return whether nothing runs and only a sweep is due."""
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
                self._record(due, Run(answer["took"], answer["bytes"], answer["error"]))

    def _next(self) -> _Due | None:
        with self._changed:
            while not self._is_over:
                if self._queue and self._queue[0].at <= time.monotonic():
                    self._busy += 1
                    return heapq.heappop(self._queue)
                self._changed.wait(_POLL_SECONDS)
        return None

    def _record(self, due: _Due, run: Run) -> None:
        self.runs.append(run)
        if due.is_periodic:
            self._push(self._waits.sweep, SWEEP, is_periodic=True)
        if run.error is None:
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
            # A sandbox that is busy with a large listing may not answer in time.
            with contextlib.suppress(HTTPClientError):
                found = _read_alarm_clock(self._site)
                # A schedule that has fired may still exist.
                set_wakeup = found if found is not None and found > now else None
            time.sleep(_POLL_SECONDS)


def _read_alarm_clock(site: Site) -> float | None:
    """Return when the alarm clock fires, as a second of `time.monotonic`, or None."""
    scheduler = site.cloud.scheduler
    try:
        schedule = scheduler.get_schedule(Name="alarm-clock", GroupName=site.group)
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    expression = schedule["ScheduleExpression"].removeprefix("at(").removesuffix(")")
    at = datetime.fromisoformat(expression).replace(tzinfo=UTC)
    return time.monotonic() + (at - datetime.now(UTC)).total_seconds()
