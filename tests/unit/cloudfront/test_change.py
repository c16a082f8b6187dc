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


def _prepare(
    mode: Mode, xml: bytes, lists_by_path: Mapping[PathPattern, AssociationLists] | None = None
) -> Change:
    config = read_config(xml)
    intent = Intent(mode, EDGE, EDGE.base_arn)
    behaviors = [each.behavior for each in config.behaviors]
    plan = plan_distribution(DISTRIBUTION_ID, behaviors, intent)
    record = DisplacedRecord("site", DISTRIBUTION_ID, MappingProxyType(dict(lists_by_path or {})))
    return build_change(plan, config, record, intent)


def _held(change: Change) -> list[tuple[Association, ...]]:
    return [each.behavior.associations for each in read_config(change.xml).behaviors]


def test_attaching_takes_every_behavior_and_notes_what_was_there() -> None:
    """One new configuration for all of them, and one row each."""
    xml = config_xml(a_behavior(None, a_function()), a_behavior("*"))

    change = _prepare(Mode.MAINTENANCE, xml)

    assert [(OURS,), (OURS,)] == _held(change)
    assert change.record
    assert {None: lists(a_function()), "*": lists()} == dict(change.record.lists_by_path)


def test_replacing_alone_writes_no_note() -> None:
    """The rows are there since the older version was attached, and they still hold."""
    older = Association(OURS.event_type, OURS.kind, edge_arn(1))

    change = _prepare(Mode.MAINTENANCE, config_xml(a_behavior(None, older)), {None: lists()})

    assert ([(OURS,)], None) == (_held(change), change.record)


def test_attaching_beside_a_held_behavior_carries_its_row_over() -> None:
    """What stood there before ours did is not forgotten."""
    xml = config_xml(a_behavior(None, OURS), a_behavior("/new"))

    change = _prepare(Mode.MAINTENANCE, xml, {None: lists(a_function())})

    assert change.record
    assert {None: lists(a_function()), "/new": lists()} == dict(change.record.lists_by_path)


def test_detaching_puts_back_what_was_noted() -> None:
    """In every behavior its own, and the note is left as it is."""
    lists_by_path = {None: lists(a_function()), "*": lists(a_lambda())}
    xml = config_xml(a_behavior(None, OURS), a_behavior("*", OURS))

    change = _prepare(Mode.LIVE, xml, lists_by_path)

    assert [(a_function(),), (a_lambda(),)] == _held(change)
    assert ((a_function(), a_lambda()), (), None) == (
        change.restored,
        change.not_restored,
        change.record,
    )


def test_what_could_not_go_back_is_named() -> None:
    """Somebody attached a Lambda@Edge function meanwhile, and that wins."""
    came = a_lambda(VIEWER_RESPONSE)

    change = _prepare(
        Mode.LIVE, config_xml(a_behavior(None, OURS, came)), {None: lists(a_function())}
    )

    assert [(came,)] == _held(change)
    assert (a_function(),) == change.not_restored


def test_a_behavior_without_a_row_stays_closed() -> None:
    """Nobody knows what belongs there; the others are opened, and the sentence says what to do."""
    xml = config_xml(a_behavior(None, OURS), a_behavior("/x", OURS))

    change = _prepare(Mode.LIVE, xml, {None: lists()})

    assert [(), (OURS,)] == _held(change)
    (error,) = change.errors
    assert (
        f"the behavior /x of {DISTRIBUTION_ID} has the maintenance function, and the note does not "
        "say what was there before, so it stays closed: attach what belongs there yourself, or "
        "detach the function; what you do wins"
    ) == error


def test_the_default_behavior_is_called_default_in_a_fault() -> None:
    """It has no path pattern to be named by."""
    (error,) = _prepare(Mode.LIVE, config_xml(a_behavior(None, OURS))).errors

    assert error.startswith("the behavior default of ")


def test_a_plan_that_keeps_all_gives_the_same_bytes() -> None:
    """Nothing is written then."""
    xml = config_xml(a_behavior(None, a_function()), a_behavior("*"))

    assert xml == _prepare(Mode.LIVE, xml).xml
