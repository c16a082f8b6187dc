"""
The standby engine's CloudFront Function: which one is ours, and CloudFront's rules for it. Pure.

The template names it `site-maintenance-<UUID>`, after the id of its stack. It has no versions, and
is deleted with the stack.
"""

import re
from html import escape

from msgspec import Struct

from maintenance.model import (
    VIEWER_EVENTS,
    VIEWER_REQUEST,
    Association,
    Behavior,
    Feature,
    Kind,
)

_OUR_NAME = re.compile(r"site-maintenance-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The distributions that may have one function (doc: CloudFront Developer Guide, cloudfront-limits).
MAX_DISTRIBUTIONS = 100


class StandbyFunction(Struct, frozen=True):
    """The function of a stack by its ARN."""

    arn: str
    stack: str

    @property
    def name(self) -> str:
        """The name of the function."""
        return _name(self.arn)

    @property
    def kind(self) -> Kind:
        """CloudFront Function."""
        return Kind.CLOUDFRONT_FUNCTION

    def owns(self, arn: str) -> bool:
        """Return whether this is the function."""
        return arn == self.arn

    def is_former(self, arn: str) -> bool:  # noqa: ARG002 - the protocol's
        """Return False: it is deleted with its stack."""
        return False

    def sibling_stack(self, arn: str) -> str | None:
        """Return the name of the function if it is the standby function of another stack."""
        name = _name(arn)
        return name if _OUR_NAME.fullmatch(name) and not self.owns(arn) else None

    def unsupported(self, behavior: Behavior) -> Feature | None:
        """
        Return the feature of the behavior that keeps the function out.

        It runs with gRPC (doc: CloudFront Developer Guide, distribution-using-grpc), and no edge
        function runs with Smooth Streaming (edge-function-restrictions-all).
        """
        feature = Feature.SMOOTH_STREAMING
        return feature if feature in behavior.features else None

    def conflicts(self, association: Association) -> bool:
        """
        Return whether ours cannot be attached beside this function.

        An event has one function, and viewer events never mix both kinds (doc: CloudFront Developer
        Guide, edge-function-restrictions-all).
        """
        at_viewer_request = association.event_type == VIEWER_REQUEST
        mixes = association.kind is not self.kind
        return at_viewer_request or (mixes and association.event_type in VIEWER_EVENTS)

    def entry(self, arn: str) -> bytes:
        """Return the item that attaches a function at viewer-request."""
        return (
            "<FunctionAssociation>"
            f"<FunctionARN>{escape(arn, quote=False)}</FunctionARN>"
            f"<EventType>{VIEWER_REQUEST}</EventType>"
            "</FunctionAssociation>"
        ).encode()

    def quota(self) -> None:
        """Return None: a distribution may have one in each of its cache behaviors."""


def _name(arn: str) -> str:
    return arn.rpartition(":function/")[2]
