"""Visit every reachable world, nearest first, so that a violation has the shortest trace."""

from collections import deque
from typing import NamedTuple

from tests.model_checking.replay import Variant
from tests.model_checking.steps import Steps
from tests.model_checking.world import Scope, Violation, World


class Found(NamedTuple):
    """The number of visited states, and the first violation with its trace, if any."""

    states: int
    violation: str | None
    trace: tuple[str, ...]

    def __str__(self) -> str:
        """Return it for a person."""
        if self.violation is None:
            return f"{self.states:,} states explored, no violation"
        numbered = "\n".join(f"  {at}. {step}" for at, step in enumerate(self.trace, start=1))
        return f"{self.violation}\n{numbered}\n({self.states:,} states explored before it)"


type _Origins = dict[World, tuple[World, str] | None]


def explore(scope: Scope, variant: Variant | None = None) -> Found:
    """Visit the whole scope, or until the first violation."""
    steps = Steps(scope, variant or Variant())
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
