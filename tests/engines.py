"""The engines of the tests: Lambda@Edge, and an invented one with other rules."""

from html import escape

from maintenance.cloudfront.engine import Engine
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association, Behavior, Feature, Kind
from msgspec import Struct

from tests.builders import ACCOUNT, EDGE


def invented_arn(version: int = 7, *, stack: str = "site") -> str:
    """Return the ARN of a version of a stack's invented maintenance function."""
    return f"arn:aws:cloudfront::{ACCOUNT}:function/{stack}-invented-{version}"


class InventedEngine(Struct, frozen=True):
    """Attaches a CloudFront Function, also with gRPC; a distribution can have three."""

    stack: str = "site"

    @property
    def kind(self) -> Kind:
        """Return the kind that is not Lambda@Edge's."""
        return Kind.CLOUDFRONT_FUNCTION

    def owns(self, arn: str) -> bool:
        """Return whether the name is one of this stack."""
        return self._stack_of(arn) == self.stack

    def is_former(self, arn: str) -> bool:  # noqa: ARG002 - the protocol's
        """Return False: its names have no random part."""
        return False

    def sibling_stack(self, arn: str) -> str | None:
        """Return the other stack in the name."""
        stack = self._stack_of(arn)
        return stack if stack != self.stack else None

    def unsupported(self, behavior: Behavior) -> Feature | None:
        """Return Smooth Streaming only."""
        feature = Feature.SMOOTH_STREAMING
        return feature if feature in behavior.features else None

    def conflicts(self, association: Association) -> bool:
        """Return whether this is at viewer-request, or Lambda@Edge at viewer-response."""
        mixes = association.kind is not self.kind and association.event_type in VIEWER_EVENTS
        return mixes or association.event_type == VIEWER_REQUEST

    def entry(self, arn: str) -> bytes:
        """Return an item of the list of CloudFront Functions."""
        return (
            f"<FunctionAssociation><FunctionARN>{escape(arn, quote=False)}</FunctionARN>"
            f"<EventType>{VIEWER_REQUEST}</EventType></FunctionAssociation>"
        ).encode()

    def quota(self) -> int:
        """Return a number that a test reaches."""
        return 3

    def _stack_of(self, arn: str) -> str | None:
        name = arn.partition(":function/")[2]
        stack, mark, _ = name.partition("-invented-")
        return stack if mark else None


INVENTED = InventedEngine()
ENGINES: dict[str, tuple[Engine, str]] = {
    "Lambda@Edge": (EDGE, EDGE.base_arn),
    "an invented engine": (INVENTED, invented_arn()),
}
