"""
The product's own protocol, one call at a time, and what a variant may change.

`StandbyStore` makes each stage of a run: the times, everything, the code. Its ports here either
answer what they have answered before, or pause at the next call, which the exploration then makes.
A refused write begins its stage again, as the client makes the plan again
(aws/standby/key_value_store.py): it reads the ETag before the plan reads the store, and names it.

A request has two keys here, in place of 50, so that small renderings take several.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from itertools import batched, chain
from typing import NamedTuple

from maintenance.errors import Superseded
from maintenance.reconcile.standby.store import StandbyStore, WantedCode
from maintenance.standby.changes import KeyChanges, requests_of
from maintenance.standby.desired import RenderedPages, RenderedSite
from maintenance.standby.plan import DesiredPeriod, DesiredStore, plan_store
from maintenance.standby.program import bake
from maintenance.standby.publishing import publish_at, read_code
from maintenance.standby.state import STATE_KEY, State, decode_state
from msgspec.structs import replace

from tests.model_checking.standby_store.edge import Seen, see
from tests.model_checking.standby_store.world import (
    Answer,
    At,
    Call,
    Keys,
    Request,
    Run,
    Stage,
)

_PROGRAM = "b=__BAKED__;"
_KEYS_PER_REQUEST = 2
type Changes = Sequence[KeyChanges]


class Variant(NamedTuple):
    """
    How runs and edges go about it; the defaults are the product's way.

    `changes` is what a run makes of the changes of its whole plan and the keys that it has read,
    `known` what it knows of the published code for that.
    """

    changes: Callable[[Changes, Mapping[str, str]], Changes] = lambda changes, _: changes
    known: Callable[[bytes], bytes] = lambda code: code
    see: Callable[..., Seen] = see
    reads_etag_first: bool = True
    is_conditional: bool = True
    is_code_conditional: bool = True
    asks_whether_wanted: bool = True
    reads_switch_again: bool = True
    publishes_first: bool = False
    publishes_anything: bool = False


class Done(Enum):
    """How a stage ends."""

    DONE = 1
    SUPERSEDED = 2


class _Paused(Exception):
    """The stage has come to its next call."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call


class Ports:
    """Everything that a stage calls; it answers from `answers`, or pauses."""

    def __init__(self, variant: Variant, stage: Stage, answers: Sequence[Answer]) -> None:
        self._variant = variant
        self._stage = stage
        self._answers = iter(answers)
        self._now = 0
        self._keys: Mapping[str, str] = {}

    def describe(self) -> None:
        """Read the ETag."""
        self._ask(Call(At.ETAG))

    def read_key(self, key: str) -> str | None:
        """Return the state."""
        assert key == STATE_KEY
        return self._ask(Call(At.STATE)).value

    def read_keys(self) -> dict[str, str]:
        """Return all keys."""
        self._keys = dict(self._ask(Call(At.KEYS)).keys)
        return dict(self._keys)

    def apply(self, plan: Callable[[], Changes]) -> None:
        """Make the changes of a plan."""
        if self._variant.reads_etag_first:
            self.describe()
        changes = plan()
        if self._stage is Stage.ALL:
            changes = self._variant.changes(changes, self._keys)
        requests = [*_split(changes)]
        if self._variant.publishes_first and any(each.state for each in requests):
            self._publish(code_of([each.state for each in requests if each.state][-1]))
        if not self._variant.reads_etag_first and requests:
            self.describe()
        for each in requests:
            self._ask(Call(At.WRITE, each))

    def is_wanted(self, desired: int) -> bool:
        """Return whether the switch still says this."""
        return not self._variant.asks_whether_wanted or (
            self._ask(Call(At.SWITCH)).switch == desired
        )

    def read_live(self) -> "Ports":
        """Return the published code, and when it was published."""
        answer = self._ask(Call(At.LIVE))
        is_known = self._variant.known if self._stage is Stage.ALL else bytes
        self.code = is_known(answer.code)
        self.published = datetime.fromtimestamp(answer.published, UTC)
        return self

    def read_development(self) -> None:
        """Read the ETag that an update names."""
        self._ask(Call(At.DEVELOPMENT))

    def publish(self, code: bytes, *, over: None) -> None:  # noqa: ARG002 - the adapter's value
        """Update the function, and publish it."""
        self._publish(code)

    def clock(self) -> datetime:
        """Return when the last answer came."""
        return datetime.fromtimestamp(self._now, UTC)

    def _publish(self, code: bytes) -> None:
        self._ask(Call(At.UPDATE, code=code))
        self._ask(Call(At.PUBLISH))

    def _ask(self, call: Call) -> Answer:
        answer = next(self._answers, None)
        if answer is None:
            raise _Paused(call)
        self._now = answer.now
        return answer


