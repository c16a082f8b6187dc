"""
What `<switch>/status` tells: mode, reason, what comes next, and how far the last change is. Pure.

A change of mode goes through two phases, each told once: CloudFront has accepted it, and every
target is Deployed. Which of them was told already is what `last_change` remembers from run to run.
Instants are aware; nothing here moves with the clock, so a converged site's status stays the same.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.model import Mode
from maintenance.schedule.decision import NextChange
from maintenance.schedule.times import format_instant, parse_instant
from maintenance.text import to_json

_HOUR = timedelta(hours=1)


class Phase(StrEnum):
    """How far a change of mode is."""

    ACCEPTED = "accepted"
    DEPLOYED = "deployed"


class ModeChange(Struct, frozen=True):
    """
    The last change of mode that was told.

    `due` is when switch or window asked for it, as far as that is known; `deployed` is None while
    a target is InProgress. `previous_mode` is None where no earlier status was left.
    """

    mode: Mode
    previous_mode: Mode | None
    due: datetime | None
    accepted: datetime
    deployed: datetime | None = None


class Transition(Struct, frozen=True):
    """A phase to be told; `seconds` it took, from `due` or from the phase before, if known."""

    phase: Phase
    change: ModeChange
    seconds: float | None


class LastError(Struct, frozen=True):
    """What failed, since which run, and which run was the first without a fault again."""

    message: str
    since: datetime
    until: datetime | None = None


class TargetStatus(Struct, frozen=True):
    """One target: CloudFront's word for it, whether it has said so for too long, and its faults."""

    distribution_id: str
    status: str
    is_stuck: bool = False
    errors: tuple[str, ...] = ()

    @property
    def is_deployed(self) -> bool:
        """Whether every edge has it."""
        return self.status == "Deployed"

    @property
    def is_settling(self) -> bool:
        """Whether looking again soon will tell something new."""
        return not (self.is_deployed or self.is_stuck)


class PersistedState(Struct, frozen=True):
    """What one run leaves to the next."""

    last_change: ModeChange | None = None
    last_error: LastError | None = None

    def after(self, error: str, now: datetime) -> "PersistedState":
        """Return the memory after a run, whose `error` may be empty; what lasts is not renewed."""
        before, at = self.last_error, now.replace(microsecond=0)
        lasts = before is not None and before.until is None
        if before and lasts and not error:
            return replace(self, last_error=replace(before, until=at))
        if not error or (before and lasts and before.message == error):
            return self
        return replace(self, last_error=LastError(error, at))


class Status(Struct, frozen=True):
    """What the operator reads at two in the morning."""

    mode: Mode
    reason: str
    until: datetime | None = None
    message: str | None = None
    next_change: NextChange | None = None
    targets: tuple[TargetStatus, ...] = ()
    persisted: PersistedState = PersistedState()

    @property
    def is_closed(self) -> bool:
        """Whether visitors meet maintenance; where nobody says what is wanted, it stays as told."""
        if self.mode is not Mode.UNCHANGED:
            return self.mode is Mode.MAINTENANCE
        last = self.persisted.last_change
        return last is not None and last.mode is Mode.MAINTENANCE

    def hours_closed(self, now: datetime) -> float:
        """Return for how long the site has been closed, 0 if it is open."""
        last = self.persisted.last_change
        if not self.is_closed or last is None or last.mode is not Mode.MAINTENANCE:
            return 0.0
        return max(0.0, (now - last.accepted) / _HOUR)


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
        "last_change": _last_change(status.persisted.last_change),
        "last_error": _last_error(status.persisted.last_error),
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


def decode(text: str) -> PersistedState:
    """Return what the run before has left; raise UnreadableValue for what is not ours."""
    try:
        document = json.loads(text)
        return PersistedState(
            _read_change(document["last_change"]), _read_error(document["last_error"])
        )
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
    return (not target.errors, not target.is_stuck, target.is_deployed, target.distribution_id)


def _counts(targets: tuple[TargetStatus, ...]) -> _Document:
    by_status = Counter(each.status for each in targets)
    return {
        "distributions": len(targets),
        **dict(sorted(by_status.items())),
        "stuck": sum(each.is_stuck for each in targets),
        "failed": sum(bool(each.errors) for each in targets),
    }


def _entry(target: TargetStatus) -> _Document:
    entry: _Document = {"distribution_id": target.distribution_id, "status": target.status}
    if target.is_stuck:
        entry["stuck"] = True
    if target.errors:
        entry["error"] = shortened(" | ".join(target.errors), _MOST_FAULT)
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
    return to_json(value, indent=1).replace("{{", "{\\u007b")


def _size(value: object) -> int:
    return len(_written(value).encode())
