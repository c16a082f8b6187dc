"""Where the standby function is attached, and where it is not: each row of the module's table."""

import pytest
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.plan import Action
from maintenance.model import VIEWER_RESPONSE, Association, Feature
from maintenance.standby.attachment import Attach, Detach, changed_config, plan_attachment
from maintenance.standby.function import StandbyFunction

from tests.builders import (
    ACCOUNT,
    DISTRIBUTION_ID,
    OURS,
    a_behavior,
    a_function,
    a_lambda,
    config_xml,
)

_NAME = "site-maintenance-0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
_SIBLING = "site-maintenance-ffffffff-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
STANDBY = a_function(name=_NAME)
FUNCTION = StandbyFunction(STANDBY.arn, "site")
REWRITE = a_function(name="rewrite")
ATTACH = Attach(FUNCTION, except_paths=("/open/*", "default"), in_place_of=REWRITE.arn)


@pytest.mark.parametrize(
    ("attached", "action", "reason"),
    [
        ((STANDBY,), Action.KEEP, "it has the standby function"),
        ((STANDBY, a_function(VIEWER_RESPONSE)), Action.KEEP, "it has the standby function"),
        ((), Action.ATTACH, "viewer-request is free"),
        ((a_function(VIEWER_RESPONSE),), Action.ATTACH, "viewer-request is free"),
        ((a_lambda("origin-request"),), Action.ATTACH, "viewer-request is free"),
        ((REWRITE,), Action.REPLACE, f"in place of {REWRITE}"),
        ((REWRITE, a_function(VIEWER_RESPONSE)), Action.REPLACE, f"in place of {REWRITE}"),
        ((a_function(name="other"),), Action.REFUSE, "make one function of both with site-main"),
        ((a_lambda(),), Action.REFUSE, "move that one to an origin event"),
        ((a_lambda(VIEWER_RESPONSE),), Action.REFUSE, "move that one to an origin event"),
        ((a_lambda(), a_lambda(VIEWER_RESPONSE)), Action.REFUSE, " and Lambda@Edge function "),
        ((OURS,), Action.REFUSE, "it has Lambda@Edge function arn"),
        ((a_function(name=_SIBLING),), Action.REFUSE, f"it has {_SIBLING}, the standby function"),
    ],
    ids=str,
)
def test_only_free_places_are_taken(
    attached: tuple[Association, ...], action: Action, reason: str
) -> None:
    """What is there belongs to someone who would miss it all year."""
    step = ATTACH.step(a_behavior("/x", *attached))

    assert (action, action is Action.KEEP, False) == (step.action, step.is_closed, step.stays_open)
    assert reason in step.reason


@pytest.mark.parametrize("path", [None, "/open/*", "open/*"])
def test_an_excepted_behavior_stays_open(path: str | None) -> None:
    """As with the other engine: `default` is the default behavior."""
    step = ATTACH.step(a_behavior(path))

    assert (Action.SKIP, True) == (step.action, step.stays_open)


def test_a_behavior_with_grpc_can_be_closed_and_smooth_streaming_cannot() -> None:
    """Lambda@Edge runs with neither."""
    grpc = ATTACH.step(a_behavior("/x", features={Feature.GRPC}))
    smooth = ATTACH.step(a_behavior("/x", features={Feature.SMOOTH_STREAMING}))

    assert (Action.ATTACH, Action.SKIP, True) == (grpc.action, smooth.action, smooth.stays_open)
    assert "CloudFront runs no CloudFront Function with Microsoft Smooth Streaming" in smooth.reason


@pytest.mark.parametrize(
    ("attached", "action"),
    [
        ((STANDBY,), Action.DETACH),
        ((), Action.KEEP),
        ((REWRITE,), Action.KEEP),
        ((a_function(VIEWER_RESPONSE, _NAME),), Action.KEEP),
    ],
    ids=str,
)
def test_only_ours_is_taken_off(attached: tuple[Association, ...], action: Action) -> None:
    """At viewer-request, where we attach it."""
    assert action == Detach(FUNCTION).step(a_behavior("/x", *attached)).action


def test_a_refusal_leaves_that_behavior_and_no_other_one() -> None:
    """Each behavior with the function is one that closes within half a minute."""
    config = read_config(config_xml(a_behavior(), a_behavior("/a", a_lambda()), a_behavior("/b")))
    attach = Attach(FUNCTION)

    plan = plan_attachment(DISTRIBUTION_ID, [each.behavior for each in config.behaviors], attach)

    expected = config_xml(
        a_behavior(None, STANDBY), a_behavior("/a", a_lambda()), a_behavior("/b", STANDBY)
    )
    assert [Action.ATTACH, Action.REFUSE, Action.ATTACH] == [each.action for each in plan.steps]
    assert expected == changed_config(config, attach)


def test_a_composed_function_takes_the_place_of_theirs_and_gives_it_back() -> None:
    """In one update, so that theirs answers all the time."""
    before = config_xml(a_behavior(None, REWRITE, a_function(VIEWER_RESPONSE)), a_behavior("/b"))
    attach = Attach(FUNCTION, in_place_of=REWRITE.arn)
    detach = Detach(FUNCTION, put_back=REWRITE.arn, except_paths=["/b"])

    during = changed_config(read_config(before), attach)
    steps = [detach.step(each.behavior) for each in read_config(during).behaviors]

    assert during == config_xml(
        a_behavior(None, STANDBY, a_function(VIEWER_RESPONSE)), a_behavior("/b", STANDBY)
    )
    assert [Action.REPLACE, Action.DETACH] == [each.action for each in steps]
    assert f"CloudFront Function arn:aws:cloudfront::{ACCOUNT}:function/rewrite" in steps[0].reason
    assert before == changed_config(read_config(during), detach)
