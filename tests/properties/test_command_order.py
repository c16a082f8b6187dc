"""Whatever the order of their calls, the command of the latest instant is what the switch says."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from maintenance.reconcile.command import CommandWriter
from maintenance.wakeup import Command

from tests.builders import NOW
from tests.hypothesis_profiles import examples
from tests.switch_store import UTC_ZONE, SwitchStore

MANY = examples(150)
# Seconds before the beginning; no two commands belong to the same instant.
INSTANTS = st.lists(st.integers(0, 90), min_size=2, max_size=4, unique=True)
VALUES = st.sampled_from(["on", "off", "on for 2h", "off for 1h", "off for 10s"])


class _CrashedError(Exception):
    """A process that ends between two calls."""


class _Actor(threading.Thread):
    """Something that calls the store; `step` lets it do one call, and returns before the next."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._may_go, self._has_stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._crashes = self.is_done = False

    def pause(self) -> None:
        self._has_stopped.release()
        self._may_go.acquire()
        if self._crashes:
            raise _CrashedError

    def step(self, *, crashes: bool = False) -> None:
        self._crashes = crashes
        if not self.is_alive():
            self.start()
        self._may_go.release()
        self._has_stopped.acquire()

    def run(self) -> None:
        self._may_go.acquire()
        try:
            self._work()
        except _CrashedError:
            pass
        finally:
            self.is_done = True
            self._has_stopped.release()


@dataclass
class _World:
    """A switch, and actors that take turns; each call takes a second."""

    now: datetime = NOW
    actors: list[_Actor] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = SwitchStore(self.clock)
        self.store.put("off")
        self.instants.append(self.now)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def command(self, value: str, at: datetime) -> None:
        """Add a controller that got a command."""
        store = SwitchStore(self.clock, self.store.versions)
        actor = _Actor(lambda: self._apply(store, Command(value, at)))
        store.before_call = lambda _: actor.pause()
        self.actors.append(actor)
        self.instants.append(at)

    def _apply(self, store: SwitchStore, command: Command) -> None:
        # Lambda tries again after an error.
        while CommandWriter(store, UTC_ZONE, lambda: self.now).apply(command).errors:
            pass

    def person(self, value: str) -> None:
        """Add a person who writes the switch, and whose write keeps the description."""

        def write() -> None:
            self.store.put(value)
            self.instants.append(self.now)

        self.actors.append(_Actor(write))

    def take(self, turns: Sequence[int]) -> None:
        """Let the actors take turns."""
        for turn in turns:
            waiting = [each for each in self.actors if not each.is_done]
            if waiting:
                waiting[turn % len(waiting)].step()

    def finish(self) -> None:
        """Let all actors finish, one after the other."""
        for each in self.actors:
            while not each.is_done:
                each.step()


TURNS = st.lists(st.integers(0, 11), max_size=24)


@MANY
@given(ages=INSTANTS, values=st.lists(VALUES, min_size=4, max_size=4), turns=TURNS)
def test_the_latest_command_wins(ages: list[int], values: list[str], turns: list[int]) -> None:
    """Two to four controllers, every call of which may come before or after any other."""
    world = _World(now=NOW)
    for age, value in zip(ages, values, strict=False):
        world.command(value, NOW + timedelta(seconds=100 - age))
    world.now = NOW + timedelta(seconds=100)

    world.take(turns)
    world.finish()

    assert max(world.instants) == world.store.read_writes()[0].instant


@MANY
@given(ages=INSTANTS, turns=TURNS)
def test_what_a_person_writes_wins_over_every_earlier_command(
    ages: list[int], turns: list[int]
) -> None:
    """Even if it was written between two calls of a command."""
    world = _World(now=NOW)
    for age in ages:
        world.command("on", NOW + timedelta(seconds=100 - age))
    world.person("off")
    world.now = NOW + timedelta(seconds=100)

    world.take(turns)
    world.finish()

    assert max(world.instants) == world.store.read_writes()[0].instant


@MANY
@given(ages=st.just([60, 30]), before=st.lists(st.integers(0, 1), max_size=8), after=TURNS)
def test_a_command_that_crashed_is_put_right_by_its_retry(
    ages: list[int], before: list[int], after: list[int]
) -> None:
    """After any of its calls; Lambda delivers the event again."""
    world = _World(now=NOW)
    for age in ages:
        world.command("on", NOW + timedelta(seconds=100 - age))
    world.now = NOW + timedelta(seconds=100)
    world.take(before)
    if not world.actors[0].is_done:
        world.actors[0].step(crashes=True)
    world.command("on", NOW + timedelta(seconds=100 - ages[0]))
    world.take(after)

    world.finish()

    assert max(world.instants) == world.store.read_writes()[0].instant
