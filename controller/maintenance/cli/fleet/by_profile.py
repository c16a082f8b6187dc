"""
Carry out an order from this machine, with a profile of the operator's for each account.

It needs no hub, and does what a hub does: waves, the tolerated share, the deadline of each stack.
"""

import functools
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, as_completed
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any

from msgspec import Struct

from maintenance.cli.fleet.order import (
    Order,
    Outcome,
    Result,
    describe_late,
    describe_overtaken,
)
from maintenance.cli.fleet.stacks import FleetStack, Wave
from maintenance.errors import ConfigurationError, MaintenanceError, RunFailed

type Invoke = Callable[[FleetStack, Mapping[str, Any]], Mapping[str, Any]]

# Threads of this machine; each waits for a controller. An off reaches so many at once.
_MOST_AT_ONCE = 1000
_FAILED = 100
_INTERRUPTED = (
    "Interrupted: the commands that were sent count, and each controller carries its own out. "
    "Ask with fleet status, or open with fleet off."
)


class UnusableProfile(ConfigurationError):
    """The operator's AWS settings lack the profile of a stack: trying again does not help."""


class Caller(Struct, frozen=True):
    """
    `invoke` sends an event to a stack's controller and returns its answer.

    It raises RunFailed for a run that failed, UnusableProfile, or another MaintenanceError.
    `stopped` is set when the operator interrupts the command. `warn` shows why a stack is tried
    again.
    """

    invoke: Invoke
    clock: Callable[[], datetime]
    stopped: threading.Event
    warn: Callable[[FleetStack, str], None]


class _StoppedError(Exception):
    """The operator does not wait any longer."""


class StackRun(Struct, frozen=True):
    """An order at one stack."""

    caller: Caller
    order: Order
    stack: FleetStack
    deadline: datetime

    def carry_out(self) -> Outcome:
        """Send the order, and wait until visitors get what it says; see `order`."""
        shown = ""
        while True:
            try:
                outcome = self._send()
            except MaintenanceError as error:
                if not self._may_try_again(error):
                    return self._outcome(Result.NOT_REACHED, str(error))
                if str(error) != shown:
                    shown = str(error)
                    self.caller.warn(self.stack, shown)
            else:
                if outcome:
                    return outcome
            self._pause()

    def _send(self) -> Outcome | None:
        """Send the order and wait; return the outcome, None if it has to be sent again."""
        answer = self._invoke(self.order.event(self.stack.site))
        if self.order.is_question:
            return self.order.outcome(self.stack.name, answer)
        if self.order.is_overtaken(answer):
            return self._outcome(Result.OVERTAKEN, describe_overtaken(answer))
        return self._await()

    def _await(self) -> Outcome | None:
        """Ask for the status; return the outcome, None as above."""
        while True:
            self._pause()
            try:
                status = self._invoke({"status": True, "brief": True, "site": self.stack.site})
            except MaintenanceError as error:
                if isinstance(error, UnusableProfile) or self._is_late():
                    return self._outcome(Result.NOT_REACHED, str(error))
                continue
            if self.order.is_done(status):
                return self.order.outcome(self.stack.name, status)
            if not self.order.is_in_mode(status):
                if self.order.verb == "off" and not self._is_late():
                    return None
                return self._outcome(Result.OVERTAKEN, describe_overtaken(status))
            if self._is_late():
                return self._outcome(Result.TOO_SLOW, describe_late(status))

    def _pause(self) -> None:
        if self.caller.stopped.wait(self.order.pause):
            raise _StoppedError

    def _invoke(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.caller.invoke(self.stack, event)

    def _may_try_again(self, error: MaintenanceError) -> bool:
        heals = isinstance(error, RunFailed) or (
            self.order.verb == "off" and not isinstance(error, UnusableProfile)
        )
        return heals and not self.order.is_question and not self._is_late()

    def _is_late(self) -> bool:
        return self.caller.clock() > self.deadline

    def _outcome(self, result: Result, detail: str) -> Outcome:
        return Outcome(self.stack.name, result, detail)


def carry_out(
    order: Order,
    waves: Iterable[Wave],
    caller: Caller,
    show: Callable[[int, Outcome], None],
) -> tuple[Outcome, ...]:
    """
    Return what became of each stack, in the order of the list.

    `show` gets each outcome with the number of its wave, as soon as it is known.
    """
    outcomes: dict[str, Outcome] = {}
    has_stopped = False
    for number, wave in enumerate(waves, start=1):
        if has_stopped:
            outcomes |= {each.name: Outcome(each.name, Result.NOT_BEGUN) for each in wave.stacks}
            continue
        ended = _carry_out_wave(order, wave, caller, functools.partial(show, number))
        outcomes |= ended
        has_stopped = _exceeds(wave, ended.values())
    return tuple(outcomes.values())


def _carry_out_wave(
    order: Order, wave: Wave, caller: Caller, show: Callable[[Outcome], None]
) -> dict[str, Outcome]:
    ended = {each.name: Outcome(each.name, Result.NOT_BEGUN) for each in wave.stacks}

    def run(stack: FleetStack) -> Outcome:
        if _exceeds(wave, list(ended.values())):
            return Outcome(stack.name, Result.NOT_BEGUN)
        deadline = caller.clock() + order.deadline
        outcome = StackRun(caller, order, stack, deadline).carry_out()
        # Here, because this thread takes the next stack before the result is read.
        ended[stack.name] = outcome
        return outcome

    try:
        for future in as_completed(_start(run, wave, caller.stopped)):
            outcome = future.result()
            if outcome.result is not Result.NOT_BEGUN:
                show(outcome)
    except KeyboardInterrupt:
        caller.stopped.set()
        raise KeyboardInterrupt(_INTERRUPTED) from None
    return ended


def _start(
    run: Callable[[FleetStack], Outcome], wave: Wave, stopped: threading.Event
) -> list[Future[Outcome]]:
    """
    Run it for each stack, so many at once, until the operator interrupts the command.

    An executor's threads would keep the process until the last controller has answered.
    """
    futures: list[Future[Outcome]] = [Future() for _ in wave.stacks]
    left: SimpleQueue[tuple[FleetStack, Future[Outcome]]] = SimpleQueue()
    for each in zip(wave.stacks, futures, strict=True):
        left.put(each)

    def work() -> None:
        with suppress(Empty):
            while not stopped.is_set():
                stack, future = left.get_nowait()
                _fulfil(future, functools.partial(run, stack))

    for _ in range(min(wave.at_once, len(wave.stacks), _MOST_AT_ONCE)):
        threading.Thread(target=work, daemon=True).start()
    return futures


def _fulfil(future: Future[Outcome], run: Callable[[], Outcome]) -> None:
    try:
        future.set_result(run())
    except Exception as error:  # noqa: BLE001 - raised again where the result is read
        future.set_exception(error)


def _exceeds(wave: Wave, outcomes: Iterable[Outcome]) -> bool:
    """Return whether more of a wave have failed than it tolerates."""
    failed = sum(each.has_failed and each.result is not Result.NOT_BEGUN for each in outcomes)
    return _FAILED * failed > wave.tolerated * len(wave.stacks)
