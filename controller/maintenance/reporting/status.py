"""
The status that `<switch>/status` holds: mode, reason, next change and rollout. Pure.

Nothing in it moves with the clock, so the status of a settled site stays the same text. Part of it
is for the next run: the last change of mode with the phases that were announced, the last error,
and the last off. Instants are aware.
"""

import json
from bisect import bisect_right
from collections import Counter
from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, MsgspecError, Struct, convert, to_builtins

from maintenance.errors import UnreadableValue
from maintenance.model import Mode
from maintenance.schedule.decision import NextChange
from maintenance.schedule.switch import Off
from maintenance.text import to_json

# Of a standard parameter (doc: AWS General Reference, Systems Manager quotas).
MAX_STATUS_BYTES = 4096
_MAX_TEXT_BYTES = 600
_MAX_DETAIL = 240
# For the members and the braces of an error, besides its message.
_ERROR_ROOM = _MAX_TEXT_BYTES + 150
_HOUR = timedelta(hours=1)

type Instant = Annotated[datetime, Meta(tz=True)]


class Phase(StrEnum):
    """How far a change of mode is."""

    ACCEPTED = "accepted"
    DEPLOYED = "deployed"


class ModeChange(Struct, frozen=True):
    """
    The last change of mode that was announced.

    `due` is when the switch or a window asked for it, if that is known; `deployed` is None while a
    target is InProgress. `previous_mode` is None if there was no earlier status.
    """

    mode: Mode
    previous_mode: Mode | None
    due: Instant | None
    accepted: Instant
    deployed: Instant | None = None


class Transition(Struct, frozen=True):
    """A phase to announce; `seconds` since `due` or since the phase before, if that is known."""

    phase: Phase
    change: ModeChange
    seconds: float | None


class LastError(Struct, frozen=True):
    """What failed, since which run, and which run was the first without an error again."""

    message: str
    since: Instant
    until: Instant | None = None


class TargetStatus(Struct, frozen=True):
    """One target: its status in CloudFront, whether that is stuck, and its errors."""

    distribution_id: str
    status: str
    is_stuck: bool = False
    errors: tuple[str, ...] = ()

    @property
    def is_deployed(self) -> bool:
        """Whether all edge locations have its configuration."""
        return self.status == "Deployed"

    @property
    def is_settling(self) -> bool:
        """Whether its status is expected to change soon."""
        return not (self.is_deployed or self.is_stuck)


class PersistedState(Struct, frozen=True):
    """
    What one run leaves to the next.

    `settled` is the fingerprint of the targets when a run last found them live, owing nothing.
    """

    last_change: ModeChange | None = None
    last_error: LastError | None = None
    last_off: Off | None = None
    settled: str = ""

    def after(self, error: str, now: datetime) -> "PersistedState":
        """Return the state after a run with this error, or '' for none; a lasting one stays."""
        before, at = self.last_error, _in_whole_seconds(now)
        lasts = before is not None and before.until is None
        if before and lasts and not error:
            return replace(self, last_error=replace(before, until=at))
        if not error or (before and lasts and before.message == error):
            return self
        return replace(self, last_error=LastError(error, at))


class Status(Struct, frozen=True):
    """What operators need to know first."""

    mode: Mode
    reason: str
    until: datetime | None = None
    message: str | None = None
    next_change: NextChange | None = None
    targets: tuple[TargetStatus, ...] = ()
    persisted: PersistedState = PersistedState()

    @property
    def is_closed(self) -> bool:
        """Whether the site is in maintenance; an unchanged one is as it was announced last."""
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


class _NextChange(Struct, frozen=True):
    at: datetime
    what: Literal["closes", "opens"]
    window: str | None


class _Target(Struct, frozen=True, omit_defaults=True):
    distribution_id: str
    status: str
    stuck: bool = False
    error: str = ""


class _Off(Struct, frozen=True):
    # To the microsecond: it is compared with versions and the beginnings of windows.
    written: Instant
    until: Instant


class _StatusDocument(Struct, frozen=True):
    """The status as JSON."""

    mode: Mode
    reason: str
    until: datetime | None
    message: str | None
    next_change: _NextChange | None
    last_change: ModeChange | None
    last_error: LastError | None
    last_off: _Off | None
    settled: str
    counts: dict[str, int]
    distributions: list[_Target] = []


