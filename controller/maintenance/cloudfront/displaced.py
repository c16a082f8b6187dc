"""
The record of displaced functions: what a distribution had attached before ours. Pure.

The record of a behavior matters only while ours is attached there. The next attach rewrites it, and
nothing clears it. Each write carries a fresh `write` id, so that no two records have equal bytes:
S3's ETag is a hash of the content, and the conditional writes depend on it (ADR 0003).
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import msgspec
from msgspec import Struct

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.errors import ObservationError, RecordUnreadable

_FORMAT = 1
# RecursionError is JSON nested without end; ObservationError a list that is no list.
_UNREADABLE = (msgspec.DecodeError, RecursionError, ObservationError)


class DisplacedRecord(Struct, frozen=True):
    """The association lists of each behavior as they were, by path pattern (None: the default)."""

    stack: str
    distribution_id: str
    lists_by_path: Mapping[PathPattern, AssociationLists]


class ReadRecord(Struct, frozen=True):
    """A record as it was read; `etag` is None if it was never written."""

    record: DisplacedRecord
    etag: str | None


class _Behavior(Struct, frozen=True):
    """The association lists of one behavior in the JSON document."""

    path_pattern: str | None
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
    record: DisplacedRecord, config: DistributionConfig, *, attaching: Collection[PathPattern]
) -> DisplacedRecord:
    """
    Return the record to write before attaching: the lists of these behaviors as they are now.

    Every other behavior keeps its entry, even if ours is not attached there or the behavior is
    gone: a second run may be between its record and its update, and only that entry says what it
    displaces. An attach always rewrites its own entry first, so no outdated entry is ever used.
    """
    current = {
        each.behavior.path_pattern: each.lists
        for each in config.behaviors
        if each.behavior.path_pattern in attaching
    }
    return DisplacedRecord(
        record.stack, record.distribution_id, MappingProxyType({**record.lists_by_path, **current})
    )


def encode(record: DisplacedRecord, *, write: str) -> bytes:
    """Return the record as JSON that a person can read, with the random id of this write."""
    document = _Document(
        format=_FORMAT,
        stack=record.stack,
        distribution_id=record.distribution_id,
        write=write,
        behaviors=tuple(
            _Behavior(path_pattern, _text(lists.lambda_xml), _text(lists.function_xml))
            for path_pattern, lists in record.lists_by_path.items()
        ),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def decode(body: bytes, *, stack: str, distribution_id: str) -> DisplacedRecord:
    """
    Return the record.

    Raises RecordUnreadable if the body is no record, or one of another distribution or stack.
    """
    try:
        document = msgspec.json.decode(body, type=_Document)
        lists_by_path = {each.path_pattern: _lists(each) for each in document.behaviors}
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
    return DisplacedRecord(stack, distribution_id, MappingProxyType(lists_by_path))


def _lists(behavior: _Behavior) -> AssociationLists:
    lists = AssociationLists(
        _xml(behavior.lambda_associations), _xml(behavior.function_associations)
    )
    # Parsed now, not when they are restored: a list that is no XML raises ObservationError.
    lists.entries()
    return lists


def _text(xml: bytes | None) -> str | None:
    return None if xml is None else xml.decode()


def _xml(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
