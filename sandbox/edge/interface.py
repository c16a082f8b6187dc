"""
The interface between the control plane and the edge: three callables, two values.

The edge (`sandbox.edge.app`) knows the control plane only through these callables:

    DeployedAt      host name (no port) -> Deployed, or None if it is no distribution's
    Invoke          version ARN, payload -> InvokeResult; never raises for a failing function
    FunctionCode    CloudFront Function ARN -> its LIVE code, or None without one

Standard library only.
"""

from collections.abc import Awaitable, Callable
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


type DeployedAt = Callable[[str], Deployed | None]
type Invoke = Callable[[str, bytes], Awaitable[InvokeResult]]
type FunctionCode = Callable[[str], str | None]
