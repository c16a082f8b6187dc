"""
A second engine, with another kind, other conflicts and another quota.

Planning, attaching, the record of displaced functions and restoring work with it unchanged.
"""

from copy import replace

import pytest
from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import (
    DisplacedRecord,
    ReadRecord,
    decode,
    empty_record,
    encode,
)
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import (
    Action,
    ExistingFunctions,
    Intent,
    count_functions,
    plan_behavior,
    plan_distribution,
)
from maintenance.model import (
    VIEWER_REQUEST,
    VIEWER_RESPONSE,
    Association,
    Feature,
    Kind,
    Mode,
)

from tests.builders import (
    DISTRIBUTION_ID,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    config_xml,
    lists,
)
from tests.engines import INVENTED, invented_arn

CLOSE = Intent(Mode.MAINTENANCE, INVENTED, invented_arn())
OPEN = Intent(Mode.LIVE, INVENTED)
ATTACHED = Association(VIEWER_REQUEST, Kind.CLOUDFRONT_FUNCTION, invented_arn())
OLDER = replace(ATTACHED, arn=invented_arn(3))
SIBLING = replace(ATTACHED, arn=invented_arn(stack="other"))
EMPTY = empty_record(stack="site", distribution_id=DISTRIBUTION_ID)


@pytest.mark.parametrize(
    ("attached", "closing", "opening"),
    [
        ((), "attach", "keep"),
        ((a_function(VIEWER_RESPONSE),), "attach", "keep"),
        ((a_lambda("origin-request"),), "attach", "keep"),
        ((ATTACHED,), "keep", "detach"),
        ((OLDER,), "replace", "detach"),
        ((a_function(),), "attach", "keep"),
        ((a_lambda(VIEWER_RESPONSE),), "attach", "keep"),
        # Lambda@Edge's own maintenance function is just another function to this engine.
        ((OURS,), "attach", "keep"),
        ((SIBLING,), "refuse", "keep"),
    ],
    ids=str,
)
def test_a_plan_has_the_same_table(
    attached: tuple[Association, ...], closing: str, opening: str
) -> None:
    """What is ours, and what conflicts, comes from the engine."""
    behavior = a_behavior("/x", *attached)

    actions = tuple(plan_behavior(behavior, each).action for each in (CLOSE, OPEN))

    assert (closing, opening) == actions


@pytest.mark.parametrize(
    ("association", "expected"),
    [
        (a_lambda(), True),
        (a_lambda(VIEWER_RESPONSE), True),
        (a_lambda("origin-request"), False),
        (a_function(), True),
        (a_function(VIEWER_RESPONSE), False),
    ],
    ids=str,
)
def test_only_conflicting_functions_are_displaced(
    association: Association, *, expected: bool
) -> None:
    """At viewer-response this engine displaces Lambda@Edge and leaves CloudFront Functions."""
    step = plan_behavior(a_behavior("/x", association), CLOSE)

    assert ((association,) if expected else ()) == step.conflicting


def test_a_conflicting_function_is_refused_by_its_own_name() -> None:
    """The sentence needs nothing of the engine."""
    intent = replace(CLOSE, existing_functions=ExistingFunctions.REFUSE)

    step = plan_behavior(a_behavior("/x", a_lambda(VIEWER_RESPONSE)), intent)

    assert (Action.REFUSE, True) == (step.action, str(a_lambda(VIEWER_RESPONSE)) in step.reason)


@pytest.mark.parametrize(
    ("feature", "action"), [(Feature.GRPC, Action.ATTACH), (Feature.SMOOTH_STREAMING, Action.SKIP)]
)
def test_the_engine_decides_which_features_keep_a_behavior_open(
    feature: Feature, action: Action
) -> None:
    """A CloudFront Function would run with gRPC, which Lambda@Edge does not."""
    step = plan_behavior(a_behavior("/x", features={feature}), CLOSE)

    assert action is step.action
    if action is Action.SKIP:
        assert (
            "CloudFront runs no CloudFront Function with Microsoft Smooth Streaming: it stays open"
        ) == step.reason


