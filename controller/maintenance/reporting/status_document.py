"""
The status as the text of a parameter: JSON of at most 4 KB. Pure.

Texts are cut, and targets are listed as far as there is room, so that it always fits. Of its text
the next run reads only what `PersistedState` holds.
"""

import json
from bisect import bisect_right
from collections import Counter
from datetime import datetime
from typing import Any, Literal

from msgspec import MsgspecError, Struct, convert, to_builtins
from msgspec.structs import replace

from maintenance.errors import UnreadableValue
from maintenance.model import Mode
from maintenance.reporting.status import (
    Instant,
    LastError,
    ModeChange,
    PersistedState,
    Planned,
    Status,
    StoreNote,
    TargetStatus,
    in_whole_seconds,
)
from maintenance.schedule.decision import NextChange
from maintenance.schedule.request import Request, Requester
from maintenance.schedule.switch import Off
from maintenance.text import to_json

# Of a standard parameter (doc: AWS General Reference, Systems Manager quotas).
MAX_STATUS_BYTES = 4096
_MAX_TEXT_BYTES = 600
_MAX_DETAIL = 240
# For the members and the braces of an error, besides its message.
_ERROR_ROOM = _MAX_TEXT_BYTES + 150


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


class _Request(Struct, frozen=True):
    # To the microsecond: it is compared with versions.
    written: Instant
    window: str


class _StatusDocument(Struct, frozen=True):
    """The status as JSON."""

    mode: Mode
    reason: str
    until: datetime | None
    message: str | None
    requested_by: str
    requested_by_arn: str
    request: _Request | None
    next_change: _NextChange | None
    last_change: ModeChange | None
    last_error: LastError | None
    last_off: _Off | None
    settled: str
    toggled: Instant | None
    standby: StoreNote | None
    armed: Instant | None
    planned: tuple[Planned, ...]
    counts: dict[str, int]
    version: str
    distributions: list[_Target] = []


class _PersistedDocument(Struct, frozen=True):
    """The part of it that the next run reads."""

    last_change: ModeChange | None
    last_error: LastError | None
    last_off: _Off | None = None
    until: Instant | None = None
    settled: str = ""
    toggled: Instant | None = None
    standby: StoreNote | None = None
    armed: Instant | None = None
    planned: tuple[Planned, ...] = ()
    requested_by: str = ""
    requested_by_arn: str = ""
    request: _Request | None = None


def encode_status(status: Status) -> str:
    """Return the text of the parameter, at most MAX_STATUS_BYTES bytes long."""
    off, requester = status.persisted.last_off, status.persisted.requester
    document = _StatusDocument(
        mode=status.mode,
        reason=truncate(status.reason),
        until=status.until,
        message=truncate(status.message) if status.message else None,
        requested_by=truncate(requester.name, _MAX_DETAIL) if requester else "",
        requested_by_arn=truncate(requester.arn, _MAX_DETAIL) if requester else "",
        request=_request(requester),
        next_change=_next_change(status.next_change),
        last_change=_last_change(status.persisted.last_change),
        last_error=None,
        last_off=_Off(off.written, off.until) if off else None,
        settled=status.persisted.settled,
        toggled=status.persisted.toggled and in_whole_seconds(status.persisted.toggled),
        standby=status.persisted.standby,
        armed=status.persisted.armed,
        planned=status.persisted.planned,
        counts=_counts(status.targets),
        version=status.version,
    )
    room = MAX_STATUS_BYTES - _ERROR_ROOM - _size(document)
    if room < 0:
        # Of names as long as SSM takes; the log has all of the reason.
        shorter = truncate(document.reason, _size(document.reason) + room)
        document = replace(document, reason=shorter)
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
        values = json.loads(text)
        document = convert(values, _PersistedDocument)
    except (ValueError, RecursionError, MsgspecError) as error:
        raise UnreadableValue(
            f"it is not what the controller writes ({str(error)[:_MAX_DETAIL]})"
        ) from error
    off = document.last_off
    last_off = Off(off.written, off.until) if off else None
    return PersistedState(
        _with_end(values["last_change"], document),
        document.last_error,
        last_off,
        document.settled,
        _requester(document),
        document.planned,
        document.toggled,
        document.standby,
        document.armed,
    )


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


def _with_end(written: Any, document: _PersistedDocument) -> ModeChange | None:  # noqa: ANN401 - JSON
    """Return the last change with its end, which versions before 1.0.0 wrote beside it."""
    last, until = document.last_change, document.until
    if last is None or until is None or "until" in written:
        return last
    return replace(last, until=in_whole_seconds(until))


def _request(requester: Requester | None) -> _Request | None:
    if requester is None:
        return None
    request = requester.request
    return _Request(request.written, truncate(request.window, _MAX_DETAIL))


def _requester(document: _PersistedDocument) -> Requester | None:
    if document.request is None:
        return None
    request = Request(document.request.written, document.request.window)
    return Requester(request, document.requested_by, document.requested_by_arn)


def _next_change(change: NextChange | None) -> _NextChange | None:
    if change is None:
        return None
    window = truncate(change.window, _MAX_DETAIL) if change.window else None
    return _NextChange(in_whole_seconds(change.at), "closes" if change.closes else "opens", window)


def _last_change(change: ModeChange | None) -> ModeChange | None:
    if change is None:
        return None
    return replace(
        change,
        due=change.due and in_whole_seconds(change.due),
        accepted=in_whole_seconds(change.accepted),
        deployed=change.deployed and in_whole_seconds(change.deployed),
    )


def _last_error(error: LastError | None) -> LastError | None:
    return replace(error, message=truncate(error.message)) if error else None


def _to_text(value: object) -> str:
    # SSM refuses two opening braces, which can only occur inside a string.
    return to_json(to_builtins(value), indent=1).replace("{{", "{\\u007b")


def _size(value: object) -> int:
    return len(_to_text(value).encode())
