"""
The account that is asked: its clients, the names of a run's stacks, and what may be written.

A run is called `maintenance-live-check-<8 hex digits>`. The product's stack has the same name, the
probe's stack ends in `-probe`; the clean-up goes by these two only.
"""

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from live_check.timing import AWS, SANDBOX, Timing

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

REGION = "us-east-1"
PREFIX = "maintenance-live-check"
PROBE = "-probe"
_STACK = re.compile(rf"({PREFIX}-[0-9a-f]{{8}})({PROBE})?")


class ForeignDistributionError(Exception):
    """A distribution that this run has not created was about to be changed; it was not."""


def run_name(seconds: float) -> str:
    """Return the name of the run that begins at this Unix time."""
    return f"{PREFIX}-{int(seconds):08x}"


def run_of(stack: str) -> str | None:
    """Return the name of the run that made the stack of this name, or None."""
    match = _STACK.fullmatch(stack)
    return match[1] if match else None


def start_of(run: str) -> datetime:
    """Return when the run of this name began."""
    return datetime.fromtimestamp(int(run.rpartition("-")[2], 16), UTC)


@dataclass(frozen=True, slots=True)
class Clients:
    """The boto3 clients of one account."""

    cloudformation: "CloudFormationClient"
    cloudfront: "CloudFrontClient"
    functions: "LambdaClient"
    iam: "IAMClient"
    s3: "S3Client"
    sqs: "SQSClient"
    ssm: "SSMClient"


@dataclass(frozen=True)
class Account:
    """
    A real account, or one that a sandbox plays.

    `own` holds the ids of the distributions that this run has made; no other can be written.
    """

    session: boto3.Session
    endpoint_url: str | None
    account_id: str
    own: set[str] = field(default_factory=set)

    @functools.cached_property
    def clients(self) -> Clients:
        """Return the clients; they are created when the first is needed."""
        clients = _create_clients(self.session, self.endpoint_url)
        _guard(clients.cloudfront, self.own)
        return clients

    @property
    def timing(self) -> Timing:
        """Return how long things may take here."""
        return SANDBOX if self.endpoint_url else AWS

    def client(self, service: str, **connection: Any) -> Any:  # noqa: ANN401 - boto3 creates them at run time
        """Return a client of a service that few questions need, or of another Region."""
        # A sandbox answers at once or never.
        retries = Config(retries={"total_max_attempts": 1 if self.endpoint_url else 5})
        return self.session.client(  # type: ignore[call-overload]  # boto3-stubs know literal names only
            service,
            endpoint_url=self.endpoint_url,
            **{"region_name": REGION, "config": retries, **connection},
        )

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which the SAM CLI uses this account."""
        endpoint = {"AWS_ENDPOINT_URL": self.endpoint_url} if self.endpoint_url else {}
        return {
            **endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "SAM_CLI_TELEMETRY": "0",
        }


def open_account(endpoint_url: str | None) -> Account:
    """
    Return the account of the environment's credentials; the only call is GetCallerIdentity.

    RuntimeError if the environment names an endpoint that was not given: the report would present
    a sandbox's answers as AWS's.
    """
    endpoints = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
    if endpoints and not endpoint_url:
        raise RuntimeError(
            f"{endpoints[0]} is set, so this is not AWS. "
            "Give the sandbox's address as ENDPOINT=..., or unset it."
        )
    session = boto3.Session()
    identity = session.client("sts", endpoint_url=endpoint_url, region_name=REGION)
    return Account(session, endpoint_url, identity.get_caller_identity()["Account"])


def _create_clients(session: boto3.Session, endpoint_url: str | None) -> Clients:
    connection: dict[str, Any] = {
        "endpoint_url": endpoint_url,
        "region_name": REGION,
        "config": Config(retries={"mode": "standard", "total_max_attempts": 8}),
    }
    return Clients(
        cloudformation=session.client("cloudformation", **connection),
        cloudfront=session.client("cloudfront", **connection),
        functions=session.client("lambda", **connection),
        iam=session.client("iam", **connection),
        s3=session.client("s3", **connection),
        sqs=session.client("sqs", **connection),
        ssm=session.client("ssm", **connection),
    )


def _guard(cloudfront: "CloudFrontClient", own: set[str]) -> None:
    """Refuse, before it is sent, every write to a distribution that is not in `own`."""

    def refuse(params: Mapping[str, Any], **_: object) -> None:
        if params["Id"] not in own:
            raise ForeignDistributionError(
                f"the distribution {params['Id']} was not created by this live check"
            )

    for operation in ("UpdateDistribution", "DeleteDistribution"):
        cloudfront.meta.events.register(f"provide-client-params.cloudfront.{operation}", refuse)
