"""
What the control plane and the edge say to each other: three calls, two values.

The edge (`sandbox.edge.app`) sees the control plane through these callables and nothing else:

    DeployedAt      host name (no port) -> Deployed, or None where no distribution answers it
    Invoke          version ARN, payload -> InvokeAnswer; never raises for a failing function
    FunctionCode    CloudFront Function ARN -> its LIVE code, or None where there is none

Standard library only.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deployed:
    """
    One distribution as the edge serves it: its deployed, not its newest, configuration.

    `config_xml` is the DistributionConfig document in UTF-8, as GetDistributionConfig answers it.
    """

    distribution_id: str
    domain_name: str
    config_xml: bytes


@dataclass(frozen=True, slots=True)
class InvokeAnswer:
    """
    What a Lambda version answered: its payload (JSON in UTF-8), or the error's.

    `function_error` is None for an answer, else Lambda's word for the failure ("Unhandled").
    """

    payload: bytes
    function_error: str | None


type DeployedAt = Callable[[str], Deployed | None]
type Invoke = Callable[[str, bytes], Awaitable[InvokeAnswer]]
type FunctionCode = Callable[[str], str | None]
