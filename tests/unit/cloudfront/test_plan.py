"""The table in the docstring of `plan`, row by row, and the reason of each step."""

from copy import replace

import pytest
from maintenance.cloudfront import plan
from maintenance.cloudfront.plan import (
    Action,
    ExistingFunctions,
    Intent,
    Plan,
    Step,
    plan_behavior,
    plan_distribution,
    unmatched_except_paths,
)
from maintenance.model import VIEWER_RESPONSE, Association, Behavior, Feature, Mode

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    edge_arn,
)

CLOSE = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn)
REFUSE = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, existing_functions=ExistingFunctions.REFUSE)
OPEN = Intent(Mode.LIVE, EDGE)
LEAVE = Intent(Mode.UNCHANGED, EDGE)

OLDER = replace(OURS, arn=edge_arn(3))
FORMER = replace(OURS, arn=edge_arn(random="F6E5D4C3B2A1"))
SIBLING = replace(OURS, arn=edge_arn(stack="other"))

type _Row = tuple[tuple[Association, ...], str, str, str]

# What is attached to a behavior, and the action for closing, for closing without displacing
# anything, and for opening.
TABLE: dict[str, list[_Row]] = {
    "no conflicting function": [
        ((), "attach", "attach", "keep"),
        ((a_lambda("origin-request"),), "attach", "attach", "keep"),
        ((a_lambda(VIEWER_RESPONSE),), "attach", "attach", "keep"),
    ],
    "the selected version of ours": [
        ((OURS,), "keep", "keep", "detach"),
        ((OURS, a_lambda(VIEWER_RESPONSE)), "keep", "keep", "detach"),
    ],
    "another version of ours": [((OLDER,), "replace", "replace", "detach")],
    "a former function of this stack": [((FORMER,), "replace", "replace", "detach")],
    "a conflicting function": [
        ((a_lambda(),), "attach", "refuse", "keep"),
        ((a_function(),), "attach", "refuse", "keep"),
        ((a_function(VIEWER_RESPONSE),), "attach", "refuse", "keep"),
    ],
    "a conflicting sibling": [((SIBLING,), "refuse", "refuse", "keep")],
}
ROWS = [
    pytest.param(a_behavior("/x", *row[0]), *row[1:], id=f"{name} {number}")
    for name, rows in TABLE.items()
    for number, row in enumerate(rows, start=1)
]


@pytest.mark.parametrize(("behavior", "closing", "refusing", "opening"), ROWS)
def test_every_row_of_the_table(
    behavior: Behavior, closing: str, refusing: str, opening: str
) -> None:
    """The columns: maintenance, maintenance with ExistingFunctions refuse, live."""
    actions = [plan_behavior(behavior, intent).action for intent in (CLOSE, REFUSE, OPEN)]

    assert [closing, refusing, opening] == actions


def test_the_rows_are_those_of_the_docstring() -> None:
    """In its order, except for the last one, which has a test of its own below."""
    body = (plan.__doc__ or "").split("\n\n")[2].splitlines()[2:-2]

    assert list(TABLE) == [row.strip().split("  ")[0] for row in body]


@pytest.mark.parametrize("attached", [(), (a_function(),), (SIBLING,)])
@pytest.mark.parametrize(("intent", "action"), [(CLOSE, "skip"), (REFUSE, "skip"), (OPEN, "keep")])
def test_a_behavior_with_an_unsupported_feature_is_skipped(
    attached: tuple[Association, ...], intent: Intent, action: str
) -> None:
    """Whatever is attached there; the reason names the feature."""
    step = plan_behavior(a_behavior("/x", *attached, features={Feature.GRPC}), intent)

    assert action == step.action
    assert (intent is OPEN) is ("gRPC" not in step.reason)


@pytest.mark.parametrize("intent", [CLOSE, OPEN, LEAVE])
def test_a_step_says_whether_maintenance_leaves_the_behavior_open(intent: Intent) -> None:
    """In every mode: excepted, or unable to run ours."""
    behaviors = [a_behavior("/x"), a_behavior("/y"), a_behavior("/z", features={Feature.GRPC})]
    excepting = replace(intent, except_paths=("/y",))

    assert [False, True, True] == [plan_behavior(each, excepting).stays_open for each in behaviors]


