"""
Delete renderings that no state names. Pure.

An edge may have a state that is a minute old, so a rendering stays for an hour after the last state
that named it. The key `unused` notes since when; only the controller reads it. It holds a JSON
object, the time in Unix seconds by rendering.
"""

import re
from collections.abc import Collection, Iterable, Mapping

import msgspec

from maintenance.standby.changes import KeyChanges

UNUSED_KEY = "unused"
UNUSED_SECONDS = 3_600
# A value has 1 KB; the others are noted when these are deleted.
_MAX_NOTED = 40
_RENDERING_KEY = re.compile(r"([0-9a-f]{8})\.[^.]+\.[hjt]\.\d+")


def unused_changes(
    keys: Mapping[str, str], named: Collection[str], named_before: Collection[str], now: float
) -> KeyChanges:
    """
    Return the note of what is unused from now on, and the deletion of what was noted an hour ago.

    `named` are the renderings of the state that the store has now and of the published code,
    `named_before` those of the state that was read.
    """
    parts = _parts(keys)
    noted = _decode(keys.get(UNUSED_KEY))
    present = int(now)
    since = {
        each: present if each in named_before else min(noted.get(each, present), present)
        for each in parts
        if each not in named
    }
    over = [each for each, at in since.items() if at <= now - UNUSED_SECONDS]
    left = sorted((at, each) for each, at in since.items() if each not in over)
    note = {each: at for at, each in left[:_MAX_NOTED]}
    deletes = tuple(key for each in over for key in parts[each])
    if note and note != noted:
        return KeyChanges({UNUSED_KEY: msgspec.json.encode(note).decode()}, deletes)
    if not note and UNUSED_KEY in keys:
        return KeyChanges(deletes=(*deletes, UNUSED_KEY))
    return KeyChanges(deletes=deletes)


def _parts(keys: Iterable[str]) -> dict[str, list[str]]:
    """Return the keys of each rendering in the store."""
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        if match := _RENDERING_KEY.fullmatch(key):
            found.setdefault(match[1], []).append(key)
    return found


def _decode(value: str | None) -> Mapping[str, int]:
    """Return what is noted; nothing if it cannot be read, and then the hour begins again."""
    try:
        return msgspec.json.decode(value or "{}", type=dict[str, int])
    except msgspec.MsgspecError:
        return {}
