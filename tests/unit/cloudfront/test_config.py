"""Reading behaviors from a configuration, and writing lists into it."""

import pytest
from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import read_config
from maintenance.errors import ObservationError
from maintenance.model import VIEWER_RESPONSE, Behavior, Feature

from tests.builders import a_behavior, a_function, a_lambda, config_xml, lists


def test_behaviors_are_the_default_one_and_then_in_precedence() -> None:
    """Associations are sorted, paths unescaped; an ordered * is not the default behavior."""
    behaviors = (
        a_behavior(None, a_lambda("origin-request"), a_function()),
        a_behavior("/z/*", a_lambda()),
        a_behavior("/a&b/*"),
        a_behavior("*", a_function(VIEWER_RESPONSE), a_function()),
    )

    read = read_config(config_xml(*behaviors))

    assert behaviors == tuple(each.behavior for each in read.behaviors)


@pytest.mark.parametrize(
    "behavior",
    [
        a_behavior(None, features={Feature.GRPC}),
        a_behavior(None, features={Feature.SMOOTH_STREAMING}),
        a_behavior(None, features=set(Feature)),
        a_behavior(None),
    ],
    ids=lambda behavior: " and ".join(sorted(behavior.features)),
)
def test_the_features_of_a_behavior_are_read(behavior: Behavior) -> None:
    """An engine decides which of them its function can serve."""
    assert behavior == read_config(config_xml(behavior)).behaviors[0].behavior


def _error_page(*members: bytes) -> bytes:
    return (
        b"<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse>%s"
        b"</CustomErrorResponse></Items></CustomErrorResponses>"
    ) % b"".join(members)


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (b"", ()),
        (b"<ContinuousDeploymentPolicyId/>", ()),
        (b"<ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId>", ()),
        (
            b"<ContinuousDeploymentPolicyId>abc</ContinuousDeploymentPolicyId>",
            ("has a continuous deployment policy",),
        ),
        (b"<Enabled>true</Enabled>", ()),
        (b"<Enabled>false</Enabled>", ("is disabled",)),
        (b"<ConnectionMode>direct</ConnectionMode>", ()),
        (b"<ConnectionMode>tenant-only</ConnectionMode>", ("is shared by distribution tenants",)),
        (b"<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>", ()),
        (
            _error_page(
                b"<ErrorCode>503</ErrorCode>",
                b"<ResponsePagePath>/503.html</ResponsePagePath><ResponseCode>200</ResponseCode>",
            ),
            ("has the custom error response /503.html for 503",),
        ),
        (
            _error_page(
                b"<ErrorCode>503</ErrorCode><ResponsePagePath></ResponsePagePath>",
                b"<ErrorCachingMinTTL>10</ErrorCachingMinTTL>",
            ),
            (),
        ),
        (
            _error_page(
                b"<ErrorCode>403</ErrorCode><ResponsePagePath>/index.html</ResponsePagePath>",
                b"<ResponseCode>200</ResponseCode>",
            ),
            (),
        ),
    ],
)
def test_what_closing_would_not_do_as_expected_is_a_caveat(
    element: bytes, expected: tuple[str, ...]
) -> None:
    """An element without text says nothing."""
    read = read_config(config_xml(a_behavior(), extra=element))

    assert len(expected) == len(read.caveats)
    assert all(map(str.startswith, read.caveats, expected))


@pytest.mark.parametrize(
    "body",
    [b"<Distribution/>", b"<DistributionConfig/>", b"<Error><DefaultCacheBehavior/></Error>"],
)
def test_any_other_document_is_refused(body: bytes) -> None:
    """An error document must not pass for a configuration without behaviors."""
    with pytest.raises(ObservationError, match="instead of a DistributionConfig"):
        read_config(body)


def test_lists_are_replaced_only_in_the_named_behavior() -> None:
    """All other bytes stay."""
    xml = config_xml(
        a_behavior(None, a_lambda()), a_behavior("/a&b/*", a_lambda()), a_behavior("*")
    )
    expected = config_xml(
        a_behavior(None, a_lambda()), a_behavior("/a&b/*", a_function()), a_behavior("*")
    )

    assert expected == read_config(xml).with_lists({"/a&b/*": lists(a_function())})


def test_no_change_is_the_same_bytes() -> None:
    """Reading changes nothing."""
    xml = config_xml(a_behavior(None, a_lambda()), a_behavior("*", a_function()))

    assert xml == read_config(xml).with_lists({})


def test_absent_lists_are_added_at_the_end_of_their_behavior_and_removed_again() -> None:
    """A configuration that lacked both lists lacks them again."""
    bare = (
        b"<DistributionConfig><DefaultCacheBehavior>\n<New/> </DefaultCacheBehavior>"
        b"</DistributionConfig>"
    )
    new = lists(a_lambda())

    added = read_config(bare).with_lists({None: new})

    assert bare.replace(b"<New/> ", b"<New/> %s%s" % (new.lambda_xml, new.function_xml)) == added
    assert bare == read_config(added).with_lists({None: AssociationLists(None, None)})