def test_a_fallback_replaces_no_version_of_ours() -> None:
    """It is attached only where ours is not attached yet, or a former function of the stack is."""
    fallback = replace(CLOSE, is_fallback=True)

    assert [Action.KEEP, Action.ATTACH, Action.REPLACE] == [
        plan_behavior(a_behavior("/x", *attached), fallback).action
        for attached in ((OLDER,), (), (FORMER,))
    ]


@pytest.mark.parametrize("attached", [(), (OURS,), (a_function(),), (SIBLING,)])
def test_without_switch_and_windows_everything_stays(
    attached: tuple[Association, ...],
) -> None:
    """Deleting the switch closes nothing and opens nothing."""
    assert Action.KEEP == plan_behavior(a_behavior("/x", *attached), LEAVE).action


@pytest.mark.parametrize(
    ("except_paths", "path_pattern", "is_open"),
    [
        (("/health",), "/health", True),
        (("health",), "/health", True),
        (("/health",), "health", True),
        (("/health",), "/health/*", False),
        (("/other", "*"), "*", True),
        (("*",), None, False),
        (("default",), None, True),
        (("default",), "/default", False),
        (("default",), "default", False),
        (("/default",), "/default", True),
        (("/default",), "default", True),
        (("/default",), None, False),
        (("",), None, False),
        ((), None, False),
    ],
)
def test_the_behaviors_in_except_paths_stay_open(
    except_paths: tuple[str, ...], path_pattern: str | None, *, is_open: bool
) -> None:
    """As the distribution writes them, with or without the first slash; default is a keyword."""
    intent = replace(CLOSE, except_paths=except_paths)
    expected = Mode.LIVE if is_open else Mode.MAINTENANCE

    assert expected == intent.mode_of(a_behavior(path_pattern))


def test_a_closed_behavior_in_except_paths_is_opened() -> None:
    """The owner has added it since it was closed."""
    intent = replace(CLOSE, except_paths=("/x",))

    assert Action.DETACH == plan_behavior(a_behavior("/x", OURS), intent).action


def test_without_switch_and_windows_except_paths_open_nothing() -> None:
    """They are exceptions from closing."""
    intent = replace(LEAVE, except_paths=("/x",))

    assert Mode.UNCHANGED == intent.mode_of(a_behavior("/x"))


def test_attaching_names_every_displaced_function() -> None:
    """Both conflicting functions are named and recorded; the one at the origin stays."""
    first, second = a_function(), a_function(VIEWER_RESPONSE, "headers")

    step = plan_behavior(a_behavior("/x", first, second, a_lambda("origin-request")), CLOSE)

    assert (first, second) == step.conflicting
    assert f"displaces {first} and {second}" == step.reason


def test_a_refusal_names_the_function_and_the_remedy() -> None:
    """The owner reads what to detach."""
    step = plan_behavior(a_behavior("/x", a_function()), REFUSE)

    assert (
        f"{a_function()} conflicts, and ExistingFunctions is refuse: detach it, or set "
        "ExistingFunctions to displace"
    ) == step.reason
    assert ("/x", (a_function(),)) == (step.path_pattern, step.conflicting)


def test_a_sibling_is_refused_with_the_names_of_both_stacks() -> None:
    """Neither must displace the other."""
    step = plan_behavior(a_behavior("/x", SIBLING), CLOSE)

    assert (
        "it is closed by the stack other, so the stack site leaves it alone: name this "
        "distribution in only one of the two stacks"
    ) == step.reason


@pytest.mark.parametrize("intent", [CLOSE, OPEN, LEAVE])
def test_a_step_names_the_sibling_that_closes_the_behavior(intent: Intent) -> None:
    """In every mode; only at viewer-request, where it answers visitors, and ours is no sibling."""
    elsewhere = replace(SIBLING, event_type=VIEWER_RESPONSE)

    assert ["other", "", "", ""] == [
        plan_behavior(a_behavior("/x", *attached), intent).sibling
        for attached in ((SIBLING,), (elsewhere,), (OURS,), ())
    ]


