"""
The record of displaced functions: what a distribution had attached before ours. Pure.

Each behavior has an entry, which attaching writes and nothing erases (ADR 0003):

    state        means
    -----------  -------------------------------------------------------------------------------
    displaced    what ours displaced is owed: it is restored, unless another party attaches another
                 function of the same event type
    settled      the maintenance is over: it was restored, or another function took its place

Each write carries a fresh `write` id, so that no two records have equal bytes: S3's ETag is a hash
of the content, and the conditional writes depend on it.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.associations import AssociationLists, Entry
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.cloudfront.engine import Engine
from maintenance.errors import ObservationError, RecordUnreadable

_FORMAT = 2
# RecursionError is JSON nested without end; ObservationError a list that is no list.
_UNREADABLE = (msgspec.DecodeError, RecursionError, ObservationError)


class State(StrEnum):
    """Whether an entry still owes anything, by the table of this module."""

    DISPLACED = "displaced"
    SETTLED = "settled"


class BehaviorRecord(Struct, frozen=True):
    """
    The association lists of one behavior before ours was attached.

    They were read from the configuration with the ETag `attached_to`, which attaching replaces.
    While that is the current ETag, ours is not attached yet.
    """

    lists: AssociationLists
    attached_to: str
    state: State = State.DISPLACED

    def displaced(self, engine: Engine) -> tuple[Entry, ...]:
        """Return the functions that conflict with ours, whatever the state."""
        return tuple(each for each in self.lists.entries() if engine.conflicts(each.association))


class DisplacedRecord(Struct, frozen=True):
    """The entry of each behavior, by path pattern (None: the default)."""

    stack: str
    distribution_id: str
    behaviors: Mapping[PathPattern, BehaviorRecord]

    @property
    def is_settled(self) -> bool:
        """Whether no entry owes anything."""
        return all(each.state is State.SETTLED for each in self.behaviors.values())

    def with_settled(self, path_patterns: Collection[PathPattern]) -> "DisplacedRecord":
        """Return the record with the entries of these behaviors settled."""
        settled = {
            path: replace(self.behaviors[path], state=State.SETTLED) for path in path_patterns
        }
        return replace(self, behaviors=MappingProxyType({**self.behaviors, **settled}))


class ReadRecord(Struct, frozen=True):
    """
    A record as it was read; `etag` is None if it was never written.

    `is_fresh` is whether the run that wrote it may still be about to attach ours.
    """

    record: DisplacedRecord
    etag: str | None
    is_fresh: bool = True


class _Behavior(Struct, frozen=True):
    """The entry of one behavior in the JSON document."""

    path_pattern: str | None
    state: State
    attached_to: str
    lambda_associations: str | None
    function_associations: str | None


class _Document(Struct, frozen=True, kw_only=True):
    """The JSON document of a record."""

    format: int
    stack: str
    distribution_id: str
    write: str = ""
    behaviors: tuple[_Behavior, ...]


def empty_record(*, stack: str, distribution_id: str) -> DisplacedRecord:
    """Return the record of a distribution where no function of ours was ever attached."""
    return DisplacedRecord(stack, distribution_id, MappingProxyType({}))


def record_before_attach(
    record: DisplacedRecord,
    config: DistributionConfig,
    engine: Engine,
    *,
    etag: str,
    attaching: Collection[PathPattern],
) -> DisplacedRecord:
    """
    Return the record to write before attaching: the lists of these behaviors as they are now.

    What an earlier attach displaced stays in the record if its place is empty now: someone has
    removed ours and attached nothing instead.

    Every other behavior keeps its entry, even if ours is not attached there or the behavior is
    gone: a second run may be between its record and its update, and only that entry says what it
    displaces. An attach always rewrites its own entry first, so no outdated entry is ever used.
    """
    current = {
        path: BehaviorRecord(_with_owed(each.lists, record.behaviors.get(path), engine), etag)
        for each in config.behaviors
        if (path := each.behavior.path_pattern) in attaching
    }
    return replace(record, behaviors=MappingProxyType({**record.behaviors, **current}))


def _with_owed(
    lists: AssociationLists, before: BehaviorRecord | None, engine: Engine
) -> AssociationLists:
    if before is None or before.state is State.SETTLED:
        return lists
    taken = {each.event_type for each in lists.associations()}
    for each in before.displaced(engine):
        if each.association.event_type not in taken:
            lists = lists.with_entry(each)
    return lists


def encode(record: DisplacedRecord, *, write: str) -> bytes:
    """Return the record as JSON that a person can read, with the random id of this write."""
    document = _Document(
        format=_FORMAT,
        stack=record.stack,
        distribution_id=record.distribution_id,
        write=write,
        behaviors=tuple(_to_json(path, each) for path, each in record.behaviors.items()),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def decode(body: bytes, *, stack: str, distribution_id: str) -> DisplacedRecord:
    """
    Return the record.

    Raises RecordUnreadable if the body is no record, or one of another distribution or stack.
    """
    try:
        document = msgspec.json.decode(body, type=_Document)
        behaviors = {each.path_pattern: _from_json(each) for each in document.behaviors}
    except _UNREADABLE as error:
        raise RecordUnreadable(
            f"it is not a record of displaced functions ({error!r:.300})"
        ) from error
    if document.format != _FORMAT:
        raise RecordUnreadable(
            f"it has format {document.format}, and this version reads only {_FORMAT}"
        )
    if (document.stack, document.distribution_id) != (stack, distribution_id):
        owner = f"distribution {document.distribution_id} of stack {document.stack}"
        raise RecordUnreadable(f"it belongs to {owner}, not to {distribution_id} of {stack}")
    return DisplacedRecord(stack, distribution_id, MappingProxyType(behaviors))


def _to_json(path_pattern: PathPattern, behavior: BehaviorRecord) -> _Behavior:
    return _Behavior(
        path_pattern,
        behavior.state,
        behavior.attached_to,
        _text(behavior.lists.lambda_xml),
        _text(behavior.lists.function_xml),
    )


def _from_json(behavior: _Behavior) -> BehaviorRecord:
    lists = AssociationLists(
        _xml(behavior.lambda_associations), _xml(behavior.function_associations)
    )
    # Parsed now, not when they are restored: a list that is no XML raises ObservationError.
    lists.entries()
    return BehaviorRecord(lists, behavior.attached_to, behavior.state)


def _text(xml: bytes | None) -> str | None:
    return None if xml is None else xml.decode()


def _xml(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
