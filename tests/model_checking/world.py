"""
The world that runs share, small enough to explore completely: a distribution, its record, a switch.

Everything in it is a value, and two worlds are equal exactly if no run could tell them apart. So a
new version or write id is the lowest number that no run has read and may still use.
"""

from typing import NamedTuple

from maintenance.cloudfront.plan import Intent
from maintenance.model import Association

type PathPattern = str | None


class Answer(NamedTuple):
    """The answer to a call; only the members of that call are set."""

    xml: bytes = b""
    version: int = 0
    record: bytes | None = None
    refused: bool = False


class Run(NamedTuple):
    """
    A run in progress: the desired state that it read, and the answers that it got in this try.

    A refused condition starts the next try, which knows nothing of earlier answers.
    """

    desired: int
    tries: int = 0
    answers: tuple[Answer, ...] = ()

    def with_answer(self, answer: Answer) -> "Run":
        """Return the run with one more answer."""
        if answer.refused:
            return Run(self.desired, self.tries + 1)
        return Run(self.desired, self.tries, (*self.answers, answer))


class Closing(NamedTuple):
    """The functions of a behavior when a run attached ours, and the path pattern at that time."""

    path_pattern: PathPattern
    original_name: PathPattern
    existing: frozenset[Association]


class Budget(NamedTuple):
    """How much may still happen: starts of runs, edits by third parties, crashes, lost answers."""

    runs: int
    edits: int
    crashes: int
    losses: int


class World(NamedTuple):
    """`closings` are known to an observer only, for each behavior that a run has closed."""

    xml: bytes
    version: int
    record: bytes | None
    closings: frozenset[Closing]
    switch: int
    runs: tuple[Run | None, ...]
    budget: Budget


class DesiredState(NamedTuple):
    """The value of the switch, in a word for the trace, and its intent."""

    word: str
    intent: Intent


class Scope(NamedTuple):
    """
    What to explore: a first configuration, the values of the switch, and how much may happen.

    Third parties rename behaviors to `renamed_to` while that name is free; None: they rename none.
    """

    xml: bytes
    desired: tuple[DesiredState, ...]
    budget: Budget
    renamed_to: str | None = "/renamed"

    def first_world(self) -> World:
        """Return the world before the first step."""
        return World(self.xml, 0, None, frozenset(), 0, (None, None), self.budget)


class Violation(Exception):
    """An invariant does not hold; the message says which one, and where."""
