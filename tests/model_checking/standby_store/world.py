"""
What two controllers, an operator and all edges share: a store, a function, a switch and a clock.

Everything in it is a value. An edge gets each key when it likes, and may miss a key while that
changes: so it has any of the values that a key had since everything has last propagated, or no
value. It has the code of now or an earlier one, by the same rule.
"""

from enum import Enum
from typing import NamedTuple

from maintenance.standby.plan import DesiredStore

type Keys = frozenset[tuple[str, str]]
type Copies = frozenset[tuple[str, str | None]]


class At(Enum):
    """The next call of a run, or the end of it."""

    DESCRIBE = "reads the store's ETag"
    SWITCH = "reads the switch"
    READ = "reads the store and makes a plan"
    WRITE = "writes"
    SWITCH_AGAIN = "reads the switch again"
    FUNCTION = "reads the function"
    STATE = "reads the state to publish"
    UPDATE = "updates the function"
    PUBLISH = "publishes the function"
    END = "ends"


class Request(NamedTuple):
    """One UpdateKeys."""

    puts: tuple[tuple[str, str], ...]
    deletes: tuple[str, ...]

    @property
    def state(self) -> str | None:
        """The state that it writes, if it does."""
        return dict(self.puts).get("state")

    def __str__(self) -> str:
        """Return it for a trace."""
        names = [key for key, _ in self.puts] + [f"no {key}" for key in self.deletes]
        return f"{self.state}" if self.state else ", ".join(names)


class Run(NamedTuple):
    """
    A run: where it is, and what it has read that still matters to it.

    `is_current` is whether nobody else has written the store since it read the ETag, `is_latest`
    the same of the function. `is_times` is the first pass, which plans the times alone.
    """

    at: At = At.DESCRIBE
    is_times: bool = True
    is_current: bool = True
    is_latest: bool = True
    desired: int = 0
    requests: tuple[Request, ...] = ()
    has_written: bool = False
    planned: str = ""
    code: bytes = b""


class Budget(NamedTuple):
    """How much may still happen: starts of runs, edits by hand, crashes, lost answers."""

    runs: int
    edits: int = 0
    crashes: int = 0
    losses: int = 0


class World(NamedTuple):
    """
    The world; `is_owed` is whether a run must still come.

    That is so if the switch has changed since one began, or one has failed, which Lambda repeats,
    or somebody has edited the store, which a sweep finds out.

    `copies` are the values that edges may have, beside those of the store, and `codes` the codes.
    Only an observer knows the last three: what was desired since everything was last at rest,
    the greatest generation that a controller wrote, and values of `state` that are not of one.
    """

    keys: Keys
    draft: bytes
    live: bytes
    published: float
    switch: int
    instant: int
    seconds: int
    runs: tuple[Run | None, ...]
    budget: Budget
    is_owed: bool
    copies: Copies
    codes: frozenset[bytes]
    desired: frozenset[int]
    greatest: int
    by_hand: frozenset[str]


class Desired(NamedTuple):
    """A value of the switch with its windows, in a word for the trace, and what it makes of it."""

    word: str
    store: DesiredStore


class Scope(NamedTuple):
    """
    What to explore: the values of the switch in their order, the instants, and how much may happen.

    Two instants at most two minutes apart may have edges that lag behind between them. `edits` are
    the values that somebody writes into `state` by hand; None deletes it. The store of a new site
    is empty.
    """

    desired: tuple[Desired, ...]
    instants: tuple[int, ...]
    budget: Budget
    edits: tuple[str | None, ...] = ()
    is_new: bool = False
