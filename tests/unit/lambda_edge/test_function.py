"""Lambda@Edge as an engine: which functions are ours, and CloudFront's rules for them."""

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


def test_a_numbered_version_is_accepted() -> None:
    """The name of the function has the name of the stack in it."""
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
def test_a_name_that_is_not_from_cloudformation_is_refused(
    version_arn: str, page_function: str
) -> None:
    """Other stacks would not recognise it, and displace it."""
    with pytest.raises(ConfigurationError) as caught:
        parse_lambda_edge(version_arn, page_function=page_function)

    assert (
        "the edge function 'my-page' does not have the name that CloudFormation gives it "
        "(<stack>-MaintenanceEdge-<random>, <stack>-MaintenancePage-<random>), by which other "
        "stacks recognise it: leave FunctionName out of the template"
    ) == str(caught.value)


@pytest.mark.parametrize("function", ["Edge", "Page"])
@pytest.mark.parametrize("version", [1, 7, 12])
def test_every_version_of_our_functions_is_ours(function: str, version: int) -> None:
    """A deployment during maintenance leaves an older one attached."""
    assert EDGE.owns(edge_arn(version, function=function))


def test_an_unpublished_version_is_ours() -> None:
    """A plan names it if it would be published first."""
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


@pytest.mark.parametrize("function", ["Edge", "Page"])
def test_a_function_of_an_earlier_installation_is_a_former_one_of_ours(function: str) -> None:
    """It has the same stack's name and other random characters; no other stack has that name."""
    former = edge_arn(function=function, random="F6E5D4C3B2A1")

    assert (True, True, None) == (
        EDGE.is_former(former),
        EDGE.owns(former),
        EDGE.sibling_stack(former),
    )


@pytest.mark.parametrize(
    "arn", [edge_arn(), edge_arn(function="Page"), edge_arn(stack="other"), a_lambda().arn, ""]
)
def test_no_other_function_is_a_former_one(arn: str) -> None:
    """Our own are not, and another stack's is its own."""
    assert not EDGE.is_former(arn)


@pytest.mark.parametrize(("letters", "is_former"), [(34, True), (35, False)])
def test_a_name_that_may_be_shortened_is_no_proof(letters: int, *, is_former: bool) -> None:
    """Two stacks whose long names begin alike may then seem to be one."""
    stack = "s" * letters
    page = f"{stack}-MaintenancePage-AbC123dEf456"
    edge = parse_lambda_edge(edge_arn(stack=stack), page_function=page)
    other = edge_arn(stack=stack, random="F6E5D4C3B2A1")

    assert (is_former, is_former) == (edge.is_former(other), edge.owns(other))
    assert (None if is_former else stack) == edge.sibling_stack(other)


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
def test_a_sibling_is_recognised_by_its_name(arn: str, stack: str | None) -> None:
    """Both functions of the other stack are, and no other function."""
    assert stack == EDGE.sibling_stack(arn)


CONFLICTS = {
    a_lambda(VIEWER_REQUEST): True,
    a_lambda(VIEWER_RESPONSE): False,
    a_lambda("origin-request"): False,
    a_lambda("origin-response"): False,
    a_function(VIEWER_REQUEST): True,
    a_function(VIEWER_RESPONSE): True,
}


@pytest.mark.parametrize(("association", "expected"), CONFLICTS.items(), ids=str)
def test_a_function_conflicts_at_our_event_or_by_its_kind(
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
    """Without the body of the request."""
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
    One is enough.

    Source: CloudFront Developer Guide, distribution-using-grpc, edge-function-restrictions-all.
    """
    assert expected == EDGE.unsupported(a_behavior(features=features))
