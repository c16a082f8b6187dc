"""From the plan for one distribution to the bytes to write."""

from copy import replace

import pytest
from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import PathPattern, read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, State
from maintenance.cloudfront.plan import Intent, plan_distribution
from maintenance.model import VIEWER_RESPONSE, Association, Feature, Mode

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    a_record,
    config_xml,
    edge_arn,
    lists,
)

NO_RECORD = a_record({})
CLOSE = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn)
OPEN = Intent(Mode.LIVE, EDGE)


def _change(
    intent: Intent,
    xml: bytes,
    record: DisplacedRecord = NO_RECORD,
    *,
    etag: str = "E1",
    is_fresh: bool = True,
) -> Change:
    config = read_config(xml)
    behaviors = [each.behavior for each in config.behaviors]
    plan = plan_distribution(DISTRIBUTION_ID, behaviors, intent)
    return build_change(plan, config, ReadRecord(record, "R1", is_fresh), intent, etag=etag)


def _attached(change: Change) -> list[tuple[Association, ...]]:
    return [each.behavior.associations for each in read_config(change.xml).behaviors]


def _lists(record: DisplacedRecord | None) -> dict[PathPattern, AssociationLists]:
    return {path: each.lists for path, each in record.behaviors.items()} if record else {}


def test_attaching_changes_every_behavior_and_records_what_was_there() -> None:
    """One configuration and one record for all of them."""
    xml = config_xml(a_behavior(None, a_function()), a_behavior("*"))

    change = _change(CLOSE, xml)

    assert [(OURS,), (OURS,)] == _attached(change)
    assert {None: lists(a_function()), "*": lists()} == _lists(change.record)


def test_replacing_a_version_writes_no_record() -> None:
    """The record of the first attach is still valid."""
    older = Association(OURS.event_type, OURS.kind, edge_arn(1))

    change = _change(CLOSE, config_xml(a_behavior(None, older)), a_record({None: lists()}))

    assert ([(OURS,)], None) == (_attached(change), change.record)


def test_attaching_keeps_the_record_of_closed_behaviors() -> None:
    """It says what to restore there."""
    xml = config_xml(a_behavior(None, OURS), a_behavior("/new"))

    change = _change(CLOSE, xml, a_record({None: lists(a_function())}))

    assert {None: lists(a_function()), "/new": lists()} == _lists(change.record)


def test_detaching_restores_what_was_recorded() -> None:
    """In each behavior its own functions, which are not owed any more then."""
    record = a_record({None: lists(a_function()), "*": lists(a_lambda())})
    xml = config_xml(a_behavior(None, OURS), a_behavior("*", OURS))

    change = _change(OPEN, xml, record)

    assert [(a_function(),), (a_lambda(),)] == _attached(change)
    assert ((a_function(), a_lambda()), (), (), None) == (
        change.restored,
        change.refilled,
        change.not_restored,
        change.record,
    )
    assert ((None, "*"), True) == (change.settled, change.is_settled)


def test_functions_whose_place_was_taken_are_named() -> None:
    """CloudFront accepts none beside ours there, but if there is one, it stays."""
    came = a_function(VIEWER_RESPONSE, "headers")
    record = a_record({None: lists(a_function(VIEWER_RESPONSE))})

    change = _change(OPEN, config_xml(a_behavior(None, OURS, came)), record)

    assert [(came,)] == _attached(change)
    assert ((a_function(VIEWER_RESPONSE),), True) == (change.not_restored, change.is_settled)


def test_a_behavior_without_a_record_keeps_its_distribution_closed() -> None:
    """What belongs there is unknown, and half an open site is not open."""
    xml = config_xml(a_behavior(None, OURS), a_behavior("/x", OURS))

    change = _change(OPEN, xml, a_record({None: lists()}))

    assert (xml, (), False) == (change.xml, change.settled, change.is_settled)
    (error,) = change.errors
    assert (
        f"the behavior /x of {DISTRIBUTION_ID} stays closed: it has the maintenance function, and "
        "the record of displaced functions does not say what was there before. Attach what "
        "belongs there, or detach the function; the controller keeps what you do"
    ) == error


