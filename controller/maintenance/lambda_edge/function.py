"""
Lambda@Edge as an engine: which functions are ours, and CloudFront's rules for them. Pure.

CloudFormation names a function `<stack>-<logical id>-<random>`, so the name says which stack it
belongs to. Ours are all versions of two functions: MaintenanceEdge, the base, which the stack
deploys, and MaintenancePage, which only the controller publishes. They outlive their stack, so a
later stack of that name may find them attached: then they are its former functions.
"""

import re
from html import escape

from msgspec import Struct

from maintenance.errors import ConfigurationError
from maintenance.model import (
    VIEWER_EVENTS,
    VIEWER_REQUEST,
    Association,
    Behavior,
    Feature,
    Kind,
)

_VERSION_ARN = re.compile(
    r"arn:aws:lambda:us-east-1:\d{12}:function:(?P<name>[A-Za-z0-9-_]{1,64}):[1-9]\d*"
)
_FUNCTION_ARN = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:(?P<name>[^:]+)")
_OUR_NAME = re.compile(r"(?P<stack>.+)-Maintenance(?:Edge|Page)-[A-Za-z0-9]+")
# Names are not longer (model: lambda FunctionName); CloudFormation shortens those that would be.
_LONGEST_NAME = 64
# Source: CloudFront Developer Guide, distribution-using-grpc and edge-function-restrictions-all.
_UNSUPPORTED = (Feature.GRPC, Feature.SMOOTH_STREAMING)
# Lambda@Edge functions of a distribution (doc: CloudFront Developer Guide, cloudfront-limits).
_QUOTA = 100


class LambdaEdge(Struct, frozen=True):
    """The Lambda@Edge functions of a stack: the base version, and both names."""

    base_arn: str
    name: str
    page_name: str

    @property
    def kind(self) -> Kind:
        """Lambda@Edge, for both functions."""
        return Kind.LAMBDA_AT_EDGE

    @property
    def stack(self) -> str:
        """The name of the stack, from the function's name."""
        return _stack(self.name) or self.name

    @property
    def unpublished_arn(self) -> str:
        """The ARN by which a plan calls a version of MaintenancePage that is not published yet."""
        account = self.base_arn.partition(":function:")[0]
        return f"{account}:function:{self.page_name}:unpublished"

    def owns(self, arn: str) -> bool:
        """Return whether this is any version of one of our functions, also of a former one."""
        return _name(arn) in {self.name, self.page_name} or self.is_former(arn)

    def is_former(self, arn: str) -> bool:
        """
        Return whether this is a function that an earlier installation of the stack left behind.

        It has our stack's name and other random characters. For two shortened names that is
        unknown: they may be those of two stacks whose names begin alike.
        """
        name, ours = _name(arn), (self.name, self.page_name)
        is_shortened = any(len(each) >= _LONGEST_NAME for each in (name, *ours))
        return name not in ours and _stack(name) == self.stack and not is_shortened

    def sibling_stack(self, arn: str) -> str | None:
        """Return the name of the other stack whose maintenance function this is, or None."""
        if self.owns(arn):
            return None
        return stack_of(arn)

    def unsupported(self, behavior: Behavior) -> Feature | None:
        """Return the feature of the behavior that keeps Lambda@Edge out."""
        return next((each for each in _UNSUPPORTED if each in behavior.features), None)

    def conflicts(self, association: Association) -> bool:
        """
        Return whether ours cannot be attached beside this function.

        An event has one function, and viewer events never mix both kinds (source: CloudFront
        Developer Guide, edge-function-restrictions-all).
        """
        at_viewer_request = association.event_type == VIEWER_REQUEST
        mixes = association.kind is Kind.CLOUDFRONT_FUNCTION
        return at_viewer_request or (mixes and association.event_type in VIEWER_EVENTS)

    def entry(self, arn: str) -> bytes:
        """Return the item that attaches a version at viewer-request, without the body."""
        return (
            "<LambdaFunctionAssociation>"
            f"<LambdaFunctionARN>{escape(arn, quote=False)}</LambdaFunctionARN>"
            f"<EventType>{VIEWER_REQUEST}</EventType>"
            "<IncludeBody>false</IncludeBody>"
            "</LambdaFunctionAssociation>"
        ).encode()

    def quota(self) -> int:
        """Return how many Lambda@Edge functions a distribution can have."""
        return _QUOTA


def parse_lambda_edge(version_arn: str, *, page_function: str) -> LambdaEdge:
    """
    Return the functions of a stack; raise ConfigurationError if the base or a name is invalid.

    The base must be a numbered version in us-east-1 (source: CloudFront Developer Guide,
    lambda-at-edge-function-restrictions). `page_function` is the name of MaintenancePage.
    """
    found = _VERSION_ARN.fullmatch(version_arn)
    if not found:
        message = (
            f"the edge version {version_arn!r} is not a numbered version of a Lambda function in "
            "us-east-1: give its ARN with the version number at the end, not an alias or $LATEST"
        )
        raise ConfigurationError(message)
    for name in (found["name"], page_function):
        if not _stack(name):
            message = (
                f"the edge function {name!r} does not have the name that CloudFormation gives it "
                "(<stack>-MaintenanceEdge-<random>, <stack>-MaintenancePage-<random>), by which "
                "other stacks recognise it: leave FunctionName out of the template"
            )
            raise ConfigurationError(message)
    return LambdaEdge(version_arn, found["name"], page_function)


def stack_of(arn: str) -> str | None:
    """Return the stack whose maintenance function this is, None if it is no such function."""
    return _stack(_name(arn))


def _name(arn: str) -> str:
    found = _FUNCTION_ARN.match(arn)
    return found["name"] if found else ""


def _stack(name: str) -> str | None:
    found = _OUR_NAME.fullmatch(name)
    return found["stack"] if found else None
