"""
What AWS may do to a call: refuse it, lose its answer, be slow; as orders to the sandbox.

Most are of the kind that an SDK does not try again, for it waits half a second before it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Trouble:
    """What befalls the next calls of an operation, `most` of them."""

    kind: str
    operation: str
    code: str
    status: int
    most: int = 20

    def order(self) -> Mapping[str, Any]:
        """Return the members of the order."""
        return {"code": self.code, "status": self.status, "seconds": 0.05}


_FORBIDDEN = [
    Trouble("refuse", operation, "AccessDenied", 403)
    for operation in (
        "cloudfront:*",
        "cloudfront:ListDistributions",
        "cloudfront:GetDistributionConfig",
        "cloudfront:UpdateDistribution",
        "s3:*",
        "s3:GetObject",
        "s3:PutObject",
        "ssm:*",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
        "ssm:GetParameterHistory",
        "ssm:PutParameter",
        "scheduler:*",
        "lambda:*",
        "events:*",
    )
]
_CONDITIONS = [
    Trouble("refuse", "cloudfront:UpdateDistribution", "PreconditionFailed", 412),
    Trouble("refuse", "s3:PutObject", "PreconditionFailed", 412),
    Trouble("refuse", "s3:PutObject", "ConditionalRequestConflict", 409),
    Trouble("refuse", "s3:PutObject", "NoSuchKey", 404),
]
# Carried out, and whoever called hears an error: what is left when all tries of an SDK got lost.
_LOST = [
    Trouble("lose", operation, "AccessDenied", 403)
    for operation in (
        "cloudfront:UpdateDistribution",
        "s3:PutObject",
        "ssm:PutParameter",
        "lambda:*",
    )
]
_TRIED_AGAIN = [
    Trouble("lose", "cloudfront:UpdateDistribution", "InternalError", 500, most=1),
    Trouble("lose", "s3:PutObject", "InternalError", 500, most=1),
    Trouble("refuse", "cloudfront:*", "Throttling", 400, most=1),
    Trouble("slow", "*", "", 200),
]
TROUBLES = st.sampled_from([*_FORBIDDEN, *_CONDITIONS, *_LOST, *_TRIED_AGAIN])
