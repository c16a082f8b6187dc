"""
The product's plans, as a run of this exploration calls them, and what a variant may change.

A request has two keys here, in place of 50, so that small renderings take several. The client
(aws/key_value_store.py) reads the ETag before the plan reads the store, names it in each write, and
makes the plan again after a conflict; the steps of this exploration do the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import batched, chain
from typing import NamedTuple

from maintenance.standby.changes import KeyChanges, requests_of
from maintenance.standby.plan import DesiredStore, StorePlan, plan_store, plan_times
from maintenance.standby.program import bake
from maintenance.standby.publishing import publish_at, read_code
from maintenance.standby.state import State, decode_state, encode_state
from msgspec.structs import replace

from tests.model_checking.standby_store.edge import Seen, see
from tests.model_checking.standby_store.world import Keys, Request

_PROGRAM = "b=__BAKED__;"
_KEYS_PER_REQUEST = 2

type PlanTimes = Callable[[str | None, DesiredStore, float, State | None], StorePlan]
type PlanStore = Callable[[Mapping[str, str], DesiredStore, float, State | None], StorePlan]


def times(value: str | None, desired: DesiredStore, now: float, baked: State | None) -> StorePlan:
    """Return the plan of the times, for which no page has been rendered yet."""
    periods = [replace(each, answers=None, overdue=None) for each in desired.periods]
    return plan_times(value, periods, now=now, baked=baked)


def store(
    keys: Mapping[str, str], desired: DesiredStore, now: float, baked: State | None
) -> StorePlan:
    """Return the whole plan."""
    return plan_store(keys, desired, now=now, baked=baked)


class Variant(NamedTuple):
    """How runs and edges go about it; the defaults are the product's way."""

    times: PlanTimes = times
    store: PlanStore = store
    see: Callable[..., Seen] = see
    reads_etag_first: bool = True
    is_conditional: bool = True
    is_code_conditional: bool = True
    reads_switch_each_time: bool = True
    reads_switch_again: bool = True
    publishes_first: bool = False


class Plan(NamedTuple):
    """The requests of a plan, and the state that the store then has."""

    requests: tuple[Request, ...]
    state: str

    @property
    def has_state(self) -> bool:
        """Whether it writes the state."""
        return any(each.state for each in self.requests)


class Reading(NamedTuple):
    """What a run has read when it makes a plan."""

    keys: Keys
    desired: DesiredStore
    now: float
    live: bytes


def plan_of(variant: Variant, reading: Reading, *, is_times: bool) -> Plan:
    """Return the plan of a run that has read this, of the times alone or the whole one."""
    code = read_code(reading.live)
    assert code
    keys, desired, now, _ = reading
    known = dict(keys)
    if is_times:
        plan = variant.times(known.get("state"), desired, now, code.state)
    else:
        plan = variant.store(known, desired, now, code.state)
    return Plan(tuple(_split(plan.changes)), encode_state(plan.state))


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
    found = read_code(code)
    assert found
    return found.state.generation


def is_due(live: bytes, wanted: bytes, published: float, now: float) -> bool:
    """Return whether the code is published now."""
    due = publish_at(live, wanted, published=published, now=now)
    return due is not None and due <= now


def _split(changes: Iterable[KeyChanges]) -> Iterator[Request]:
    for each in requests_of(changes):
        puts: Iterable[tuple[str, str | None]] = each.puts.items()
        deletes = ((key, None) for key in each.deletes)
        for batch in batched(chain(puts, deletes), _KEYS_PER_REQUEST, strict=False):
            yield Request(
                tuple((key, value) for key, value in batch if value is not None),
                tuple(key for key, value in batch if value is None),
            )
