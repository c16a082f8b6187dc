"""The rules for functions, one error at a time."""

from dataclasses import dataclass, replace

import pytest

from sandbox.api.errors import Refusal
from sandbox.cloudfront import configuration
from sandbox.cloudfront.association_rules import EdgeFunction, association_refusals

_ARN = "arn:aws:lambda:us-east-1:123456789012:function:page:1"
_VALID = EdgeFunction(
    arn=_ARN,
    state="Active",
    role_arn="arn:aws:iam::123456789012:role/edge",
    trusted=frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"}),
    memory=128,
    timeout_seconds=5,
)


@dataclass(frozen=True)
class _Account:
    """An account with one edge function and one published CloudFront Function."""

    function: EdgeFunction = _VALID
    account_id: str = "123456789012"

    def edge_function(self, version_arn: str) -> EdgeFunction | None:
        return self.function if version_arn == self.function.arn else None

    def is_live(self, function_arn: str) -> bool:
        return function_arn.endswith("/live")


def _refusals(
    function: EdgeFunction = _VALID, arn: str = _ARN, event: str = "viewer-request"
) -> list[Refusal]:
    association = (
        f"<LambdaFunctionAssociation><LambdaFunctionARN>{arn}</LambdaFunctionARN>"
        f"<EventType>{event}</EventType></LambdaFunctionAssociation>"
    )
    lists = f"<LambdaFunctionAssociations><Items>{association}</Items></LambdaFunctionAssociations>"
    config = f"<DistributionConfig><DefaultCacheBehavior>{lists}</DefaultCacheBehavior>"
    document = configuration.parse(f"{config}</DistributionConfig>".encode())
    return list(association_refusals(document, _Account(function)))


def test_a_valid_edge_function_is_accepted() -> None:
    """The rules refuse nothing that CloudFront accepts."""
    assert [] == _refusals()


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (replace(_VALID, state="Pending"), f"The current state for function {_ARN} is Pending"),
        (replace(_VALID, trusted=frozenset({"lambda.amazonaws.com"})), _VALID.role_arn),
        (replace(_VALID, has_environment=True), "cannot have environment variables"),
        (replace(_VALID, has_vpc=True), "cannot have a VPC configuration"),
        (replace(_VALID, has_layers=True), "cannot have layers"),
        (replace(_VALID, memory=129), "memory size is larger than maximum allowed"),
        (replace(_VALID, timeout_seconds=6), "viewer-request event: 5"),
    ],
)
def test_an_error_of_the_function_is_named(function: EdgeFunction, words: str) -> None:
    """There is one refusal, with the code for edge functions."""
    [refusal] = _refusals(function)

    assert "InvalidLambdaFunctionAssociation" == refusal.code
    assert words in refusal.message


def test_origin_events_have_larger_limits() -> None:
    """30 seconds, and memory as Lambda's own quota."""
    assert [] == _refusals(replace(_VALID, memory=1024, timeout_seconds=30), event="origin-request")


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        (_ARN.removesuffix(":1"), "must reference a specific function version"),
        (_ARN.removesuffix("1") + "$LATEST", "must reference a specific function version"),
        (_ARN.removesuffix("1") + "live", "must reference a specific function version"),
        (_ARN.replace("us-east-1", "eu-west-1"), "must be in region 'us-east-1'"),
        (_ARN.replace("123456789012", "999999999999"), "in the account of the distribution"),
        (_ARN.removesuffix("1") + "2", "doesn't exist, or not in this version"),
    ],
)
def test_an_error_of_the_arn_is_named(arn: str, words: str) -> None:
    """The first refusal is about the worst error, and quotes the ARN."""
    refusal = _refusals(arn=arn)[0]

    assert words in refusal.message
    assert arn in refusal.message


def _combine(edge: str, functions: str) -> Refusal:
    def lists(kind: str, member: str, events: str) -> str:
        items = "".join(
            f"<{kind}Association><{member}>live</{member}><EventType>{event}</EventType>"
            f"</{kind}Association>"
            for event in events.split()
        )
        return f"<{kind}Associations><Items>{items}</Items></{kind}Associations>"

    edge_list = lists("LambdaFunction", "LambdaFunctionARN", edge).replace("live", _ARN)
    function_list = lists("Function", "FunctionARN", functions).replace("live", "arn/live")
    behavior = f"<DefaultCacheBehavior>{edge_list}{function_list}</DefaultCacheBehavior>"
    document = f"<DistributionConfig>{behavior}</DistributionConfig>"
    return next(association_refusals(configuration.parse(document.encode()), _Account()))


@pytest.mark.parametrize(
    ("edge", "functions", "code"),
    [
        ("viewer-request viewer-request", "", "InvalidLambdaFunctionAssociation"),
        ("", "viewer-request viewer-request", "InvalidFunctionAssociation"),
        ("viewer-request", "viewer-request", "InvalidFunctionAssociation"),
    ],
)
def test_an_event_type_has_one_function_of_either_kind(
    edge: str, functions: str, code: str
) -> None:
    """In CloudFront's own words, as anomalyco/sst#2822 quotes them."""
    refusal = _combine(edge, functions)

    assert code == refusal.code
    assert (
        "The event type of a function association must be unique in the cache behavior. "
        "Event type viewer-request cannot be associated with two functions."
    ) == refusal.message


def test_viewer_events_have_functions_of_one_kind() -> None:
    """Also if each has an event type of its own."""
    assert "can't combine" in _combine("viewer-request", "viewer-response").message


def test_an_unknown_event_type_is_named_with_its_path() -> None:
    """In the words that users of the API know."""
    assert (
        "1 validation error detected: Value 'viewer-reply' at 'distributionConfig."
        "defaultCacheBehavior.lambdaFunctionAssociations.items.1.member.eventType' failed to "
        "satisfy constraint: Member must satisfy value set: [viewer-request, viewer-response, "
        "origin-request, origin-response]"
    ) == _refusals(event="viewer-reply")[0].message
