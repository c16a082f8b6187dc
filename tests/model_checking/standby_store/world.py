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


class Stage(Enum):
    """The three parts of a run that write."""

    TIMES = "times"
    ALL = "all"
    CODE = "code"


class At(Enum):
    """A call, in words for the trace."""

    ETAG = "reads the store's ETag"
    STATE = "reads the state"
    KEYS = "reads all keys"
    SWITCH = "reads the switch again"
    WRITE = "writes"
    LIVE = "reads the published code"
    DEVELOPMENT = "reads the function's ETag"
    UPDATE = "updates the function"
    PUBLISH = "publishes the function"


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


class Call(NamedTuple):
    """A call, with the request of a write, or the code of an update."""

    at: At
    request: Request | None = None
    code: bytes = b""

    def __str__(self) -> str:
        """Return it for a trace."""
        return f"{self.at.value} {self.request}" if self.request else self.at.value


class Answer(NamedTuple):
    """The answer to a call, and when it came; only the members of that call are set."""

    now: int
    value: str | None = None
    keys: Keys = frozenset()
    switch: int = 0
    code: bytes = b""
    published: float = 0.0


class Run(NamedTuple):
    """
    A run: what it has read from the switch, and since when, and the answers in this try of a stage.

    `is_current` is whether nothing else has written the store since it read the ETag, `is_latest`
    the same of the function. A refused condition begins the stage again, without earlier answers.
    """

    stage: Stage
    desired: int
    since: int = 0
    answers: tuple[Answer, ...] = ()
    is_current: bool = True
    is_latest: bool = True
    has_written: bool = False
    has_opened: bool = False
    is_reading_switch: bool = False
    is_superseded: bool = False


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
    the greatest generation that was written, and values of `state` that are not of one.
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
