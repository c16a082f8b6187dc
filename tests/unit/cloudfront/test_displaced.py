"""The note: what is noted, how it is written down, and what is not taken for one."""

import json
from types import MappingProxyType
from typing import Any

import pytest
from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import PathPattern, read_config
from maintenance.cloudfront.displaced import (
    DisplacedRecord,
    decode,
    empty_record,
    encode,
    record_before_attach,
)
from maintenance.errors import RecordUnreadable

from tests.builders import (
    DISTRIBUTION_ID,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    config_xml,
    lists,
)


def _note(lists_by_path: dict[PathPattern, AssociationLists]) -> DisplacedRecord:
    return DisplacedRecord("site", DISTRIBUTION_ID, MappingProxyType(lists_by_path))


def _decoded(body: bytes) -> DisplacedRecord:
    return decode(body, stack="site", distribution_id=DISTRIBUTION_ID)


def _document(**members: object) -> bytes:
    """Return a good note but for these members."""
    document = json.loads(encode(_note({None: lists(a_lambda())}), write="w"))
    return json.dumps(document | members).encode()


def _row(**members: object) -> list[dict[str, Any]]:
    row: dict[str, Any] = json.loads(_document())["behaviors"][0]
    return [row | members]


def test_a_note_reads_back_as_it_was_written() -> None:
    """The default behavior, an ordered *, lists that are absent, and bytes that are not ASCII."""
    record = _note(
        {
            None: lists(a_function()),
            "*": AssociationLists(None, "<ü/>".encode()),
            "/č": AssociationLists(None, None),
        }
    )

    assert record == _decoded(encode(record, write="w"))


def test_the_same_note_written_twice_has_other_bytes() -> None:
    """S3's ETag is a hash of the content, and the conditional writes depend on it."""
    record = empty_record(stack="site", distribution_id=DISTRIBUTION_ID)

    assert encode(record, write="a") != encode(record, write="b")


def test_a_person_can_read_a_note() -> None:
    """Indented, in words, with the lists as CloudFront wrote them: it is the way out by hand."""
    record = _note({None: AssociationLists(b"<LambdaFunctionAssociations/>", None)})

    expected = """\
{
  "format": 1,
  "stack": "site",
  "distribution_id": "E2EXAMPLE1AB3",
  "write": "w",
  "behaviors": [
    {
      "path_pattern": null,
      "lambda_associations": "<LambdaFunctionAssociations/>",
      "function_associations": null
    }
  ]
}"""
    assert expected == encode(record, write="w").decode()


def test_an_empty_note_is_that_of_its_distribution() -> None:
    """It could be read again like any other."""
    record = empty_record(stack="site", distribution_id=DISTRIBUTION_ID)

    assert record == _decoded(encode(record, write="w"))


UNREADABLE = {
    "not JSON": b"no",
    "not UTF-8": b'"\xff"',
    "empty": b"",
    "JSON nested without end": b"[" * 100_000,
    "a list with a document type": _document(
        behaviors=_row(lambda_associations="<!DOCTYPE a><LambdaFunctionAssociations/>")
    ),
    "a list and more behind it": _document(
        behaviors=_row(lambda_associations="<LambdaFunctionAssociations/><ViewerProtocolPolicy/>")
    ),
    "JSON of another shape": b"[]",
    "without rows": b'{"format": 1, "stack": "site", "distribution_id": "E2EXAMPLE1AB3"}',
    "rows of another shape": _document(behaviors=["row"]),
    "a row without its lists": _document(behaviors=[{"path_pattern": None}]),
    "a list that is no text": _document(behaviors=_row(lambda_associations=1)),
    "a list that is no XML": _document(behaviors=_row(function_associations="<FunctionAssoc")),
    "another format": _document(format=2),
    "without a format": _document(format=None),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_is_no_note_is_refused(body: bytes) -> None:
    """Found when it is read, before anything has been detached for it."""
    with pytest.raises(RecordUnreadable, match=r"not a note that this version|has format"):
        _decoded(body)


@pytest.mark.parametrize("member", ["stack", "distribution_id"])
def test_the_note_of_somebody_else_is_refused(member: str) -> None:
    """What another stack or distribution displaced does not belong here."""
    with pytest.raises(RecordUnreadable, match=r"belongs to distribution .* of stack"):
        _decoded(_document(**{member: "another"}))


def test_attaching_notes_the_behaviors_as_they_are_and_carries_over_all_others() -> None:
    """Ours may hold them, or another run may be about to attach there."""
    config = read_config(
        config_xml(a_behavior(None, a_lambda()), a_behavior("/held", OURS), a_behavior("/open"))
    )
    before = _note(
        {None: lists(), "/held": lists(a_function()), "/gone": lists(), "/open": lists()}
    )

    after = record_before_attach(before, config, attaching={None})

    assert _note({**before.lists_by_path, None: lists(a_lambda())}) == after


def test_a_held_behavior_without_a_row_gets_none() -> None:
    """Nobody knows what belongs there, and a guess would pass for knowledge."""
    config = read_config(config_xml(a_behavior(None, a_lambda()), a_behavior("/held", OURS)))

    after = record_before_attach(_note({}), config, attaching={None})

    assert {None} == set(after.lists_by_path)
