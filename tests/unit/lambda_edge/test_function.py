"""Whose a function is, by its name."""

import pytest
from maintenance.cloudfront.associations import Entry, entries
from maintenance.errors import ConfigurationError
from maintenance.lambda_edge.function import parse_lambda_edge
from maintenance.model import VIEWER_REQUEST, VIEWER_RESPONSE, Association, Feature

from tests.builders import (
    EDGE,
    OURS,
    PAGE_FUNCTION,
    a_behavior,
    a_function,
    a_lambda,
    edge_arn,
    list_xml,
)

_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:site-MaintenanceEdge-AbC123dEf456"


def test_a_numbered_version_is_taken() -> None:
    """With the name that all its versions have, and the stack in that name."""
    page = "my-shop-MaintenancePage-AbC123dEf456"
    edge = parse_lambda_edge(edge_arn(12, stack="my-shop"), page_function=page)

    assert (edge_arn(12, stack="my-shop"), "my-shop-MaintenanceEdge-AbC123dEf456", "my-shop") == (
        edge.base_arn,
        edge.name,
        edge.stack,
    )


@pytest.mark.parametrize(
    "version_arn",
    [
        "",
        _FUNCTION,
        f"{_FUNCTION}:latest",
        f"{_FUNCTION}:$LATEST",
        f"{_FUNCTION}:0",
        f"{_FUNCTION}:7\n",
        f"{_FUNCTION}:7".replace("us-east-1", "eu-west-1"),
        a_function().arn,
    ],
)
def test_anything_but_a_numbered_version_in_us_east_1_is_refused(version_arn: str) -> None:
    """Source: CloudFront Developer Guide, lambda-at-edge-function-restrictions."""
    with pytest.raises(ConfigurationError) as caught:
        parse_lambda_edge(version_arn, page_function=PAGE_FUNCTION)

    assert (
        f"the edge version {version_arn!r} is not a numbered version of a Lambda function in "
        "us-east-1: give its ARN with the version number at the end, not an alias or $LATEST"
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("version_arn", "page_function"),
    [
        ("arn:aws:lambda:us-east-1:123456789012:function:my-page:7", PAGE_FUNCTION),
        (edge_arn(), "my-page"),
    ],
)
def test_a_name_that_cloudformation_did_not_give_is_refused(
    version_arn: str, page_function: str
) -> None:
    """Other stacks would take it for a stranger and displace it."""
    with pytest.raises(ConfigurationError) as caught:
        parse_lambda_edge(version_arn, page_function=page_function)

    assert (
        "the edge function 'my-page' does not have the name that CloudFormation gives it "
        "(<stack>-MaintenanceEdge-<random>, <stack>-MaintenancePage-<random>), by which other "
        "stacks know it: leave FunctionName out of the template"
    ) == str(caught.value)


@pytest.mark.parametrize("function", ["Edge", "Page"])
@pytest.mark.parametrize("version", [1, 7, 12])
def test_every_version_of_our_functions_is_ours(function: str, version: int) -> None:
    """A deployment during maintenance leaves an older one attached."""
    assert EDGE.owns(edge_arn(version, function=function))


def test_a_version_without_a_number_is_ours_too() -> None:
    """A plan names it where it would be published first."""
    assert EDGE.owns(EDGE.unpublished_arn)
    assert edge_arn(function="Page").replace(":7", ":unpublished") == EDGE.unpublished_arn


@pytest.mark.parametrize(
    "arn",
    [
        a_lambda().arn,
        a_function().arn,
        edge_arn(stack="other"),
        edge_arn(stack="other", function="Page"),
        "",
        f"x{_FUNCTION}:7",
    ],
)
def test_no_other_function_is_ours(arn: str) -> None:
    """Whatever its kind."""
    assert not EDGE.owns(arn)


@pytest.mark.parametrize(
    ("arn", "stack"),
    [
        (edge_arn(stack="other"), "other"),
        (edge_arn(stack="other", function="Page"), "other"),
        (edge_arn(), None),
        (a_lambda().arn, None),
        (a_lambda(name="MaintenanceEdge").arn, None),
        (a_function(name="other-MaintenanceEdge-AbC").arn, None),
    ],
)
def test_the_functions_of_another_such_stack_name_it(arn: str, stack: str | None) -> None:
    """Both of its functions do, and nothing else does."""
    assert stack == EDGE.sibling_stack(arn)


IN_THE_WAY = {
    a_lambda(VIEWER_REQUEST): True,
    a_lambda(VIEWER_RESPONSE): False,
    a_lambda("origin-request"): False,
    a_lambda("origin-response"): False,
    a_function(VIEWER_REQUEST): True,
    a_function(VIEWER_RESPONSE): True,
}


@pytest.mark.parametrize(("association", "expected"), IN_THE_WAY.items(), ids=str)
def test_what_shares_our_place_or_mixes_kinds_is_in_the_way(
    association: Association, *, expected: bool
) -> None:
    """
    One function per event type, and no mixing on viewer events.

    Source: CloudFront Developer Guide, edge-function-restrictions-all.
    """
    assert expected is EDGE.conflicts(association)


def test_our_item_reads_back_as_our_association() -> None:
    """The version at viewer-request."""
    item = EDGE.entry(OURS.arn)

    assert (Entry(OURS, item),) == entries(EDGE.kind, list_xml(EDGE.kind, item))


def test_our_item_is_written_as_cloudfront_writes_one() -> None:
    """The request's body is not asked for."""
    assert (
        "<LambdaFunctionAssociation>"
        f"<LambdaFunctionARN>{OURS.arn}</LambdaFunctionARN>"
        "<EventType>viewer-request</EventType>"
        "<IncludeBody>false</IncludeBody>"
        "</LambdaFunctionAssociation>"
    ) == EDGE.entry(OURS.arn).decode()


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ((), None),
        ((Feature.GRPC,), "gRPC"),
        ((Feature.SMOOTH_STREAMING,), "Microsoft Smooth Streaming"),
        (tuple(Feature), "gRPC"),
    ],
)
def test_the_feature_that_keeps_lambda_at_edge_out_is_named(
    features: tuple[Feature, ...], expected: str | None
) -> None:
    """
    One of them is enough.

    Source: CloudFront Developer Guide, distribution-using-grpc, edge-function-restrictions-all.
    """
    assert expected == EDGE.unsupported(a_behavior(features=features))
