"""
The cloud that stories and contract tests run against: boto3 clients of a running sandbox.

Clients do not retry, so that a test sees every answer; what runs inside the sandbox retries as it
was built to.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

from sandbox.process import Sandbox

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_POLL_SECONDS = 0.02
# Each story makes clients of its own; the models that they are made of are read once.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)


@dataclass(frozen=True)
class Cloud:
    """A sandbox and its clients; the keys are the caller's, root by default."""

    sandbox: Sandbox
    access_key: str = "test"
    secret_key: str = "test"  # noqa: S105 - root of the sandbox

    @functools.cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """Return the CloudFormation client."""
        return _session().client("cloudformation", **self._connection)

    @functools.cached_property
    def cloudfront(self) -> "CloudFrontClient":
        """Return the CloudFront client."""
        return _session().client("cloudfront", **self._connection)

    @functools.cached_property
    def cloudwatch(self) -> Any:  # noqa: ANN401 - its types are not installed
        """Return the CloudWatch client."""
        return _session().client("cloudwatch", **self._connection)

    @functools.cached_property
    def ec2(self) -> "EC2Client":
        """Return the EC2 client."""
        return _session().client("ec2", **self._connection)

    @functools.cached_property
    def events(self) -> "EventBridgeClient":
        """Return the EventBridge client."""
        return _session().client("events", **self._connection)

    @functools.cached_property
    def iam(self) -> "IAMClient":
        """Return the IAM client."""
        return _session().client("iam", **self._connection)

    @functools.cached_property
    def functions(self) -> "LambdaClient":
        """Return the Lambda client."""
        return _session().client("lambda", **self._connection)

    @functools.cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """Return the CloudWatch Logs client."""
        return _session().client("logs", **self._connection)

    @functools.cached_property
    def s3(self) -> "S3Client":
        """Return the S3 client."""
        return _session().client("s3", **self._connection)

    @functools.cached_property
    def scheduler(self) -> "EventBridgeSchedulerClient":
        """Return the EventBridge Scheduler client."""
        return _session().client("scheduler", **self._connection)

    @functools.cached_property
    def sns(self) -> Any:  # noqa: ANN401 - its types are not installed
        """Return the SNS client."""
        return _session().client("sns", **self._connection)

    @functools.cached_property
    def sqs(self) -> "SQSClient":
        """Return the SQS client."""
        return _session().client("sqs", **self._connection)

    @functools.cached_property
    def ssm(self) -> "SSMClient":
        """Return the Systems Manager client."""
        return _session().client("ssm", **self._connection)

    @property
    def _connection(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.sandbox.endpoint_url,
            "region_name": "us-east-1",
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "config": Config(retries={"total_max_attempts": 1}),
        }


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


def eventually[T](look: Callable[[], T], *, seconds: float = 60.0) -> T:
    """Return what `look` gives as soon as that is true; AssertionError when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"Still not so after {seconds} seconds: {look}.")
