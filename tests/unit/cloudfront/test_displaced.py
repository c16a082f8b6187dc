"""The record of displaced functions: its content, its JSON, and what is refused as unreadable."""

import json
from typing import Any

import pytest
from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import (
    BehaviorRecord,
    DisplacedRecord,
    State,
    decode,
    empty_record,
    encode,
    record_before_attach,
)
from maintenance.errors import RecordUnreadable
from maintenance.model import VIEWER_RESPONSE, Association, Behavior

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    a_record,
    config_xml,
    lists,
)


def _decoded(body: bytes) -> DisplacedRecord:
    return decode(body, stack="site", distribution_id=DISTRIBUTION_ID)


def _document(**members: object) -> bytes:
    """Return a valid record except for these members."""
    document = json.loads(encode(a_record({None: lists(a_lambda())}), write="w"))
    return json.dumps(document | members).encode()


def _behavior(**members: object) -> list[dict[str, Any]]:
    behavior: dict[str, Any] = json.loads(_document())["behaviors"][0]
    return [behavior | members]


@pytest.mark.parametrize("state", State)
def test_a_record_reads_back_as_it_was_written(state: State) -> None:
    """The default behavior, an ordered *, absent lists, and text that is not ASCII."""
    record = a_record(
        {
            None: lists(a_function()),
            "*": AssociationLists(None, "<ü/>".encode()),
            "/č": AssociationLists(None, None),
        },
        state=state,
    )

    assert record == _decoded(encode(record, write="w"))


def test_two_writes_of_one_record_have_different_bytes() -> None:
    """S3's ETag is a hash of the content, and the conditional writes depend on it."""
    record = empty_record(stack="site", distribution_id=DISTRIBUTION_ID)

    assert encode(record, write="a") != encode(record, write="b")


def test_a_person_can_read_a_record() -> None:
    """Indented, with the lists as CloudFront wrote them, so that it can be restored by hand."""
    record = a_record({None: AssociationLists(b"<LambdaFunctionAssociations/>", None)})

    expected = """\
{
  "format": 2,
  "stack": "site",
  "distribution_id": "E2EXAMPLE1AB3",
  "write": "w",
  "behaviors": [
    {
      "path_pattern": null,
      "state": "displaced",
      "attached_to": "E0",
      "lambda_associations": "<LambdaFunctionAssociations/>",
      "function_associations": null
    }
  ]
}"""
    assert expected == encode(record, write="w").decode()


def test_an_empty_record_belongs_to_its_distribution() -> None:
    """It reads back like any other."""
    record = empty_record(stack="site", distribution_id=DISTRIBUTION_ID)

    assert record == _decoded(encode(record, write="w"))


