"""Visit every reachable world, nearest first, so that a violation has the shortest trace."""

from collections import deque
from collections.abc import Hashable, Iterator
from typing import NamedTuple, Protocol

from tests.model_checking.replay import Variant
from tests.model_checking.steps import Steps
from tests.model_checking.world import Scope, Violation


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


class _Steps[World](Protocol):
    def after(self, world: World, /) -> Iterator[tuple[str, World]]:
        """Yield each step and the world after it."""
        ...

    def visit(self, world: World, /) -> None:
        """Raise Violation if an invariant does not hold in this world."""
        ...


def explore(scope: Scope, variant: Variant | None = None) -> Found:
    """Visit the whole scope, or until the first violation."""
    return explore_from(scope.first_world(), Steps(scope, variant or Variant()))


def explore_from[World: Hashable](first: World, steps: _Steps[World]) -> Found:
    """Visit all worlds that these steps lead to, or until the first violation."""
    origins: dict[World, tuple[World, str] | None] = {first: None}
    waiting = deque([first])
    world = first
    try:
        while waiting:
            world = waiting.popleft()
            steps.visit(world)
            for sentence, reached in steps.after(world):
                if reached not in origins:
                    origins[reached] = (world, sentence)
                    waiting.append(reached)
    except Violation as violation:
        return Found(len(origins), str(violation), _trace(origins, world))
    return Found(len(origins), None, ())


def _trace[World](origins: dict[World, tuple[World, str] | None], world: World) -> tuple[str, ...]:
    backwards = []
    while origin := origins[world]:
        world, sentence = origin
        backwards.append(sentence)
    return tuple(reversed(backwards))
