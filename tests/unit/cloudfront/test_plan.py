"""The table in the docstring of `plan`, row by row, and what is said about each."""

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
SIBLING = replace(OURS, arn=edge_arn(stack="other"))

type _Row = tuple[tuple[Association, ...], str, str, str]

# What stands in a behavior, and the action where the site is to be closed, closed without
# displacing anything, and open.
TABLE: dict[str, list[_Row]] = {
    "no stranger in the way": [
        ((), "attach", "attach", "keep"),
        ((a_lambda("origin-request"),), "attach", "attach", "keep"),
        ((a_lambda(VIEWER_RESPONSE),), "attach", "attach", "keep"),
    ],
    "the wanted version of ours": [
        ((OURS,), "keep", "keep", "detach"),
        ((OURS, a_lambda(VIEWER_RESPONSE)), "keep", "keep", "detach"),
    ],
    "another version of ours": [((OLDER,), "replace", "replace", "detach")],
    "a stranger in the way": [
        ((a_lambda(),), "attach", "refuse", "keep"),
        ((a_function(),), "attach", "refuse", "keep"),
        ((a_function(VIEWER_RESPONSE),), "attach", "refuse", "keep"),
    ],
    "a sibling in the way": [((SIBLING,), "refuse", "refuse", "keep")],
}
ROWS = [
    pytest.param(a_behavior("/x", *row[0]), *row[1:], id=f"{attached_version} {number}")
    for attached_version, lists_by_path in TABLE.items()
    for number, row in enumerate(lists_by_path, start=1)
]


@pytest.mark.parametrize(("behavior", "closing", "refusing", "opening"), ROWS)
def test_every_row_of_the_table(
    behavior: Behavior, closing: str, refusing: str, opening: str
) -> None:
    """The columns: maintenance, maintenance with ExistingFunctions refuse, live."""
    actions = [plan_behavior(behavior, intent).action for intent in (CLOSE, REFUSE, OPEN)]

    assert [closing, refusing, opening] == actions


def test_the_rows_are_those_of_the_docstring() -> None:
    """In its order, but for the last one, which has a test of its own below."""
    body = (plan.__doc__ or "").split("\n\n")[2].splitlines()[2:-2]

    assert list(TABLE) == [row.strip().split("  ")[0] for row in body]


@pytest.mark.parametrize("attached_version", [(), (a_function(),), (SIBLING,)])
@pytest.mark.parametrize(("intent", "action"), [(CLOSE, "skip"), (REFUSE, "skip"), (OPEN, "keep")])
def test_a_behavior_that_lambda_at_edge_cannot_run_on_is_skipped(
    attached_version: tuple[Association, ...], intent: Intent, action: str
) -> None:
    """Whatever stands there, and the reason names the feature."""
    step = plan_behavior(a_behavior("/x", *attached_version, features={Feature.GRPC}), intent)

    assert action == step.action
    assert (intent is OPEN) is ("gRPC" not in step.reason)


def test_what_stands_in_for_a_better_version_replaces_none_of_ours() -> None:
    """It only goes where nothing of ours is attached yet."""
    is_fallback = replace(CLOSE, is_fallback=True)

    assert [Action.KEEP, Action.ATTACH] == [
        plan_behavior(a_behavior("/x", *attached_version), is_fallback).action
        for attached_version in ((OLDER,), ())
    ]


@pytest.mark.parametrize("attached_version", [(), (OURS,), (a_function(),), (SIBLING,)])
def test_where_nobody_has_said_what_is_wanted_all_is_kept(
    attached_version: tuple[Association, ...],
) -> None:
    """A switch that was deleted closes nothing and lifts nothing."""
    assert Action.KEEP == plan_behavior(a_behavior("/x", *attached_version), LEAVE).action


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
    """Named as the distribution writes them, with or without the first slash; default is a word."""
    intent = replace(CLOSE, except_paths=except_paths)
    expected = Mode.LIVE if is_open else Mode.MAINTENANCE

    assert expected == intent.mode_of(a_behavior(path_pattern))


def test_a_behavior_newly_in_except_paths_is_opened() -> None:
    """Ours sits there, and the owner wants it open."""
    intent = replace(CLOSE, except_paths=("/x",))

    assert Action.DETACH == plan_behavior(a_behavior("/x", OURS), intent).action


