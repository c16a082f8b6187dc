"""The table of what the standby engine does with a behavior, row by row."""

import pytest
from maintenance.cloudfront.plan import Action, Intent, Step
from maintenance.model import VIEWER_RESPONSE, Association, Behavior, Feature, Kind, Mode
from maintenance.standby.behaviors import (
    StandbyIntent,
    has_function,
    plan_steps,
    refusals,
    steps_taken,
    warnings,
)
from maintenance.standby.function import StandbyFunction

from tests.builders import ACCOUNT, a_behavior, a_distribution, a_function

ARN = f"arn:aws:cloudfront::{ACCOUNT}:function/site-standby"
FUNCTION = StandbyFunction(ARN, "site")
OURS = Association("viewer-request", Kind.CLOUDFRONT_FUNCTION, ARN)
HAS, LACKS = a_behavior(None, OURS), a_behavior()
SMOOTH = a_behavior("/video/*", features=(Feature.SMOOTH_STREAMING,))
CLOSE, OPEN = Mode.MAINTENANCE, Mode.LIVE


def _intent(mode: Mode, *except_paths: str, closes: bool = False) -> StandbyIntent:
    return StandbyIntent(Intent(mode, FUNCTION, arn=ARN, except_paths=except_paths), closes)


def _step(behavior: Behavior, desired: StandbyIntent) -> Step:
    [step] = plan_steps(a_distribution(behaviors=(behavior,)), desired)
    return step


@pytest.mark.parametrize(
    ("behavior", "desired", "action", "reason"),
    [
        (HAS, _intent(CLOSE), Action.CLOSE, "it has the standby function"),
        (HAS, _intent(CLOSE, closes=True), Action.KEEP, "it is in maintenance"),
        (HAS, _intent(OPEN), Action.KEEP, "it is live"),
        (HAS, _intent(OPEN, closes=True), Action.OPEN, "the store closes it"),
        (LACKS, _intent(CLOSE, "default"), Action.SKIP, "ExceptPaths names it: it stays open"),
        (SMOOTH, _intent(CLOSE), Action.SKIP, "CloudFront runs no CloudFront Function with Micros"),
        (LACKS, _intent(CLOSE), Action.REFUSE, "lacks the standby function: viewer-request is fre"),
        (LACKS, _intent(OPEN), Action.KEEP, "lacks the standby function: viewer-request is free"),
        (a_behavior(None, a_function()), _intent(CLOSE), Action.REFUSE, "CloudFront Function arn:"),
        (HAS, _intent(Mode.UNCHANGED), Action.KEEP, "neither the switch nor a window says anyth"),
    ],
)
def test_a_behavior_has_its_row(
    behavior: Behavior, desired: StandbyIntent, action: Action, reason: str
) -> None:
    """The reason begins, or ends, with what it is about."""
    step = _step(behavior, desired)

    assert action is step.action
    assert reason in step.reason


def test_a_function_at_another_event_is_no_conflict() -> None:
    """Of the same kind it may stay at viewer-response."""
    response = a_behavior(None, a_function(VIEWER_RESPONSE))
    assert "viewer-request is free" in _step(response, _intent(CLOSE)).reason


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [(HAS, (False, False)), (LACKS, (False, True)), (SMOOTH, (True, False))],
)
def test_a_step_says_whether_a_maintenance_could_close_it(
    behavior: Behavior, expected: tuple[bool, bool]
) -> None:
    """In every mode."""
    for mode in Mode:
        step = _step(behavior, _intent(mode))
        assert expected == (step.stays_open, step.lacks_function)


def test_only_what_is_written_changes() -> None:
    """A behavior that lacks the function is not closed by a write."""
    both = (HAS, a_behavior("/api/*"))
    steps = plan_steps(a_distribution(behaviors=both), _intent(CLOSE))

    assert [True, False] == [each.is_closed for each in steps_taken(steps)]
    assert [False, False] == [each.is_closed for each in steps]


def test_what_lacks_the_function_is_an_error_or_a_warning() -> None:
    """Never both: a warning while the site is open."""
    distribution = a_distribution(behaviors=(LACKS, a_behavior("/api/*")))
    for desired, errors, warned in ((_intent(CLOSE), 1, 0), (_intent(OPEN), 0, 1)):
        steps = plan_steps(distribution, desired)
        found = (refusals("E1", steps), tuple(warnings(distribution, steps, desired)))
        assert (errors, warned) == (len(found[0]), len(found[1]))
        assert "a maintenance leaves default, /api/* open, because" in str(found)


def test_a_distribution_has_the_function_if_any_behavior_has() -> None:
    """So one that is no target is found."""
    intent = _intent(OPEN).intent
    some = a_distribution(behaviors=(LACKS, a_behavior("/api/*", OURS)))

    assert (True, False) == (has_function(some, intent), has_function(a_distribution(), intent))
