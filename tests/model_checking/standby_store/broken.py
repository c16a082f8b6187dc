"""The protocol with one part broken: each variant breaks a promise, and that is found."""

from collections.abc import Mapping
from typing import Any

from maintenance.standby.changes import KeyChanges
from maintenance.standby.publishing import read_code
from maintenance.standby.state import State, decode_state, encode_state, renderings_of
from maintenance.standby.unused import UNUSED_KEY
from msgspec.structs import replace

from tests.model_checking.standby_store.edge import OPEN, Read, Seen, see
from tests.model_checking.standby_store.protocol import Changes, Variant, code_of

type _Keys = Mapping[str, str]


def _written(state: State) -> KeyChanges:
    return KeyChanges({"state": encode_state(state)})


def _states(changes: Changes) -> list[State]:
    values = (each.puts.get("state", "") for each in changes)
    return [*filter(None, map(decode_state, values))]


def _pages(changes: Changes) -> Changes:
    return [each for each in changes if "state" not in each.puts]


def _pages_last(changes: Changes, _: _Keys) -> Changes:
    return [*map(_written, _states(changes)[-1:]), *_pages(changes)]


def _state_among_pages(changes: Changes, _: _Keys) -> Changes:
    puts: dict[str, str] = {}
    for state in _states(changes)[-1:]:
        puts["state"] = encode_state(state)
    for each in _pages(changes):
        puts |= each.puts
    return [KeyChanges(puts)]


def _default_first(changes: Changes, _: _Keys) -> Changes:
    """Name a new default rendering before it is written."""
    states = _states(changes)
    first = [replace(each, default=states[-1].default) for each in states[:1]]
    return [*map(_written, first), *_pages(changes), *map(_written, states[1:])]


def _opening_for_pages(changes: Changes, _: _Keys) -> Changes:
    """Open the site while the pages are written."""
    states = _states(changes)[-1:]
    opened = [replace(each, periods=()) for each in states]
    later = [replace(each, generation=each.generation + 1) for each in states]
    return [*map(_written, opened), *_pages(changes), *map(_written, later)]


def _without_hour(changes: Changes, keys: _Keys) -> Changes:
    """Delete renderings with the write after which no state names them."""
    named: set[str] = set()
    for each in _states([*[KeyChanges(keys)], *changes])[-1:]:
        named = renderings_of(each)
    deletes = tuple(key for key in sorted(keys) if ".en." in key and key[:8] not in named)
    return [*(each for each in changes if UNUSED_KEY not in each.puts), KeyChanges(deletes=deletes)]


def _by_the_clock(changes: Changes, _: _Keys) -> Changes:
    """Take the time for the generation, whatever the last one was."""
    return [
        _written(replace(state, generation=state.generation // 1_000 * 1_000))
        for state in _states(changes)
    ]


def _forgetful(code: bytes) -> bytes:
    """Forget which renderings the published code names."""
    found = read_code(code)
    assert found
    return code_of(encode_state(replace(found.state, default="", periods=())))


def _open_without_state(read: Read, code: Mapping[str, Any], now: float, kind: str = "h") -> Seen:
    return OPEN if read("state") is None else see(read, code, now, kind)


def _open_with_broken_state(
    read: Read, code: Mapping[str, Any], now: float, kind: str = "h"
) -> Seen:
    return OPEN if read("state") == "{" else see(read, code, now, kind)


PAGES_LAST = Variant(changes=_pages_last)
STATE_AMONG_PAGES = Variant(changes=_state_among_pages)
DEFAULT_FIRST = Variant(changes=_default_first)
OPENING_FOR_PAGES = Variant(changes=_opening_for_pages)
WITHOUT_HOUR = Variant(changes=_without_hour)
WITHOUT_CODE = Variant(known=_forgetful)
BY_THE_CLOCK = Variant(changes=_by_the_clock)
UNCONDITIONAL = Variant(is_conditional=False)
ETAG_READ_LAST = Variant(reads_etag_first=False)
CODE_UNCONDITIONAL = Variant(is_code_conditional=False)
PUBLISHED_FIRST = Variant(publishes_first=True)
PUBLISHING_ANYTHING = Variant(publishes_anything=True)
SWITCH_READ_ONCE = Variant(asks_whether_wanted=False)
SWITCH_NOT_READ_AGAIN = Variant(reads_switch_again=False)
OPEN_WITHOUT_STATE = Variant(see=_open_without_state)
OPEN_WITH_BROKEN_STATE = Variant(see=_open_with_broken_state)
