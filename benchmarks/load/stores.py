"""
Compare key-value stores from before and after maintenance. Pure.

The state must be as before but for its generation. A rendering that was written on the way may
remain for an hour if the key `unused` notes it, and so may that key.
"""

import json
import re
from collections.abc import Iterator, Mapping

from maintenance.standby.publishing import read_code
from maintenance.standby.state import State, decode_state
from msgspec.structs import replace

type Keys = Mapping[str, str]

_STATE, _UNUSED = "state", "unused"
_RENDERING = re.compile(r"[0-9a-f]{8}(?=\.)")


def wrong_keys(before: Keys, after: Keys) -> list[str]:
    """Return the keys that are lost, have changed, or should not be there."""
    return sorted({*_lost(before, after), *_orphans(before, after)})


def has_state(code: bytes, keys: Keys) -> bool:
    """Return whether published code closes the site at the times that the store says."""
    found, state = read_code(code), decode_state(keys.get(_STATE, ""))
    return found is not None and state is not None and _times(found.state) == _times(state)


def _lost(before: Keys, after: Keys) -> Iterator[str]:
    for key, value in before.items():
        same = _is_same_state if key == _STATE else str.__eq__
        if key != _UNUSED and not same(value, after.get(key, "")):
            yield key


def _orphans(before: Keys, after: Keys) -> Iterator[str]:
    noted = json.loads(after.get(_UNUSED, "{}"))
    for key in after.keys() - before.keys() - {_UNUSED}:
        found = _RENDERING.match(key)
        if found is None or found[0] not in noted:
            yield key


def _is_same_state(one: str, other: str) -> bool:
    before, after = decode_state(one), decode_state(other)
    if before is None or after is None:
        return False
    return replace(before, generation=0) == replace(after, generation=0)


def _times(state: State) -> list[tuple[int, int]]:
    return [(each.begins, each.ends) for each in state.periods]
