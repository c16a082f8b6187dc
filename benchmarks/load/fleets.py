"""What a load needs of an engine: distributions, the stacks that close them, and what is judged."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.load.running import Course, Stack
from benchmarks.load.scene import Scene
from benchmarks.results.findings import Finding, at_most


@dataclass(frozen=True, slots=True)
class Changes:
    """The call by which an engine closes and opens; one toggle needs `most` of them at most."""

    operation: str
    noun: str
    most: int

    def text(self, course: Course) -> str:
        """Return how many were accepted and refused, and when the last one was accepted."""
        accepted = len(course.accepted(self.operation))
        if not accepted:
            return f"{self.noun}: none"
        seconds = course.seconds_until_accepted(self.operation)
        return (
            f"{self.noun}: {accepted:,} accepted, the last after {seconds:,.1f} s, and "
            f"{course.refused(self.operation):,} refused"
        )

    def judge(self, course: Course, value: str) -> Finding:
        """Return how many changes a toggle to this value made, beside the fewest that do it."""
        accepted = len(course.accepted(self.operation))
        return at_most(f"{self.noun} accepted for {value}", accepted, self.most, "calls")


class Fleet[Look](Protocol):
    """Distributions of one engine; a look is what can be compared before, while and after."""

    @property
    def stacks(self) -> Sequence[Stack]:
        """Return the stacks that close them."""

    @property
    def changes(self) -> Changes:
        """Return how they are closed."""

    def look(self) -> Look:
        """Return what there is to see, after everything has reached the edges."""

    def compare(self, before: Look, closed: Look, after: Look) -> list[Finding]:
        """Return what was lost, or was wrong while closed or open."""


type Create[Look] = Callable[[Scene, int, int], AbstractContextManager[Fleet[Look]]]
