"""The standby function as an engine: which one is ours, and CloudFront's rules."""

import pytest
from maintenance.cloudfront.engine import Engine, attached_version
from maintenance.model import (
    VIEWER_REQUEST,
    VIEWER_RESPONSE,
    Association,
    Feature,
    Kind,
)
from maintenance.standby.function import StandbyFunction

from tests.builders import a_behavior, a_function, a_lambda

_FUNCTIONS = "arn:aws:cloudfront::123456789012:function"
_NAME = "site-maintenance-0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
_OTHER = "site-maintenance-ffffffff-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
FUNCTION = StandbyFunction(f"{_FUNCTIONS}/{_NAME}", "site")
ENGINE: Engine = FUNCTION
ATTACHED = Association(VIEWER_REQUEST, Kind.CLOUDFRONT_FUNCTION, FUNCTION.arn)


def test_it_is_known_by_its_arn() -> None:
    """A function has no versions."""
    assert _NAME == FUNCTION.name
    assert FUNCTION.arn == attached_version([a_function(VIEWER_RESPONSE), ATTACHED], ENGINE)
    assert None is attached_version([a_function()], ENGINE)
    assert not ENGINE.is_former(f"{_FUNCTIONS}/{_OTHER}")


@pytest.mark.parametrize(
    ("name", "sibling"),
    [
        (_OTHER, _OTHER),
        (_NAME, None),
        (f"{_OTHER}0", None),
        ("site-maintenance-mine", None),
        ("shop-login", None),
    ],
)
def test_that_of_another_stack_is_recognised(name: str, sibling: str | None) -> None:
    """By its name, which does not have that of its stack."""
    assert sibling == ENGINE.sibling_stack(f"{_FUNCTIONS}/{name}")


@pytest.mark.parametrize(
    ("association", "expected"),
    [
        (a_function(), True),
        (a_lambda(), True),
        (a_lambda(VIEWER_RESPONSE), True),
        (a_function(VIEWER_RESPONSE), False),
        (a_lambda("origin-request"), False),
        (a_lambda("origin-response"), False),
    ],
    ids=str,
)
def test_it_conflicts_as_cloudfront_documents(association: Association, *, expected: bool) -> None:
    """Lambda@Edge at viewer-response too, since viewer events never mix both kinds."""
    assert expected == ENGINE.conflicts(association)


@pytest.mark.parametrize(
    ("feature", "expected"),
    [(Feature.GRPC, None), (Feature.SMOOTH_STREAMING, Feature.SMOOTH_STREAMING)],
)
def test_it_runs_with_grpc_and_not_with_smooth_streaming(
    feature: Feature, expected: Feature | None
) -> None:
    """Lambda@Edge runs with neither."""
    assert expected == ENGINE.unsupported(a_behavior("/x", features={feature}))


def test_its_item_is_what_cloudfront_writes() -> None:
    """With an ARN that is escaped, as anything in XML."""
    assert (
        b"<FunctionAssociation><FunctionARN>a&amp;b</FunctionARN>"
        b"<EventType>viewer-request</EventType></FunctionAssociation>"
    ) == ENGINE.entry("a&b")
    assert (Kind.CLOUDFRONT_FUNCTION, None) == (ENGINE.kind, ENGINE.quota())
