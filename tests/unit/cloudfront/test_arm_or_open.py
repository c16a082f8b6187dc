"""Ahead of a window nothing is displaced, and what is armed is replaced when it must close."""

from copy import replace

import pytest
from maintenance.cloudfront.plan import (
    ExistingFunctions,
    Intent,
    arm_or_open,
    plan_behavior,
    plan_distribution,
)
from maintenance.model import VIEWER_RESPONSE, Association, Behavior, Feature, Mode

from tests.builders import DISTRIBUTION_ID, EDGE, OURS, a_behavior, a_function, a_lambda, edge_arn

ARMED = replace(OURS, arn=edge_arn(8))
OTHER = replace(OURS, arn=edge_arn(9))
FORMER = replace(OURS, arn=edge_arn(random="F6E5D4C3B2A1"))
SIBLING = replace(OURS, arn=edge_arn(stack="other"))
# The window's version is OURS; ARMED is attached for another start, OTHER closes.
AHEAD = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, is_ahead=True, armed={OURS.arn, ARMED.arn})


@pytest.mark.parametrize(
    ("actions", "behaviors"),
    [
        ("attach", [a_behavior()]),
        ("attach", [a_behavior(None, a_lambda("origin-request"))]),
        ("attach", [a_behavior(None, a_lambda(VIEWER_RESPONSE))]),
        ("keep", [a_behavior(None, OURS)]),
        ("replace", [a_behavior(None, ARMED)]),
        ("detach", [a_behavior(None, OTHER)]),
        ("detach", [a_behavior(None, FORMER)]),
        ("keep", [a_behavior(None, a_lambda())]),
        ("keep", [a_behavior(None, a_function(VIEWER_RESPONSE))]),
        ("keep", [a_behavior(None, SIBLING)]),
        ("attach skip", [a_behavior(), a_behavior("/grpc/*", features={Feature.GRPC})]),
        ("keep keep", [a_behavior(), a_behavior("/x", a_function())]),
        ("detach keep", [a_behavior(None, OURS), a_behavior("/x", a_function())]),
        ("detach keep", [a_behavior(None, OTHER), a_behavior("/x")]),
    ],
)
def test_a_distribution_is_armed_whole_or_open(actions: str, behaviors: list[Behavior]) -> None:
    """Where one behavior would lose its function, the others wait for the start too."""
    for existing in ExistingFunctions:
        intent = arm_or_open(replace(AHEAD, existing_functions=existing), behaviors)
        plan = plan_distribution(DISTRIBUTION_ID, behaviors, intent)

        assert actions.split() == [each.action for each in plan.steps]


def test_an_excepted_behavior_does_not_keep_the_others_from_being_armed() -> None:
    """It stays open, and so does its function."""
    intent = replace(AHEAD, except_paths=("/x",))
    behaviors = [a_behavior(), a_behavior("/x", a_function())]

    assert intent == arm_or_open(intent, behaviors)


def test_an_intent_that_is_not_ahead_stays_as_it_is() -> None:
    """At the start, functions are displaced."""
    intent = replace(AHEAD, is_ahead=False)

    assert intent == arm_or_open(intent, [a_behavior(None, a_lambda())])


@pytest.mark.parametrize("is_fallback", [True, False])
def test_what_is_armed_is_replaced_when_the_site_is_to_close(*, is_fallback: bool) -> None:
    """Even by a fallback, because it would let visitors through until its window begins."""
    intent = replace(AHEAD, is_ahead=False, is_fallback=is_fallback)
    step = plan_behavior(a_behavior(None, ARMED), intent)

    assert ("replace", f"a version is attached that lets visitors through, {ARMED.arn}") == (
        step.action,
        step.reason,
    )


@pytest.mark.parametrize(
    ("association", "is_armed", "has_page"),
    [(OURS, True, False), (ARMED, True, False), (OTHER, False, True), (a_lambda(), False, False)],
)
def test_visitors_get_no_page_where_ours_is_armed(
    association: Association, *, is_armed: bool, has_page: bool
) -> None:
    """Whatever is planned there."""
    for mode in Mode:
        step = plan_behavior(a_behavior(None, association), replace(AHEAD, mode=mode))

        assert (is_armed, has_page) == (step.is_armed, step.has_page)
