"""
The cloud that stories and contract tests run against: boto3 clients of a running sandbox.

These clients do not retry, so that a test sees every response; programs inside the sandbox do.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from maintenance.aws.standby.key_value_store import STORE_CLIENT, sign_calls

from sandbox.process import Sandbox
from tests.timing import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient
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
# Each story makes its own clients, but botocore reads their models only once.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)


@dataclass(frozen=True)
class Cloud:
    """A sandbox and its clients, with a caller's keys; the default is root's."""

    sandbox: Sandbox
    access_key: str = "test"
    secret_key: str = "test"  # noqa: S105 - root of the sandbox
    session_token: str | None = None

    def account(self, account_id: str) -> "Cloud":
        """Return the clients of another account's root."""
        return Cloud(self.sandbox, access_key=account_id)

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
    def key_values(self) -> "CloudFrontKeyValueStoreClient":
        """Return the client of key-value stores, with our own signer."""
        config = STORE_CLIENT.merge(self._connection["config"])
        client = _session().client(
            "cloudfront-keyvaluestore", **{**self._connection, "config": config}
        )
        credentials = Credentials(self.access_key, self.secret_key, self.session_token)
        return sign_calls(client, lambda: credentials, lambda: datetime.now(UTC))

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
    def states(self) -> Any:  # noqa: ANN401 - its types are not installed
        """Return the Step Functions client."""
        return _session().client("stepfunctions", **self._connection)

    @functools.cached_property
    def sts(self) -> Any:  # noqa: ANN401 - its types are not installed
        """Return the STS client."""
        return _session().client("sts", **self._connection)

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
            "aws_session_token": self.session_token,
            "config": Config(retries={"total_max_attempts": 1}),
        }


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


def eventually[T](read: Callable[[], T]) -> T:
    """Return the first true result of `read`; AssertionError if there is none in time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = read()
        if found:
            return found
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"Not true within {PATIENCE} seconds: {read}.")
