"""The values that all packages share: modes, functions, behaviors, distributions, a timer."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

VIEWER_REQUEST = "viewer-request"
VIEWER_RESPONSE = "viewer-response"
VIEWER_EVENTS = (VIEWER_REQUEST, VIEWER_RESPONSE)


class Mode(StrEnum):
    """What the site should do; `UNCHANGED` if neither the switch nor a window decides."""

    LIVE = "live"
    MAINTENANCE = "maintenance"
    UNCHANGED = "unchanged"


class Kind(StrEnum):
    """CloudFront's two kinds of edge functions. They never mix on one behavior's viewer events."""

    LAMBDA_AT_EDGE = "Lambda@Edge function"
    CLOUDFRONT_FUNCTION = "CloudFront Function"


class Feature(StrEnum):
    """What a cache behavior has switched on that not every edge function can serve."""

    GRPC = "gRPC"
    SMOOTH_STREAMING = "Microsoft Smooth Streaming"


class Association(Struct, frozen=True, order=True):
    """A function bound to an event type of a cache behavior."""

    event_type: str
    kind: Kind
    arn: str

    def __str__(self) -> str:
        """Name the function the way a person would look for it."""
        return f"{self.kind} {self.arn} at {self.event_type}"


class Behavior(Struct, frozen=True):
    """
    One cache behavior. `path_pattern` is None for the default behavior, never "*".

    `associations` are sorted, because CloudFront returns them in no fixed order.
    """

    path_pattern: str | None
    associations: tuple[Association, ...]
    features: frozenset[Feature] = frozenset()


class Distribution(Struct, frozen=True):
    """
    A distribution as ListDistributions describes it; `status` is Deployed or InProgress.

    `last_modified` is when CloudFront accepted the last update, so InProgress began then. `etag`
    names the version of its configuration, and is empty if CloudFront does not say.
    """

    distribution_id: str
    domain_name: str
    aliases: tuple[str, ...]
    status: str
    staging: bool
    behaviors: tuple[Behavior, ...]
    last_modified: datetime
    etag: str = ""

    @property
    def name(self) -> str:
        """What people know it by; one that tenants share is listed with the domain name `-`."""
        own = "shared by tenants" if self.domain_name == "-" else self.domain_name
        return ", ".join(self.aliases) or own


class Timer(Struct, frozen=True):
    """How to wait: `elapsed` returns seconds that only go forward, `sleep` lets them pass."""

    elapsed: Callable[[], float]
    sleep: Callable[[float], None]
