"""Whose a function is, by its name."""

import pytest
from maintenance.errors import ConfigurationError
from maintenance.lambda_edge.function import parse_edge_function

from tests.builders import EDGE, PAGE_FUNCTION, a_function, a_lambda, edge_arn

_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:site-MaintenanceEdge-AbC123dEf456"


def test_a_numbered_version_is_taken() -> None:
    """With the name that all its versions have, and the stack in that name."""
    page = "my-shop-MaintenancePage-AbC123dEf456"
    edge = parse_edge_function(edge_arn(12, stack="my-shop"), page_function=page)

    assert (edge_arn(12, stack="my-shop"), "my-shop-MaintenanceEdge-AbC123dEf456", "my-shop") == (
        edge.version_arn,
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
        parse_edge_function(version_arn, page_function=PAGE_FUNCTION)

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
        parse_edge_function(version_arn, page_function=page_function)

    assert (
        "the edge function 'my-page' does not have the name that CloudFormation gives it "
        "(<stack>-MaintenanceEdge-<random>, <stack>-MaintenancePage-<random>), by which other "
        "stacks know it: leave FunctionName out of the template"
    ) == str(caught.value)


@pytest.mark.parametrize("function", ["Edge", "Page"])
@pytest.mark.parametrize("version", [1, 7, 12])
def test_every_version_of_our_functions_is_ours(function: str, version: int) -> None:
    """A deployment during maintenance leaves an older one attached."""
    assert EDGE.is_ours(edge_arn(version, function=function))


def test_another_version_is_one_of_the_same_functions() -> None:
    """The one to attach is chosen for each run; whose they are stays."""
    other = EDGE.with_version(edge_arn(9, function="Page"))

    assert (edge_arn(9, function="Page"), EDGE.name, EDGE.page_name) == (
        other.version_arn,
        other.name,
        other.page_name,
    )


def test_a_version_without_a_number_is_ours_too() -> None:
    """A plan names it where it would be published first."""
    assert EDGE.is_ours(EDGE.unpublished_arn)
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
    assert not EDGE.is_ours(arn)


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
