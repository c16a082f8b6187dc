"""Visit every world that can be reached, nearest first, so that the first violation is shortest."""

from collections import deque
from typing import NamedTuple

from tests.model_checking.replay import Form
from tests.model_checking.steps import Steps
from tests.model_checking.world import Scope, Violation, World


class Found(NamedTuple):
    """How many states were visited, and the violation with the shortest way to it, if any."""

    states: int
    violation: str | None
    trace: tuple[str, ...]

    def __str__(self) -> str:
        """Tell it for a person."""
        if self.violation is None:
            return f"{self.states:,} states explored, no violation"
        numbered = "\n".join(f"  {at}. {step}" for at, step in enumerate(self.trace, start=1))
        return f"{self.violation}\n{numbered}\n({self.states:,} states explored until then)"


type _Origins = dict[World, tuple[World, str] | None]


def explore(scope: Scope, form: Form | None = None) -> Found:
    """Visit the whole scope, or as far as the first violation."""
    steps = Steps(scope, form or Form())
    first = scope.first_world()
    origins: _Origins = {first: None}
    waiting = deque([first])
    world = first
    try:
        while waiting:
            world = waiting.popleft()
            _visit(steps, world)
            for sentence, reached in steps.after(world):
                if reached not in origins:
                    origins[reached] = (world, sentence)
                    waiting.append(reached)
    except Violation as violation:
        return Found(len(origins), str(violation), _trace(origins, world))
    return Found(len(origins), None, ())


def _visit(steps: Steps, world: World) -> None:
    steps.check(world)
    if not any(world.runs):
        steps.settle(world)


def _trace(origins: _Origins, world: World) -> tuple[str, ...]:
    backwards = []
    while origin := origins[world]:
        world, sentence = origin
        backwards.append(sentence)
    return tuple(reversed(backwards))