@pytest.mark.parametrize(
    ("intent", "behavior", "reason"),
    [
        (LEAVE, a_behavior("/x"), "neither the switch nor a window says anything"),
        (OPEN, a_behavior("/x"), "it is live"),
        (
            replace(CLOSE, except_paths=["/x"]),
            a_behavior("/x"),
            "ExceptPaths names it: it stays open",
        ),
        (OPEN, a_behavior("/x", OURS), "the maintenance function is attached"),
        (CLOSE, a_behavior("/x"), "viewer-request is free"),
        (CLOSE, a_behavior("/x", OURS), "it is in maintenance"),
        # The log then shows which deployment a page came from.
        (CLOSE, a_behavior("/x", OLDER), f"another version is attached, {OLDER.arn}"),
        (
            CLOSE,
            a_behavior("/x", FORMER),
            f"a former function of this stack is attached, {FORMER.arn}",
        ),
        (
            replace(CLOSE, mode=Mode.LIVE),
            a_behavior("/x", FORMER),
            f"a former function of this stack is attached, {FORMER.arn}",
        ),
        (
            replace(CLOSE, is_fallback=True),
            a_behavior("/x", OLDER),
            f"it is in maintenance, with {OLDER.arn}",
        ),
        (
            CLOSE,
            a_behavior("/x", features={Feature.GRPC}),
            "CloudFront runs no Lambda@Edge function with gRPC: it stays open",
        ),
    ],
)
def test_a_step_has_a_reason(intent: Intent, behavior: Behavior, reason: str) -> None:
    """People read it in a plan, and in the report of a run."""
    assert reason == plan_behavior(behavior, intent).reason


def test_ours_at_another_event_closes_nothing() -> None:
    """Another party attached it there, and may keep it."""
    elsewhere = replace(OURS, event_type=VIEWER_RESPONSE)

    step = plan_behavior(a_behavior("/x", elsewhere), OPEN)

    assert (Action.KEEP, False) == (step.action, step.is_closed)


def test_an_exception_that_matches_no_behavior_is_reported() -> None:
    """A typing error in ExceptPaths closes a path that should stay open."""
    behaviors = [a_behavior(None), a_behavior("/health")]

    (sentence,) = unmatched_except_paths(["health", "/healht", "default"], behaviors)
    assert (
        "ExceptPaths names /healht, and no target has such a behavior: write the path pattern as "
        "the distribution does"
    ) == sentence


@pytest.mark.parametrize("intent", [CLOSE, OPEN, LEAVE])
@pytest.mark.parametrize(
    ("expected", "attached"),
    [(True, OURS), (True, OLDER), (False, SIBLING), (False, a_function())],
)
def test_a_behavior_is_closed_where_ours_is_attached(
    intent: Intent, attached: Association, *, expected: bool
) -> None:
    """Before the step, whatever it will do."""
    assert expected is plan_behavior(a_behavior("/x", attached), intent).is_closed


def test_a_plan_has_one_step_per_behavior_in_order() -> None:
    """A report then reads like the distribution."""
    behaviors = [a_behavior(None), a_behavior("/z"), a_behavior("/a", OURS)]

    planned = plan_distribution(DISTRIBUTION_ID, behaviors, CLOSE)

    expected = [(None, "attach"), ("/z", "attach"), ("/a", "keep")]
    assert expected == [(step.path_pattern, step.action) for step in planned.steps]
    assert planned.steps[:2] == planned.with_action(Action.ATTACH)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.KEEP, True),
        (Action.SKIP, True),
        (Action.ATTACH, False),
        (Action.REPLACE, False),
        (Action.DETACH, False),
        (Action.REFUSE, False),
    ],
)
def test_a_plan_is_empty_without_changes_and_refusals(action: Action, *, expected: bool) -> None:
    """A refusal has to be reported."""
    assert expected is Plan(DISTRIBUTION_ID, (Step(None, action, ""),)).is_empty
