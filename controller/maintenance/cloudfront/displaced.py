"""
The note: what stood in the viewer slots of a distribution before ours did. Pure.

It has meaning only while ours holds a slot, is rewritten by the next attach and never cleared. Each
writing carries a fresh `write` id, so that no two notes have equal bytes: S3's ETag is a hash of
the content, and the conditional writes depend on it (ADR 0003).
"""

import json
from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec import Struct

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.errors import ObservationError, RecordUnreadable

_FORMAT = 1
# What a body that is not ours makes of the reading; RecursionError is JSON nested without end.
_MISREAD = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    ObservationError,
)


class DisplacedRecord(Struct, frozen=True):
    """The association lists of each behavior as they were, by path pattern (None: the default)."""

    stack: str
    distribution_id: str
    lists_by_path: Mapping[PathPattern, AssociationLists]


def empty_record(*, stack: str, distribution_id: str) -> DisplacedRecord:
    """Return the note of a distribution that nothing was displaced in yet."""
    return DisplacedRecord(stack, distribution_id, MappingProxyType({}))


def record_before_attach(
    record: DisplacedRecord, config: DistributionConfig, *, attaching: Collection[PathPattern]
) -> DisplacedRecord:
    """
    Return the note to write before attaching: what gets our function is noted as it is.

    All other rows are carried over, also of behaviors that do not hold ours, or are not there: a
    second run may stand between its note and its update right now, and only its row says what it
    displaces. What attaches always rewrites its own row first, so none is used when it is too old.
    """
    noted = {
        each.behavior.path_pattern: each.lists
        for each in config.behaviors
        if each.behavior.path_pattern in attaching
    }
    return DisplacedRecord(
        record.stack, record.distribution_id, MappingProxyType({**record.lists_by_path, **noted})
    )


def encode(record: DisplacedRecord, *, write: str) -> bytes:
    """Return the note as JSON, with the random id of this writing."""
    lists_by_path = [
        {
            "path_pattern": path_pattern,
            "lambda_associations": _text(lists.lambda_xml),
            "function_associations": _text(lists.function_xml),
        }
        for path_pattern, lists in record.lists_by_path.items()
    ]
    document = {
        "format": _FORMAT,
        "stack": record.stack,
        "distribution_id": record.distribution_id,
        "write": write,
        "behaviors": lists_by_path,
    }
    return json.dumps(document, indent=2).encode()


def decode(body: bytes, *, stack: str, distribution_id: str) -> DisplacedRecord:
    """Return the note; raise NoteUnreadable if it is none, or of another distribution or stack."""
    try:
        document = json.loads(body)
        record = DisplacedRecord(
            document["stack"], document["distribution_id"], _rows(document["behaviors"])
        )
        written_as = document["format"]
    except _MISREAD as error:
        raise RecordUnreadable(
            f"it is not a note that this version understands ({error!r:.300})"
        ) from error
    if written_as != _FORMAT:
        raise RecordUnreadable(f"it has format {written_as!r}, and this version knows {_FORMAT}")
    if (record.stack, record.distribution_id) != (stack, distribution_id):
        whose = f"distribution {record.distribution_id} of stack {record.stack}"
        raise RecordUnreadable(f"it belongs to {whose}, not to {distribution_id} of {stack}")
    return record


def _rows(lists_by_path: list[dict[str, str | None]]) -> Mapping[PathPattern, AssociationLists]:
    return MappingProxyType({row["path_pattern"]: _lists(row) for row in lists_by_path})


def _lists(row: Mapping[str, str | None]) -> AssociationLists:
    lists = AssociationLists(_xml(row["lambda_associations"]), _xml(row["function_associations"]))
    # Found now and not when they are to go back: what is no list raises ObservationError.
    lists.entries()
    return lists


def _text(xml: bytes | None) -> str | None:
    return None if xml is None else xml.decode()


def _xml(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


class ReadRecord(Struct, frozen=True):
    """A note as it was read; `etag` is None where there is none yet."""

    record: DisplacedRecord
    etag: str | None
