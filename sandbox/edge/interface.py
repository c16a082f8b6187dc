"""
The interface between the control plane and the edge: four callables, three values.

The edge (`sandbox.edge.app`) knows the control plane only through these callables:

    DeployedAt      host name (no port) -> Deployed, or None if it is no distribution's
    Invoke          version ARN, payload -> InvokeResult; never raises for a failing function
    LiveFunctionOf  CloudFront Function ARN -> its LIVE stage, or None without one
    CountFunction   CloudFront Function ARN, metric, number -> counted in CloudWatch

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


type DeployedAt = Callable[[str], Deployed | None]
type Invoke = Callable[[str, bytes], Awaitable[InvokeResult]]
type LiveFunctionOf = Callable[[str], LiveFunction | None]
type CountFunction = Callable[[str, str, int], None]