def test_a_behavior_without_a_record_leaves_excepted_ones_open_during_maintenance() -> None:
    """The rest of the distribution is closed on purpose."""
    intent = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, except_paths=("/x", "/y"))
    xml = config_xml(a_behavior(None, OURS), a_behavior("/x", OURS), a_behavior("/y", OURS))

    change = _change(intent, xml, a_record({"/y": lists(a_lambda())}))

    assert [(OURS,), (OURS,), (a_lambda(),)] == _attached(change)
    assert (1, ("/y",)) == (len(change.errors), change.settled)


def test_a_place_that_another_party_left_empty_is_filled_again() -> None:
    """Even if another behavior of the distribution stays closed."""
    record = a_record({None: lists(a_lambda())})
    xml = config_xml(a_behavior(), a_behavior("/x", OURS))

    change = _change(OPEN, xml, record)

    assert [(a_lambda(),), (OURS,)] == _attached(change)
    assert ((a_lambda(),), (a_lambda(),), (None,)) == (
        change.restored,
        change.refilled,
        change.settled,
    )


def test_the_default_behavior_is_called_default_in_an_error() -> None:
    """It has no path pattern."""
    (error,) = _change(OPEN, config_xml(a_behavior(None, OURS))).errors

    assert error.startswith("the behavior default of ")


def test_a_plan_that_changes_nothing_gives_the_same_bytes() -> None:
    """The run then writes nothing."""
    xml = config_xml(a_behavior(None, a_function()), a_behavior("*"))

    change = _change(OPEN, xml)

    assert (xml, (), (), True) == (change.xml, change.restored, change.settled, change.is_settled)


@pytest.mark.parametrize(
    ("etag", "is_fresh", "is_settled"),
    [("E0", True, False), ("E0", False, True), ("E1", True, True), ("E1", False, True)],
)
def test_an_entry_is_not_settled_while_its_own_attach_may_still_come(
    etag: str, *, is_fresh: bool, is_settled: bool
) -> None:
    """A fresh record for this very configuration may belong to a run that is about to update it."""
    xml = config_xml(a_behavior(None, a_lambda()), a_behavior("/a"))
    record = a_record({None: lists(a_lambda())})

    change = _change(OPEN, xml, record, etag=etag, is_fresh=is_fresh)

    assert (((None,) if is_settled else ()), is_settled) == (change.settled, change.is_settled)


def test_an_update_of_ours_ends_the_attach_that_might_have_come() -> None:
    """That run finds another configuration, and starts again."""
    record = a_record({None: lists(a_lambda())})

    change = _change(OPEN, config_xml(a_behavior()), record, etag="E0")

    assert ((None,), True) == (change.settled, change.is_settled)


def test_a_closed_site_keeps_its_entries() -> None:
    """The maintenance is not over."""
    record = a_record({None: lists(a_lambda())})

    change = _change(CLOSE, config_xml(a_behavior(None, OURS)), record)

    assert ((), ()) == (change.openings, change.settled)


def test_an_unchanged_site_is_left_alone() -> None:
    """Neither the switch nor a window says what it should be."""
    record = a_record({None: lists(a_lambda())}, state=State.DISPLACED)

    change = _change(Intent(Mode.UNCHANGED, EDGE), config_xml(a_behavior()), record)

    assert ((), ()) == (change.openings, change.settled)


@pytest.mark.parametrize(
    ("expected", "intent", "record"),
    [
        ([True, True, False], CLOSE, NO_RECORD),
        ([False, False, False], OPEN, a_record({None: lists(), "/old": lists(), "/grpc": lists()})),
        ([True, True, False], OPEN, a_record({None: lists(), "/grpc": lists()})),
    ],
)
def test_the_steps_say_afterwards_where_ours_is_attached(
    expected: list[bool], intent: Intent, record: DisplacedRecord
) -> None:
    """Also where it stays because the record lacks an entry."""
    old = replace(OURS, arn=edge_arn(3))
    closed = () if intent is CLOSE else (OURS,)
    grpc = a_behavior("/grpc", features={Feature.GRPC})
    xml = config_xml(a_behavior(None, *closed), a_behavior("/old", old), grpc)

    change = _change(intent, xml, record)

    assert expected == [each.is_closed for each in change.steps_taken]
    assert expected == [
        OURS.arn in str(each) or edge_arn(3) in str(each) for each in _attached(change)
    ]