def test_except_paths_open_nothing_where_nobody_has_said_what_is_wanted() -> None:
    """They are exceptions from closing, not orders of their own."""
    intent = replace(LEAVE, except_paths=("/x",))

    assert Mode.UNCHANGED == intent.mode_of(a_behavior("/x"))


def test_attaching_names_everything_that_it_displaces() -> None:
    """Both functions go, so both are named and noted; the one at origin stays."""
    first, second = a_function(), a_function(VIEWER_RESPONSE, "headers")

    step = plan_behavior(a_behavior("/x", first, second, a_lambda("origin-request")), CLOSE)

    assert (first, second) == step.conflicting
    assert f"displaces {first} and {second}" == step.reason


def test_a_refusal_names_the_occupant_and_the_remedy() -> None:
    """So that the owner knows what to detach."""
    step = plan_behavior(a_behavior("/x", a_function()), REFUSE)

    assert (
        f"{a_function()} is in the way and ExistingFunctions says refuse: detach it, or set "
        "ExistingFunctions to displace"
    ) == step.reason
    assert ("/x", (a_function(),)) == (step.path_pattern, step.conflicting)


def test_a_sibling_is_refused_by_naming_both_stacks() -> None:
    """Neither of the two must displace the other."""
    step = plan_behavior(a_behavior("/x", SIBLING), CLOSE)

    assert (
        "it is in maintenance by the stack other, so the stack site leaves it alone: let only one "
        "of the two name this distribution"
    ) == step.reason


@pytest.mark.parametrize(
    ("intent", "behavior", "reason"),
    [
        (LEAVE, a_behavior("/x"), "nobody has said what is wanted"),
        (OPEN, a_behavior("/x"), "it is live"),
        (OPEN, a_behavior("/x", OURS), "the maintenance function is attached"),
        (CLOSE, a_behavior("/x"), "its viewer-request slot is free"),
        (CLOSE, a_behavior("/x", OURS), "it is in maintenance"),
        # The log then tells which deployment a page came from.
        (CLOSE, a_behavior("/x", OLDER), f"it has another version of ours, {OLDER.arn}"),
        (
            replace(CLOSE, is_fallback=True),
            a_behavior("/x", OLDER),
            f"it is in maintenance, with {OLDER.arn}",
        ),
        (
            CLOSE,
            a_behavior("/x", features={Feature.GRPC}),
            "a Lambda@Edge function does not run with gRPC: visitors get through",
        ),
    ],
)
def test_a_step_says_why_it_is_taken(intent: Intent, behavior: Behavior, reason: str) -> None:
    """It is what a person reads in a plan, and in the report of a run."""
    assert Step("/x", plan_behavior(behavior, intent).action, reason) == replace(
        plan_behavior(behavior, intent), is_closed=False
    )


def test_ours_at_another_event_is_not_what_closes_a_site() -> None:
    """Somebody attached it there, and it stays theirs."""
    elsewhere = replace(OURS, event_type=VIEWER_RESPONSE)

    step = plan_behavior(a_behavior("/x", elsewhere), OPEN)

    assert (Action.KEEP, False) == (step.action, step.is_closed)


def test_an_exception_that_keeps_nothing_open_is_said_to() -> None:
    """A slip in ExceptPaths closes what was to stay open."""
    behaviors = [a_behavior(None), a_behavior("/health")]

    (sentence,) = unmatched_except_paths(["health", "/healht", "default"], behaviors)
    assert (
        "ExceptPaths names /healht, and no target has such a behavior: write the path pattern as "
        "the distribution does"
    ) == sentence


@pytest.mark.parametrize("intent", [CLOSE, OPEN, LEAVE])
@pytest.mark.parametrize(
    ("expected", "attached_version"),
    [(True, OURS), (True, OLDER), (False, SIBLING), (False, a_function())],
)
def test_a_behavior_is_closed_where_ours_is_attached(
    intent: Intent, attached_version: Association, *, expected: bool
) -> None:
    """As things are, whatever is wanted and will be done."""
    assert expected is plan_behavior(a_behavior("/x", attached_version), intent).is_closed


def test_a_plan_has_one_step_per_behavior_in_their_order() -> None:
    """So that a report reads like the distribution."""
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
def test_a_plan_is_empty_when_nothing_is_to_be_done_or_said(
    action: Action, *, expected: bool
) -> None:
    """A refusal has to be reported, so it is not nothing."""
    assert expected is Plan(DISTRIBUTION_ID, (Step(None, action, ""),)).is_empty