def next_call(variant: Variant, desired: DesiredStore, run: Run) -> Call | Done:
    """
    Return the next call of a run in a stage, or how that ends.

    `desired` is what its number of the switch stands for.
    """
    ports = Ports(variant, run.stage, run.answers)
    store = StandbyStore(ports, ports, lambda: _PROGRAM, ports.clock)

    def is_wanted() -> bool:
        return ports.is_wanted(run.desired)

    try:
        match run.stage:
            case Stage.TIMES:
                read_at = datetime.fromtimestamp(run.since, UTC)
                periods = _unrendered(desired)
                store.write_times(lambda _: periods, read_at=read_at, is_wanted=is_wanted)
            case Stage.ALL:
                store.write_all(_pages(desired), is_wanted=is_wanted)
            case Stage.CODE:
                is_any = variant.publishes_anything
                periods = _periods_read(run.answers) if is_any else desired.periods
                wanted = WantedCode((), periods)
                store.publish(wanted, is_wanted=is_wanted)
    except _Paused as paused:
        return paused.call
    except Superseded:
        return Done.SUPERSEDED
    return Done.DONE


def has_other_state(keys: Keys, desired: DesiredStore, now: float, live: bytes) -> bool:
    """Return whether the whole plan would write `state`."""
    plan = plan_store(dict(keys), desired, now=now, baked=_state_of(live))
    return any("state" in each.puts for each in plan.changes)


def code_of(state: str) -> bytes:
    """Return the code with this state in it."""
    decoded = decode_state(state)
    assert decoded
    return bake(_PROGRAM, decoded, ())


def generation(value: str | None) -> int:
    """Return the generation in a value of `state`, 0 if it has none."""
    state = decode_state(value or "")
    return state.generation if state else 0


def code_generation(code: bytes) -> int:
    """Return the generation of the state in a code."""
    return _state_of(code).generation


def needs_publish(live: bytes, state: str, now: float) -> bool:
    """Return whether the code has to be published, now or later."""
    return publish_at(live, code_of(state), published=0, now=now) is not None


def _state_of(code: bytes) -> State:
    found = read_code(code)
    assert found
    return found.state


def _unrendered(desired: DesiredStore) -> tuple[DesiredPeriod, ...]:
    return tuple(replace(each, answers=None, overdue=None) for each in desired.periods)


def _periods_read(answers: Sequence[Answer]) -> tuple[DesiredPeriod, ...]:
    """Return the periods of the state that was read, as if they were desired."""
    value = next((each.value for each in reversed(answers) if each.value), "")
    state = decode_state(value)
    periods = state.periods if state else ()
    return tuple(DesiredPeriod(each.begins, each.ends, each.message) for each in periods)


def _pages(desired: DesiredStore) -> RenderedPages:
    assert desired.access is not None
    site = RenderedSite(desired.languages, desired.default, desired.access)
    return RenderedPages(site, desired.periods, tokens={})


def _split(changes: Iterable[KeyChanges]) -> Iterator[Request]:
    for each in requests_of(changes):
        puts: Iterable[tuple[str, str | None]] = each.puts.items()
        deletes = ((key, None) for key in each.deletes)
        for batch in batched(chain(puts, deletes), _KEYS_PER_REQUEST, strict=False):
            yield Request(
                tuple((key, value) for key, value in batch if value is not None),
                tuple(key for key, value in batch if value is None),
            )
