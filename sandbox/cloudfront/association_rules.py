"""
Check the functions in a DistributionConfig as CloudFront does. Pure.

    error                                                     code
    --------------------------------------------------------  ---------------------------------
    unknown event type; a CloudFront Function on origin       MalformedXML
    two edge functions for one event type                     InvalidLambdaFunctionAssociation
    two functions for one event type, not both edge           InvalidFunctionAssociation, ours
    one of each kind on the two viewer events                 InvalidFunctionAssociation, ours
    edge function where gRPC or Smooth Streaming is on        InvalidLambdaFunctionAssociation, ours
    CloudFront Function that is unknown or not published      InvalidFunctionAssociation, ours
    edge function not a numbered version, not in us-east-1,   InvalidLambdaFunctionAssociation
      of another account, unknown, not Active, role without
      edgelambda, with environment, VPC or layers, too big
    more than 100 edge function associations                  TooManyLambdaFunctionAssociations

Sources: CloudFront Developer Guide, edge-function-restrictions-all, lambda-at-edge-function-
restrictions and cloudfront-limits; sentences as users quote them (aws/aws-cdk#5180, mdn/yari#6194,
anomalyco/sst#4021, anomalyco/sst#2822, aws-ia/terraform-aws-runtask-tf-plan-analyzer#6,
chantzlarge/terraform-aws-hugo#44, terraform-aws-modules/terraform-aws-cloudfront#53).
"Ours" marks where AWS's code is not known. Where an event type has two functions, CloudFront's
sentence goes on with both as its own objects, which the sandbox leaves out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element

from sandbox.api.errors import Refusal
from sandbox.cloudfront.configuration import Behavior, behaviors, text

MAX_EDGE_ASSOCIATIONS = 100

_EDGE_EVENTS = ("viewer-request", "viewer-response", "origin-request", "origin-response")
_VIEWER_EVENTS = ("viewer-request", "viewer-response")
_EVENTS = {"LambdaFunction": _EDGE_EVENTS, "Function": _VIEWER_EVENTS}
_LAMBDA_ARN = re.compile(r"arn:aws:lambda:([^:]+):(\d{12}):function:([^:]+)(?::([^:]+))?")
_VIEWER_MEMORY, _VIEWER_SECONDS, _ORIGIN_SECONDS = 128, 5, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeFunction:
    """What CloudFront reads of a version of a Lambda function; `memory` is in MB."""

    arn: str
    state: str
    role_arn: str
    trusted: frozenset[str]
    memory: int
    timeout_seconds: int
    has_environment: bool = False
    has_vpc: bool = False
    has_layers: bool = False


class Account(Protocol):
    """What the rules need of the account that owns the distribution."""

    @property
    def account_id(self) -> str:
        """The twelve digits."""

    def edge_function(self, version_arn: str) -> EdgeFunction | None:
        """Return the version with that ARN, if there is one."""

    def is_live(self, function_arn: str) -> bool:
        """Return whether the CloudFront Function with that ARN is published."""


def association_refusals(config: Element, account: Account) -> Iterator[Refusal]:
    """Yield the refusals of the functions of `config`."""
    count = 0
    for behavior in behaviors(config):
        count += len(behavior.associations("LambdaFunction"))
        yield from _check_event_types(behavior)
        yield from _check_combinations(behavior)
        for association in behavior.associations("Function"):
            yield from _check_function(text(association, "FunctionARN"), account)
        for association in behavior.associations("LambdaFunction"):
            yield from _check_edge_function(association, account)
    if count > MAX_EDGE_ASSOCIATIONS:
        yield Refusal(
            "TooManyLambdaFunctionAssociations",
            "Your request contains more Lambda@Edge function associations than are allowed "
            "per distribution.",
        )


def _check_event_types(behavior: Behavior) -> Iterator[Refusal]:
    for kind, allowed in _EVENTS.items():
        member = f"{kind[0].lower()}{kind[1:]}Associations.items"
        for number, association in enumerate(behavior.associations(kind), 1):
            event_type = text(association, "EventType")
            if event_type not in allowed:
                yield Refusal(
                    "MalformedXML",
                    f"1 validation error detected: Value '{event_type}' at 'distributionConfig."
                    f"{behavior.name}.{member}.{number}.member.eventType' failed to satisfy "
                    f"constraint: Member must satisfy value set: [{', '.join(allowed)}]",
                )


def _check_combinations(behavior: Behavior) -> Iterator[Refusal]:
    edge = _list_event_types(behavior, "LambdaFunction")
    functions = _list_event_types(behavior, "Function")
    yield from _check_uniqueness(edge, functions)
    if functions and not set(edge).isdisjoint(_VIEWER_EVENTS):
        yield _invalid_function(
            "A cache behavior can't combine CloudFront Functions and Lambda@Edge functions "
            "in viewer events (viewer-request and viewer-response)."
        )
    if edge and text(behavior.element, "GrpcConfig/Enabled") == "true":
        yield _invalid("A cache behavior with gRPC enabled can't have Lambda@Edge functions.")
    if (edge or functions) and text(behavior.element, "SmoothStreaming") == "true":
        yield _invalid("A cache behavior with Smooth Streaming can't have edge functions.")


def _check_uniqueness(edge: list[str], functions: list[str]) -> Iterator[Refusal]:
    for event_type in _EDGE_EVENTS:
        if [*edge, *functions].count(event_type) > 1:
            refuse = _invalid_function if event_type in functions else _invalid
            yield refuse(
                "The event type of a function association must be unique in the cache behavior. "
                f"Event type {event_type} cannot be associated with two functions."
            )


def _list_event_types(behavior: Behavior, kind: str) -> list[str]:
    return [text(association, "EventType") for association in behavior.associations(kind)]


def _check_function(arn: str, account: Account) -> Iterator[Refusal]:
    if not account.is_live(arn):
        yield _invalid_function(
            f"The function doesn't exist or isn't published to the LIVE stage. ARN: {arn}"
        )


def _check_edge_function(association: Element, account: Account) -> Iterator[Refusal]:
    arn = text(association, "LambdaFunctionARN")
    match = _LAMBDA_ARN.fullmatch(arn)
    if not match or not (match.group(4) or "").isdecimal():
        yield _invalid(
            "The function ARN must reference a specific function version. "
            f"(The ARN must end with the version number.) ARN: {arn}"
        )
        return
    region, owner = match.group(1, 2)
    if region != "us-east-1":
        yield _invalid(f"The function must be in region 'us-east-1'. ARN: {arn}")
    if owner != account.account_id:
        yield _invalid(f"The function must be in the account of the distribution. ARN: {arn}")
    function = account.edge_function(arn)
    if function is None:
        yield _invalid(f"The function doesn't exist, or not in this version. ARN: {arn}")
    else:
        yield from _check_properties(function, text(association, "EventType"))


def _check_properties(function: EdgeFunction, event_type: str) -> Iterator[Refusal]:
    if function.state != "Active":
        yield _invalid(
            "The function must be in an Active state. "
            f"The current state for function {function.arn} is {function.state}"
        )
    if not {"lambda.amazonaws.com", "edgelambda.amazonaws.com"} <= function.trusted:
        yield _invalid(
            "The function execution role must be assumable with edgelambda.amazonaws.com as well "
            "as lambda.amazonaws.com principals. Update the IAM role and try again. "
            f"Role: {function.role_arn}"
        )
    yield from _check_unsupported(function)
    yield from _check_sizes(function, event_type)


def _check_unsupported(function: EdgeFunction) -> Iterator[Refusal]:
    parts = (
        (function.has_environment, "environment variables"),
        (function.has_vpc, "a VPC configuration"),
        (function.has_layers, "layers"),
    )
    for has, part in parts:
        if has:
            yield _invalid(f"The function cannot have {part}. Function: {function.arn}")


def _check_sizes(function: EdgeFunction, event_type: str) -> Iterator[Refusal]:
    is_viewer = event_type in _VIEWER_EVENTS
    seconds = _VIEWER_SECONDS if is_viewer else _ORIGIN_SECONDS
    over: Iterable[tuple[str, int, int]] = [("timeout", function.timeout_seconds, seconds)]
    if is_viewer:
        over = [*over, ("memory size", function.memory, _VIEWER_MEMORY)]
    for what, size, largest in over:
        if size > largest:
            yield _invalid(
                f"The function {what} is larger than maximum allowed for functions that are "
                f"triggered by a CloudFront {event_type} event: {largest}. Function: {function.arn}"
            )


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidLambdaFunctionAssociation", message)


def _invalid_function(message: str) -> Refusal:
    return Refusal("InvalidFunctionAssociation", message)
