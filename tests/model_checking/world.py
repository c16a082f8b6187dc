"""
The world that runs share, small enough to explore completely: a distribution, its record, a switch.

Everything in it is a value, and two worlds are equal exactly if no run could tell them apart. So a
new version or write id is the lowest number that no run has read and may still use.
"""

from typing import NamedTuple

from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.plan import Intent, arm_or_open
from maintenance.model import Association

type PathPattern = str | None
type Functions = frozenset[Association]


class Answer(NamedTuple):
    """The answer to a call; only the members of that call are set."""

    xml: bytes = b""
    version: int = 0
    record: bytes | None = None
    is_fresh: bool = True
    refused: bool = False


class Run(NamedTuple):
    """
    A run in progress: the desired state that it read, and the answers that it got in this try.

    `was_open` is whether its listing showed ours nowhere, `is_listing_current` whether that still
    is the configuration. Only an observer knows `is_record_current`: no other run has written since
    it started. A refused condition starts the next try, which knows nothing of earlier answers.
    """

    desired: int
    was_open: bool
    is_listing_current: bool = True
    is_record_current: bool = True
    tries: int = 0
    answers: tuple[Answer, ...] = ()

    def with_answer(self, answer: Answer) -> "Run":
        """Return the run with one more answer."""
        if answer.refused:
            return self._replace(tries=self.tries + 1, answers=())
        return self._replace(answers=(*self.answers, answer))


class Ghost(NamedTuple):
    """
    What an observer knows of a behavior that was closed, or that is owed functions.

    `original_name` is its path pattern when a run attached ours, `existing` what its record must
    hold then, empty if a third party attached ours. `owed` are displaced functions whose event has
    no function of another party now.
    """

    path_pattern: PathPattern
    original_name: PathPattern
    by_run: bool
    existing: Functions
    owed: Functions

    @property
    def is_renamed(self) -> bool:
        """Whether the record has the behavior under another name."""
        return self.path_pattern != self.original_name


class Budget(NamedTuple):
    """How much may still happen: starts of runs, edits by third parties, crashes, lost answers."""

    runs: int
    edits: int
    crashes: int
    losses: int


class World(NamedTuple):
    """
    `is_settled` is whether the status names this version of the configuration as settled.

    Only an observer knows the last two: `ghosts`, and `restorable`, the functions that runs have
    recorded since a run last found the site open and settled.
    """

    xml: bytes
    version: int
    record: bytes | None
    switch: int
    runs: tuple[Run | None, ...]
    budget: Budget
    is_settled: bool = False
    ghosts: frozenset[Ghost] = frozenset()
    restorable: frozenset[tuple[PathPattern, Association]] = frozenset()


class DesiredState(NamedTuple):
    """The value of the switch, in a word for the trace, and its intent."""

    word: str
    intent: Intent

    def at(self, xml: bytes) -> "DesiredState":
        """Return what it asks for at this configuration: ahead of a window, maybe to open it."""
        behaviors = [each.behavior for each in read_config(xml).behaviors]
        return self._replace(intent=arm_or_open(self.intent, behaviors))


class Scope(NamedTuple):
    """
    What to explore: a first configuration, the values of the switch, and how much may happen.

    Third parties rename behaviors to `renamed_to` while that name is free; None: they rename none.
    They make only the edits whose sentences begin like one of `edits`.
    """

    xml: bytes
    desired: tuple[DesiredState, ...]
    budget: Budget
    renamed_to: str | None = "/renamed"
    edits: tuple[str, ...] = ("",)

    def first_world(self) -> World:
        """Return the world before the first step."""
        return World(self.xml, 0, None, 0, (None, None), self.budget)


class Violation(Exception):
    """An invariant does not hold; the message says which one, and where."""
