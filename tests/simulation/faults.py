"""
Faults of AWS for the sandbox to inject: a call is refused, its response is lost, or it is slow.

Most are errors that an SDK does not retry, because it waits half a second before each retry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Fault:
    """A fault of an operation's next calls, of at most `max_times`."""

    kind: str
    operation: str
    code: str
    status: int
    max_times: int = 20

    def members(self) -> Mapping[str, Any]:
        """Return the other arguments of the injection."""
        return {"code": self.code, "status": self.status, "seconds": 0.05}


_FORBIDDEN = [
    Fault("refuse", operation, "AccessDenied", 403)
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
    Fault("refuse", "cloudfront:UpdateDistribution", "PreconditionFailed", 412),
    Fault("refuse", "s3:PutObject", "PreconditionFailed", 412),
    Fault("refuse", "s3:PutObject", "ConditionalRequestConflict", 409),
    Fault("refuse", "s3:PutObject", "NoSuchKey", 404),
]
# Applied, but the caller gets an error: as if all retries of an SDK were lost.
_LOST = [
    Fault("lose", operation, "AccessDenied", 403)
    for operation in (
        "cloudfront:UpdateDistribution",
        "s3:PutObject",
        "ssm:PutParameter",
        "lambda:*",
    )
]
_RETRIED = [
    Fault("lose", "cloudfront:UpdateDistribution", "InternalError", 500, max_times=1),
    Fault("lose", "s3:PutObject", "InternalError", 500, max_times=1),
    Fault("refuse", "cloudfront:*", "Throttling", 400, max_times=1),
    Fault("slow", "*", "", 200),
]
FAULTS = st.sampled_from([*_FORBIDDEN, *_CONDITIONS, *_LOST, *_RETRIED])
_STORE = "cloudfront-keyvaluestore"
STANDBY_FAULTS = st.sampled_from(
    [
        *(
            Fault("refuse", operation, "AccessDeniedException", 403)
            for operation in (
                f"{_STORE}:DescribeKeyValueStore",
                f"{_STORE}:GetKey",
                f"{_STORE}:ListKeys",
                f"{_STORE}:UpdateKeys",
                "cloudfront:GetFunction",
                "cloudfront:PublishFunction",
                "cloudfront:ListDistributions",
                "lambda:*",
                "s3:*",
                "scheduler:*",
                "ssm:GetParameter",
                "ssm:GetParametersByPath",
                "ssm:PutParameter",
            )
        ),
        Fault("refuse", f"{_STORE}:UpdateKeys", "ConflictException", 409, max_times=1),
        Fault("refuse", "cloudfront:UpdateFunction", "PreconditionFailed", 412, max_times=1),
        Fault("lose", f"{_STORE}:UpdateKeys", "InternalServerException", 500, max_times=1),
        Fault("lose", "cloudfront:UpdateFunction", "InternalError", 500, max_times=1),
        Fault("lose", "cloudfront:PublishFunction", "InternalError", 500, max_times=1),
    ]
)
