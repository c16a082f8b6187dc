"""
The account that is asked: its clients, the names of what is made in it, and what may be written.

Everything that a run makes is called `maintenance-live-check-<8 hex digits>` or begins so; a
distribution, which has no name, has that in its CallerReference, which nobody can change afterwards
(doc: CloudFront API Reference, API_UpdateDistribution). Clean-up goes by these names only.
"""

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from live_check.pace import AWS, SANDBOX, Pace

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

REGION = "us-east-1"
PREFIX = "maintenance-live-check"
_ANY_RUN = re.compile(rf"/?{PREFIX}-[0-9a-f]{{8}}(?![0-9a-f])")


class NotOursError(Exception):
    """A distribution that no run has made was about to be changed; it was not."""


def run_name(seconds: float) -> str:
    """Return the name of the run that begins at this Unix time."""
    return f"{PREFIX}-{int(seconds):08x}"


def is_of_any_run(name: str) -> bool:
    """Tell whether this is the name of something that a run has made."""
    return _ANY_RUN.match(name) is not None


@dataclass(frozen=True, slots=True)
class Clients:
    """The boto3 clients of one account."""

    cloudformation: "CloudFormationClient"
    cloudfront: "CloudFrontClient"
    events: "EventBridgeClient"
    functions: "LambdaClient"
    iam: "IAMClient"
    s3: "S3Client"
    scheduler: "EventBridgeSchedulerClient"
    sqs: "SQSClient"
    ssm: "SSMClient"


@dataclass(frozen=True)
class Account:
    """
    An account, live or played by a sandbox.

    `own` holds the ids of the distributions that a run has made; no other can be written.
    """

    session: boto3.Session
    endpoint_url: str | None
    account_id: str
    own: set[str] = field(default_factory=set)

    @functools.cached_property
    def clients(self) -> Clients:
        """Return the clients, made when the first is needed."""
        made = _clients(self.session, self.endpoint_url)
        _guard(made.cloudfront, self.own)
        return made

    @property
    def pace(self) -> Pace:
        """Return how long things may take here."""
        return SANDBOX if self.endpoint_url else AWS

    def client(self, service: str, **connection: Any) -> Any:  # noqa: ANN401 - boto3 makes them at run time
        """Return one more client, of a service that few questions need."""
        # A sandbox answers at once or never.
        retries = Config(retries={"total_max_attempts": 1 if self.endpoint_url else 5})
        return self.session.client(  # type: ignore[call-overload]  # boto3-stubs know literal names only
            service,
            endpoint_url=self.endpoint_url,
            **{"region_name": REGION, "config": retries, **connection},
        )

    def environment(self) -> dict[str, str]:
        """Return what the SAM CLI needs in its environment to work in this account."""
        endpoint = {"AWS_ENDPOINT_URL": self.endpoint_url} if self.endpoint_url else {}
        return {
            **endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "SAM_CLI_TELEMETRY": "0",
        }


def open_account(endpoint_url: str | None) -> Account:
    """
    Return the account that the environment's credentials belong to; it is only asked who that is.

    RuntimeError when the environment names an endpoint that was not given: what is played by a
    sandbox would be reported as AWS's word.
    """
    elsewhere = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
    if elsewhere and not endpoint_url:
        raise RuntimeError(
            f"{elsewhere[0]} is set, so this is not AWS. "
            "Give the sandbox's address as ENDPOINT=..., or unset it."
        )
    session = boto3.Session()
    identity = session.client("sts", endpoint_url=endpoint_url, region_name=REGION)
    return Account(session, endpoint_url, identity.get_caller_identity()["Account"])


def _clients(session: boto3.Session, endpoint_url: str | None) -> Clients:
    connection: dict[str, Any] = {
        "endpoint_url": endpoint_url,
        "region_name": REGION,
        "config": Config(retries={"mode": "standard", "total_max_attempts": 8}),
    }
    return Clients(
        cloudformation=session.client("cloudformation", **connection),
        cloudfront=session.client("cloudfront", **connection),
        events=session.client("events", **connection),
        functions=session.client("lambda", **connection),
        iam=session.client("iam", **connection),
        s3=session.client("s3", **connection),
        scheduler=session.client("scheduler", **connection),
        sqs=session.client("sqs", **connection),
        ssm=session.client("ssm", **connection),
    )


def _guard(cloudfront: "CloudFrontClient", own: set[str]) -> None:
    """Refuse, before it is sent, every write to a distribution that is not among `own`."""

    def refuse(params: Mapping[str, Any], **_: object) -> None:
        if params["Id"] not in own:
            raise NotOursError(f"the distribution {params['Id']} was not made by a live check")

    for operation in ("UpdateDistribution", "DeleteDistribution"):
        cloudfront.meta.events.register(f"provide-client-params.cloudfront.{operation}", refuse)
