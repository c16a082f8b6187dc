"""
The protocol between this package and the function that closes a site. Pure.

An engine is one way to close a site: a function of ours that answers at viewer-request, the only
event that sees each request before the cache does. Planning, editing and restoring know this
protocol only; `maintenance.lambda_edge` is one engine behind it.
"""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from maintenance.model import VIEWER_REQUEST, Association, Behavior, Feature, Kind


class Engine(Protocol):
    """The maintenance function of one stack, and CloudFront's rules for its kind."""

    @property
    def kind(self) -> Kind:
        """Which of CloudFront's kinds the function is."""

    @property
    def stack(self) -> str:
        """The name of the stack, for sentences."""

    def owns(self, arn: str) -> bool:
        """Return whether this is any version of the stack's maintenance function, also a former."""

    def is_former(self, arn: str) -> bool:
        """Return whether an earlier installation of the stack left this function behind."""

    def sibling_stack(self, arn: str) -> str | None:
        """Return the other stack whose maintenance function this is, None if it is no such one."""

    def unsupported(self, behavior: Behavior) -> Feature | None:
        """Return the feature of the behavior that keeps the function from running there."""

    def conflicts(self, association: Association) -> bool:
        """Return whether this function must be displaced before ours can be attached."""

    def entry(self, arn: str) -> bytes:
        """Return the XML item that attaches this version at viewer-request."""

    def quota(self) -> int | None:
        """Return how many functions of this kind a distribution can have, None without a limit."""


class Selection(Struct, frozen=True):
    """
    The version to attach, and the errors and notices of selecting it.

    A fallback only goes where no version of ours is attached.
    """

    arn: str
    is_fallback: bool = False
    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class PreflightResult(Struct, frozen=True):
    """The reasons why a version cannot be attached anywhere, and notices about it."""

    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def attached_version(associations: Iterable[Association], engine: Engine) -> str | None:
    """Return the ARN of ours at viewer-request, None if ours is not there."""
    for each in associations:
        is_its_place = each.event_type == VIEWER_REQUEST and each.kind is engine.kind
        if is_its_place and engine.owns(each.arn):
            return each.arn
    return None