BEFORE = (
    a_behavior(None, a_lambda(), a_lambda(VIEWER_RESPONSE), a_lambda("origin-request")),
    a_behavior("/a", a_function(), a_function(VIEWER_RESPONSE)),
    a_behavior("/b"),
)


def _change(intent: Intent, xml: bytes, record: DisplacedRecord = EMPTY) -> Change:
    config = read_config(xml)
    behaviors = [each.behavior for each in config.behaviors]
    plan = plan_distribution(DISTRIBUTION_ID, behaviors, intent)
    return build_change(plan, config, ReadRecord(record, "R1"), intent, etag="E1")


def _attached(xml: bytes) -> list[tuple[Association, ...]]:
    return [each.behavior.associations for each in read_config(xml).behaviors]


def _closed() -> tuple[bytes, DisplacedRecord]:
    """Return the configuration with ours in it, and the record as the next run reads it."""
    change = _change(CLOSE, config_xml(*BEFORE))
    assert change.record
    body = encode(change.record, write="w")
    return change.xml, decode(body, stack="site", distribution_id=DISTRIBUTION_ID)


def test_attaching_goes_into_the_list_of_the_engines_kind() -> None:
    """Conflicting functions of both kinds leave, the others stay."""
    xml, _ = _closed()

    assert [
        tuple(sorted((ATTACHED, a_lambda("origin-request")))),
        tuple(sorted((ATTACHED, a_function(VIEWER_RESPONSE)))),
        (ATTACHED,),
    ] == _attached(xml)


def test_the_record_holds_what_was_displaced() -> None:
    """Both lists of each behavior, as they were."""
    _, record = _closed()

    assert {each.path_pattern: lists(*each.associations) for each in BEFORE} == {
        path: each.lists for path, each in record.behaviors.items()
    }


def test_detaching_restores_every_byte() -> None:
    """As with Lambda@Edge, if nothing has changed since."""
    change = _change(OPEN, *_closed())

    assert config_xml(*BEFORE) == change.xml
    assert ({a_lambda(), a_lambda(VIEWER_RESPONSE), a_function()}, ()) == (
        set(change.restored),
        change.not_restored,
    )


def test_a_new_function_of_the_engines_kind_keeps_the_other_kind_from_returning() -> None:
    """The kinds never mix at viewer events, so the site stays closed and the function is named."""
    _, record = _closed()
    new = a_function(VIEWER_RESPONSE, "headers")
    xml = config_xml(a_behavior(None, ATTACHED, new), *BEFORE[1:])

    change = _change(OPEN, xml, record)

    assert xml == change.xml
    (error,) = change.errors
    assert f"stays closed: {a_lambda()} must be restored" in error


def test_a_version_is_replaced_without_a_record() -> None:
    """The record of the first attach is still valid."""
    change = _change(CLOSE, config_xml(a_behavior(None, OLDER)))

    assert ([(ATTACHED,)], None) == (_attached(change.xml), change.record)


@pytest.mark.parametrize(
    ("attached", "expected"),
    [((ATTACHED,), ATTACHED.arn), ((OLDER,), OLDER.arn), ((OURS,), None), ((SIBLING,), None)],
    ids=str,
)
def test_a_site_is_closed_where_the_engines_own_function_is_attached(
    attached: tuple[Association, ...], expected: str | None
) -> None:
    """Another engine's function, and another stack's, close nothing for this one."""
    assert expected == attached_version(attached, INVENTED)


def test_the_quota_counts_the_engines_kind() -> None:
    """Displaced functions of the other kind make no room; those of its own kind do."""
    plan = plan_distribution(DISTRIBUTION_ID, BEFORE, CLOSE)

    assert 4 == count_functions(INVENTED.kind, BEFORE, plan)
