"""
The status as the text of a parameter, and back. Pure.

A standard parameter holds 4 KB (doc: AWS General Reference, Systems Manager quotas) and no `{{`
(doc: SSM API Reference, PutParameter), so

    the mode, all instants, the counts     are always there
    reason, message, faults, last error    are shortened, each to its own limit
    the targets                            are listed as far as there is room, those first that
                                           need attention; `counts` tells of all

Room for the longest error is left free, so that a run that fails can always add its own.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maintenance.errors import UnreadableValue
from maintenance.instants import format_instant, parse_instant
from maintenance.model import Mode
from maintenance.printable import written_as_json
from maintenance.status import LastError, Memory, ModeChange, NextChange, Status, TargetStatus

LIMIT = 4096
_MOST_TEXT = 600
_MOST_FAULT = 240
_ERROR_ROOM = _MOST_TEXT + 150
_UTC = ZoneInfo("UTC")
# What a value that is not ours makes of the reading.
_MISREAD = (ValueError, TypeError, KeyError, RecursionError, UnreadableValue)

type _Document = dict[str, Any]


def encode(status: Status) -> str:
    """Return the text, at most LIMIT bytes long."""
    targets = sorted(status.targets, key=_concern)
    document: _Document = {
        "mode": status.mode.value,
        "reason": shortened(status.reason),
        "until": _text(status.until),
        "message": shortened(status.message) if status.message else None,
        "next_change": _next_change(status.next_change),
        "last_change": _last_change(status.memory.last_change),
        "last_error": _last_error(status.memory.last_error),
        "counts": _counts(status.targets),
        "distributions": [],
    }
    room = LIMIT - _ERROR_ROOM - _size({**document, "last_error": None})
    for target in targets:
        entry = _entry(target)
        room -= _size({"": [entry]})
        if room < 0:
            break
        document["distributions"].append(entry)
    return _written(document)


def with_error(text: str, error: LastError) -> str:
    """Return a status's text with another last error and everything else as it was."""
    return _written({**json.loads(text), "last_error": _last_error(error)})


def decode(text: str) -> Memory:
    """Return what the run before has left; raise UnreadableValue for what is not ours."""
    try:
        document = json.loads(text)
        return Memory(_read_change(document["last_change"]), _read_error(document["last_error"]))
    except _MISREAD as error:
        raise UnreadableValue(f"it is not what the controller writes ({error!r:.100})") from error


def shortened(text: str, most: int = _MOST_TEXT) -> str:
    """Return the text, cut so that it takes `most` bytes at most where it is written."""
    if _size(text) <= most:
        return text
    kept = bisect_right(range(len(text)), most, key=lambda end: _size(f"{text[:end]}…")) - 1
    return f"{text[:kept]}…"


def _concern(target: TargetStatus) -> tuple[bool, bool, bool, str]:
    """Return a key that sorts those first that somebody should look at."""
    return (not target.faults, not target.is_stuck, target.is_deployed, target.distribution_id)


def _counts(targets: tuple[TargetStatus, ...]) -> _Document:
    by_status = Counter(each.status for each in targets)
    return {
        "distributions": len(targets),
        **dict(sorted(by_status.items())),
        "stuck": sum(each.is_stuck for each in targets),
        "failed": sum(bool(each.faults) for each in targets),
    }


def _entry(target: TargetStatus) -> _Document:
    entry: _Document = {"distribution_id": target.distribution_id, "status": target.status}
    if target.is_stuck:
        entry["stuck"] = True
    if target.faults:
        entry["fault"] = shortened(" | ".join(target.faults), _MOST_FAULT)
    return entry


def _next_change(change: NextChange | None) -> _Document | None:
    if change is None:
        return None
    what = "closes" if change.closes else "opens"
    window = shortened(change.window, _MOST_FAULT) if change.window else None
    return {"at": _text(change.at), "what": what, "window": window}


def _last_change(change: ModeChange | None) -> _Document | None:
    if change is None:
        return None
    return {
        "mode": change.mode.value,
        "previous_mode": change.previous_mode.value if change.previous_mode else None,
        "due": _text(change.due),
        "accepted": _text(change.accepted),
        "deployed": _text(change.deployed),
    }


def _last_error(error: LastError | None) -> _Document | None:
    if error is None:
        return None
    return {
        "message": shortened(error.message),
        "since": _text(error.since),
        "until": _text(error.until),
    }


def _read_change(document: Mapping[str, Any] | None) -> ModeChange | None:
    if document is None:
        return None
    previous = document["previous_mode"]
    return ModeChange(
        mode=Mode(document["mode"]),
        previous_mode=Mode(previous) if previous is not None else None,
        due=_maybe(_instant, document["due"]),
        accepted=_instant(document["accepted"]),
        deployed=_maybe(_instant, document["deployed"]),
    )


def _read_error(document: Mapping[str, Any] | None) -> LastError | None:
    if document is None:
        return None
    message = document["message"]
    if not isinstance(message, str):
        raise TypeError("the message of an error is a text")
    since, until = document["since"], document["until"]
    return LastError(message, _instant(since), _maybe(_instant, until))


def _maybe[T](read: Callable[[str], T], value: str | None) -> T | None:
    return None if value is None else read(value)


def _instant(text: str) -> datetime:
    return parse_instant(text, zone=_UTC)


def _text(instant: datetime | None) -> str | None:
    return format_instant(instant.replace(microsecond=0)) if instant else None


def _written(value: object) -> str:
    # The braces that SSM refuses can only stand inside a text.
    return written_as_json(value, indent=1).replace("{{", "{\\u007b")


def _size(value: object) -> int:
    return len(_written(value).encode())
