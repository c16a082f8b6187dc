"""From the plan for one distribution to the bytes to write."""

from collections.abc import Mapping
from types import MappingProxyType

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import PathPattern, read_config
from maintenance.cloudfront.displaced import DisplacedRecord
from maintenance.cloudfront.plan import Intent, plan_distribution
from maintenance.model import VIEWER_RESPONSE, Association, Mode

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    config_xml,
    edge_arn,
    lists,
)


def _change(
    mode: Mode, xml: bytes, lists_by_path: Mapping[PathPattern, AssociationLists] | None = None
) -> Change:
    config = read_config(xml)
    intent = Intent(mode, EDGE, EDGE.base_arn)
    behaviors = [each.behavior for each in config.behaviors]
    plan = plan_distribution(DISTRIBUTION_ID, behaviors, intent)
    record = DisplacedRecord("site", DISTRIBUTION_ID, MappingProxyType(dict(lists_by_path or {})))
    return build_change(plan, config, record, intent)


def _attached(change: Change) -> list[tuple[Association, ...]]:
    return [each.behavior.associations for each in read_config(change.xml).behaviors]


def test_attaching_changes_every_behavior_and_records_what_was_there() -> None:
    """One configuration and one record for all of them."""
    xml = config_xml(a_behavior(None, a_function()), a_behavior("*"))

    change = _change(Mode.MAINTENANCE, xml)

    assert [(OURS,), (OURS,)] == _attached(change)
    assert change.record
    assert {None: lists(a_function()), "*": lists()} == dict(change.record.lists_by_path)


def test_replacing_a_version_writes_no_record() -> None:
    """The record of the first attach is still valid."""
    older = Association(OURS.event_type, OURS.kind, edge_arn(1))

    change = _change(Mode.MAINTENANCE, config_xml(a_behavior(None, older)), {None: lists()})

    assert ([(OURS,)], None) == (_attached(change), change.record)


def test_attaching_keeps_the_record_of_closed_behaviors() -> None:
    """It says what to restore there."""
    xml = config_xml(a_behavior(None, OURS), a_behavior("/new"))

    change = _change(Mode.MAINTENANCE, xml, {None: lists(a_function())})

    assert change.record
    assert {None: lists(a_function()), "/new": lists()} == dict(change.record.lists_by_path)


def test_detaching_restores_what_was_recorded() -> None:
    """In each behavior its own functions; the record is not rewritten."""
    lists_by_path = {None: lists(a_function()), "*": lists(a_lambda())}
    xml = config_xml(a_behavior(None, OURS), a_behavior("*", OURS))

    change = _change(Mode.LIVE, xml, lists_by_path)

    assert [(a_function(),), (a_lambda(),)] == _attached(change)
    assert ((a_function(), a_lambda()), (), None) == (
        change.restored,
        change.not_restored,
        change.record,
    )


def test_functions_that_were_not_restored_are_named() -> None:
    """A Lambda@Edge function was attached in the meantime, and stays."""
    came = a_lambda(VIEWER_RESPONSE)

    change = _change(
        Mode.LIVE, config_xml(a_behavior(None, OURS, came)), {None: lists(a_function())}
    )

    assert [(came,)] == _attached(change)
    assert (a_function(),) == change.not_restored


def test_a_behavior_without_a_record_stays_closed() -> None:
    """What belongs there is unknown. The others open, and the error says what to do."""
    xml = config_xml(a_behavior(None, OURS), a_behavior("/x", OURS))

    change = _change(Mode.LIVE, xml, {None: lists()})

    assert [(), (OURS,)] == _attached(change)
    (error,) = change.errors
    assert (
        f"the behavior /x of {DISTRIBUTION_ID} stays closed: it has the maintenance function, and "
        "the record of displaced functions does not say what was there before. Attach what "
        "belongs there, or detach the function; the controller keeps what you do"
    ) == error


def test_the_default_behavior_is_called_default_in_an_error() -> None:
    """It has no path pattern."""
    (error,) = _change(Mode.LIVE, config_xml(a_behavior(None, OURS))).errors

    assert error.startswith("the behavior default of ")


def test_a_plan_that_changes_nothing_gives_the_same_bytes() -> None:
    """The run then writes nothing."""
    xml = config_xml(a_behavior(None, a_function()), a_behavior("*"))

    assert xml == _change(Mode.LIVE, xml).xml
