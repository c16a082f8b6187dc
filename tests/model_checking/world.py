"""
The world that runs share, small enough to be explored whole: one distribution, its note, a switch.

Everything in it is a value, and two worlds are equal exactly when nobody could tell them apart. So
versions and write ids are the lowest numbers that are fresh: that nobody could still hold.
"""

from typing import NamedTuple

from maintenance.cloudfront.plan import Intent
from maintenance.model import Association

type PathPattern = str | None


class Answer(NamedTuple):
    """What a call came back with; only what belongs to the call is set."""

    xml: bytes = b""
    version: int = 0
    record: bytes | None = None
    refused: bool = False


class Run(NamedTuple):
    """
    A run at work: what it read from the switch, and the answers that it has had in this try.

    A refused condition starts the next try, which knows nothing of the answers before.
    """

    wanted: int
    tries: int = 0
    answers: tuple[Answer, ...] = ()

    def answered(self, answer: Answer) -> "Run":
        """Return the run with one more answer."""
        if answer.refused:
            return Run(self.wanted, self.tries + 1)
        return Run(self.wanted, self.tries, (*self.answers, answer))


class Past(NamedTuple):
    """What was attached in a behavior when a run put ours there, and the behavior's name then."""

    path_pattern: PathPattern
    name_then: PathPattern
    strangers: frozenset[Association]


class Left(NamedTuple):
    """How much may still happen: runs started, writes of others, crashes, answers that get lost."""

    runs: int
    meddles: int
    crashes: int
    losses: int


class World(NamedTuple):
    """`past` is what an all-knowing observer remembers of each behavior that a run closed."""

    xml: bytes
    version: int
    record: bytes | None
    past: frozenset[Past]
    switch: int
    runs: tuple[Run | None, ...]
    left: Left


class DesiredState(NamedTuple):
    """What the switch says, in a word for the trace, and what that means."""

    word: str
    intent: Intent


class Scope(NamedTuple):
    """
    What is explored: a first configuration, what the switch says in turn, and how much may happen.

    Another party renames behaviors to `renamed_to` while that name is free; None: it renames none.
    """

    xml: bytes
    wanted: tuple[DesiredState, ...]
    left: Left
    renamed_to: str | None = "/renamed"

    def first_world(self) -> World:
        """Return the world before anything has happened."""
        return World(self.xml, 0, None, frozenset(), 0, (None, None), self.left)


class Violation(Exception):
    """An invariant does not hold; the message says which, and where."""