UNREADABLE = {
    "not JSON": b"no",
    "not UTF-8": b'"\xff"',
    "empty": b"",
    "JSON nested without end": b"[" * 100_000,
    "a list with a document type": _document(
        behaviors=_behavior(lambda_associations="<!DOCTYPE a><LambdaFunctionAssociations/>")
    ),
    "a list and more behind it": _document(
        behaviors=_behavior(
            lambda_associations="<LambdaFunctionAssociations/><ViewerProtocolPolicy/>"
        )
    ),
    "JSON of another shape": b"[]",
    "without behaviors": b'{"format": 2, "stack": "site", "distribution_id": "E2EXAMPLE1AB3"}',
    "behaviors of another shape": _document(behaviors=["behavior"]),
    "a behavior without its lists": _document(behaviors=[{"path_pattern": None}]),
    "a list that is no string": _document(behaviors=_behavior(lambda_associations=1)),
    "a list that is no XML": _document(behaviors=_behavior(function_associations="<FunctionAssoc")),
    "another format": _document(format=1),
    "without a format": _document(format=None),
    "a state that is none": _document(behaviors=_behavior(state="owed")),
    "a path pattern that is no string": _document(behaviors=_behavior(path_pattern=1)),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
def test_an_unreadable_record_is_refused(body: bytes) -> None:
    """When it is read, before anything is detached."""
    with pytest.raises(RecordUnreadable, match=r"not a record of displaced functions|has format"):
        _decoded(body)


@pytest.mark.parametrize("member", ["stack", "distribution_id"])
def test_a_record_of_another_distribution_or_stack_is_refused(member: str) -> None:
    """It must not be restored here."""
    with pytest.raises(RecordUnreadable, match=r"belongs to distribution .* of stack"):
        _decoded(_document(**{member: "another"}))


def _attach_to(before: DisplacedRecord, *behaviors: Behavior) -> BehaviorRecord | None:
    """Return the entry of the default behavior after recording an attach there."""
    config = read_config(config_xml(*behaviors))
    return record_before_attach(before, config, EDGE, etag="E1", attaching={None}).behaviors[None]


def test_attaching_records_the_attached_behaviors_and_keeps_all_others() -> None:
    """They may be closed, or another run may be about to close them."""
    config = read_config(
        config_xml(a_behavior(None, a_lambda()), a_behavior("/closed", OURS), a_behavior("/open"))
    )
    before = a_record(
        {None: lists(), "/closed": lists(a_function()), "/gone": lists(), "/open": lists()}
    )

    after = record_before_attach(before, config, EDGE, etag="E1", attaching={None})

    attached = BehaviorRecord(lists(a_lambda()), "E1", State.DISPLACED)
    assert {**before.behaviors, None: attached} == after.behaviors


def test_a_closed_behavior_without_a_record_gets_none() -> None:
    """What belongs there is unknown, and a guess would be restored as if it were known."""
    config = read_config(config_xml(a_behavior(None, a_lambda()), a_behavior("/closed", OURS)))

    after = record_before_attach(a_record({}), config, EDGE, etag="E1", attaching={None})

    assert {None} == set(after.behaviors)


SIGN, REWRITE, HEADERS = a_lambda(), a_function(), a_function(VIEWER_RESPONSE, "headers")
ORIGIN = a_lambda("origin-request")


@pytest.mark.parametrize(
    ("displaced", "now", "recorded"),
    [
        pytest.param((SIGN,), (), (SIGN,), id="its place is empty"),
        pytest.param((SIGN,), (ORIGIN,), (SIGN, ORIGIN), id="an origin event is another place"),
        pytest.param((SIGN,), (REWRITE,), (REWRITE,), id="another function has its place"),
        pytest.param((SIGN,), (SIGN,), (SIGN,), id="it is back"),
        pytest.param((SIGN,), (HEADERS,), (SIGN, HEADERS), id="another place is taken"),
        pytest.param((REWRITE, HEADERS), (SIGN,), (SIGN, HEADERS), id="one of two is replaced"),
        pytest.param((ORIGIN,), (), (), id="ours does not displace it"),
    ],
)
def test_what_an_earlier_attach_displaced_stays_owed_while_its_place_is_empty(
    displaced: tuple[Association, ...],
    now: tuple[Association, ...],
    recorded: tuple[Association, ...],
) -> None:
    """Another party has removed ours, and perhaps attached something: that alone replaces it."""
    entry = _attach_to(a_record({None: lists(*displaced)}), a_behavior(None, *now))

    assert entry
    assert (tuple(sorted(recorded)), "E1") == (entry.lists.associations(), entry.attached_to)


def test_a_settled_entry_owes_nothing_to_the_next_maintenance() -> None:
    """Its function may have been removed long ago."""
    settled = a_record({None: lists(a_lambda())}, state=State.SETTLED)

    assert BehaviorRecord(lists(), "E1") == _attach_to(settled, a_behavior())


def test_settling_marks_only_the_named_behaviors() -> None:
    """Everything else in the record stays as it is."""
    before = a_record({None: lists(a_lambda()), "/a": lists()})

    after = before.with_settled([None])

    entry = BehaviorRecord(lists(a_lambda()), "E0", State.SETTLED)
    assert {**before.behaviors, None: entry} == after.behaviors
    assert (False, False, True) == (
        before.is_settled,
        after.is_settled,
        after.with_settled(["/a"]).is_settled,
    )