class _PersistedDocument(Struct, frozen=True):
    """The part of it that the next run reads."""

    last_change: ModeChange | None
    last_error: LastError | None
    last_off: _Off | None = None
    settled: str = ""


def encode_status(status: Status) -> str:
    """Return the text of the parameter, at most MAX_STATUS_BYTES bytes long."""
    off = status.persisted.last_off
    document = _StatusDocument(
        mode=status.mode,
        reason=truncate(status.reason),
        until=status.until,
        message=truncate(status.message) if status.message else None,
        next_change=_next_change(status.next_change),
        last_change=_last_change(status.persisted.last_change),
        last_error=None,
        last_off=_Off(off.written, off.until) if off else None,
        settled=status.persisted.settled,
        counts=_counts(status.targets),
    )
    room = MAX_STATUS_BYTES - _ERROR_ROOM - _size(document)
    targets: list[_Target] = []
    for target in map(_target, sorted(status.targets, key=_urgency)):
        room -= _size({"": [target]})
        if room < 0:
            break
        targets.append(target)
    last_error = _last_error(status.persisted.last_error)
    return _to_text(replace(document, last_error=last_error, distributions=targets))


def replace_last_error(text: str, error: LastError) -> str:
    """Return the text of a status with another last error and everything else as it was."""
    return _to_text({**json.loads(text), "last_error": _last_error(error)})


def decode_persisted_state(text: str) -> PersistedState:
    """Return what the previous run has left; raise UnreadableValue if the text is not a status."""
    try:
        document = convert(json.loads(text), _PersistedDocument)
    except (ValueError, RecursionError, MsgspecError) as error:
        raise UnreadableValue(
            f"it is not what the controller writes ({str(error)[:_MAX_DETAIL]})"
        ) from error
    off = document.last_off
    last_off = Off(off.written, off.until) if off else None
    return PersistedState(document.last_change, document.last_error, last_off, document.settled)


def truncate(text: str, limit: int = _MAX_TEXT_BYTES) -> str:
    """Return the text, cut so that its JSON takes at most `limit` bytes."""
    if _size(text) <= limit:
        return text
    kept = bisect_right(range(len(text)), limit, key=lambda end: _size(f"{text[:end]}…")) - 1
    return f"{text[:kept]}…"


def _urgency(target: TargetStatus) -> tuple[bool, bool, bool, str]:
    """Return a sort key that puts those first that need attention."""
    return (not target.errors, not target.is_stuck, target.is_deployed, target.distribution_id)


def _counts(targets: tuple[TargetStatus, ...]) -> dict[str, int]:
    by_status = Counter(each.status for each in targets)
    return {
        "distributions": len(targets),
        **dict(sorted(by_status.items())),
        "stuck": sum(each.is_stuck for each in targets),
        "failed": sum(bool(each.errors) for each in targets),
    }


def _target(target: TargetStatus) -> _Target:
    error = truncate(" | ".join(target.errors), _MAX_DETAIL)
    return _Target(target.distribution_id, target.status, target.is_stuck, error)


def _next_change(change: NextChange | None) -> _NextChange | None:
    if change is None:
        return None
    window = truncate(change.window, _MAX_DETAIL) if change.window else None
    return _NextChange(_in_whole_seconds(change.at), "closes" if change.closes else "opens", window)


def _last_change(change: ModeChange | None) -> ModeChange | None:
    if change is None:
        return None
    return replace(
        change,
        due=change.due and _in_whole_seconds(change.due),
        accepted=_in_whole_seconds(change.accepted),
        deployed=change.deployed and _in_whole_seconds(change.deployed),
    )


def _last_error(error: LastError | None) -> LastError | None:
    return replace(error, message=truncate(error.message)) if error else None


def _in_whole_seconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def _to_text(value: object) -> str:
    # SSM refuses two opening braces, which can only occur inside a string.
    return to_json(to_builtins(value), indent=1).replace("{{", "{\\u007b")


def _size(value: object) -> int:
    return len(_to_text(value).encode())
