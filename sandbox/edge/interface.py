"""
The interface between the control plane and the edge.

The edge (`sandbox.edge.app`) knows the control plane only through these callables:

    DeployedAt      host name (no port), location -> Deployed, or None if it is no distribution's
    Invoke          version ARN, payload -> InvokeResult; never raises for a failing function
    EdgeFunctions   what the edge needs of CloudFront Functions

A location is the number of an edge location, 1, 2 ...: each gets a change at another moment.

Standard library only.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deployed:
    """
    A distribution as the edge serves it: with its deployed configuration, not its newest.

    `config_xml` is the DistributionConfig document in UTF-8, as GetDistributionConfig returns it.
    """

    distribution_id: str
    domain_name: str
    config_xml: bytes


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """
    What a Lambda version returned: the payload (JSON in UTF-8) of its result or error.

    `function_error` is None for a result, else Lambda's word for the failure ("Unhandled").
    """

    payload: bytes
    function_error: str | None


@dataclass(frozen=True, slots=True)
class LiveFunction:
    """
    The published code of a CloudFront Function, and the key-value store that it reads.

    `values` are by key, as the edge has them now; None if no store is associated. With
    `has_failing_reads`, each read of them fails; one that `is_throttled` does not run.
    """

    code: str
    values: Mapping[str, str] | None = None
    has_failing_reads: bool = False
    is_throttled: bool = False


@dataclass(frozen=True, slots=True)
class EdgeFunctions:
    """
    What the edge needs of CloudFront Functions.

    `live` returns the LIVE stage of an ARN at a location, None without one; `count` counts a metric
    of CloudWatch's for an ARN; `throttle` gets the ARN of one whose code did not load.
    """

    live: Callable[[str, int], LiveFunction | None]
    count: Callable[[str, str, int], None]
    throttle: Callable[[str], None]


type DeployedAt = Callable[[str, int], Deployed | None]
type Invoke = Callable[[str, bytes], Awaitable[InvokeResult]]
