"""The protocol with one part broken: each variant breaks a promise, and that is found."""

from collections.abc import Mapping
from typing import Any

from maintenance.standby.changes import KeyChanges
from maintenance.standby.plan import DesiredStore, StorePlan
from maintenance.standby.state import State, decode_state, encode_state
from maintenance.standby.unused import UNUSED_KEY
from msgspec.structs import replace

from tests.model_checking.standby_store import protocol
from tests.model_checking.standby_store.edge import OPEN, Read, Seen, see
from tests.model_checking.standby_store.protocol import Variant

type _Keys = Mapping[str, str]


def _pages_last(keys: _Keys, desired: DesiredStore, now: float, baked: State | None) -> StorePlan:
    plan = protocol.store(keys, desired, now, baked)
    others = [each for each in plan.changes if "state" not in each.puts]
    states = [each for each in plan.changes if "state" in each.puts]
    return replace(plan, changes=(*states[-1:], *others))


def _state_among_pages(
    keys: _Keys, desired: DesiredStore, now: float, baked: State | None
) -> StorePlan:
    plan = protocol.store(keys, desired, now, baked)
    puts = {"state": encode_state(plan.state)}
    for each in plan.changes:
        puts |= each.puts
    return replace(plan, changes=(KeyChanges(puts),) if plan.changes else ())


def _default_first(
    keys: _Keys, desired: DesiredStore, now: float, baked: State | None
) -> StorePlan:
    plan = protocol.store(keys, desired, now, baked)
    changes = []
    for each in plan.changes:
        state = decode_state(each.puts.get("state", ""))
        if state:
            named = replace(state, default=desired.default.rendering)
            changes.append(KeyChanges({"state": encode_state(named)}))
        else:
            changes.append(each)
    return replace(plan, changes=tuple(changes))


def _opening_for_pages(
    keys: _Keys, desired: DesiredStore, now: float, baked: State | None
) -> StorePlan:
    """Open the site while the pages are written."""
    plan = protocol.store(keys, desired, now, baked)
    if not any("state" in each.puts for each in plan.changes):
        return plan
    opened = replace(plan.state, periods=())
    later = replace(plan.state, generation=opened.generation + 1)
    others = (each for each in plan.changes if "state" not in each.puts)
    first, last = (KeyChanges({"state": encode_state(each)}) for each in (opened, later))
    return replace(plan, changes=(first, *others, last), state=later)


def _without_hour(keys: _Keys, desired: DesiredStore, now: float, baked: State | None) -> StorePlan:
    plan = protocol.store(keys, desired, now, baked)
    unused = {key[:8] for key in keys if ".en." in key} - {
        plan.state.default,
        *(each.rendering for each in plan.state.periods),
    }
    deletes = tuple(key for key in sorted(keys) if key[:8] in unused)
    others = (each for each in plan.changes if UNUSED_KEY not in each.puts)
    return replace(plan, changes=(*others, KeyChanges(deletes=deletes)))


def _without_code(keys: _Keys, desired: DesiredStore, now: float, baked: State | None) -> StorePlan:
    return protocol.store(keys, desired, now, baked and replace(baked, default="", periods=()))


def _by_the_clock(keys: _Keys, desired: DesiredStore, now: float, baked: State | None) -> StorePlan:
    """Return the plan with the time as the generation, whatever the last one was."""
    plan = protocol.store(keys, desired, now, baked)
    state = replace(plan.state, generation=int(now * 1_000))
    changes = tuple(
        KeyChanges({"state": encode_state(state)}) if "state" in each.puts else each
        for each in plan.changes
    )
    return replace(plan, changes=changes, state=state)


def _open_without_state(read: Read, code: Mapping[str, Any], now: float, kind: str = "h") -> Seen:
    return OPEN if read("state") is None else see(read, code, now, kind)


def _trusting_json(read: Read, code: Mapping[str, Any], now: float, kind: str = "h") -> Seen:
    """Take a state that cannot be read for one that is open."""
    return see(read, code, now, kind) if read("state") != "{" else OPEN


PAGES_LAST = Variant(store=_pages_last)
STATE_AMONG_PAGES = Variant(store=_state_among_pages)
DEFAULT_FIRST = Variant(store=_default_first)
OPENING_FOR_PAGES = Variant(store=_opening_for_pages)
WITHOUT_HOUR = Variant(store=_without_hour)
WITHOUT_CODE = Variant(store=_without_code)
BY_THE_CLOCK = Variant(store=_by_the_clock)
UNCONDITIONAL = Variant(is_conditional=False)
ETAG_READ_LAST = Variant(reads_etag_first=False)
CODE_UNCONDITIONAL = Variant(is_code_conditional=False)
PUBLISHED_FIRST = Variant(publishes_first=True)
SWITCH_READ_ONCE = Variant(reads_switch_each_time=False)
SWITCH_NOT_READ_AGAIN = Variant(reads_switch_again=False)
OPEN_WITHOUT_STATE = Variant(see=_open_without_state)
OPEN_WITH_BROKEN_STATE = Variant(see=_trusting_json)
