"""Set the stage: sandbox, origin, distribution, and the stack by the real SAM CLI."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import httpx

from sandbox.demo.console import StepConsole
from sandbox.demo.sam import build, deploy
from sandbox.demo.site.distribution import Clients, Site, create_site
from sandbox.demo.site.origin import Origin, start_origin
from sandbox.process import Sandbox, start_sandbox

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_ssm import SSMClient

STACK = "site-maintenance"
SWITCH = "/site/maintenance"
WINDOWS = f"{SWITCH}/windows"


@dataclass(frozen=True)
class DemoEnvironment:
    """Everything the story plays with."""

    sandbox: Sandbox
    origin: Origin
    site: Site
    browser: httpx.Client
    cloudfront: "CloudFrontClient"
    ssm: "SSMClient"
    scheduler: "EventBridgeSchedulerClient"
    config_xml: list[bytes]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask the distribution for a path, as a visitor's browser does."""
        return self.browser.get(path, headers={"Host": self.site.domain_name, **headers})

    def write_parameter(self, name: str, value: str) -> None:
        """Write the switch or a window, as the operator does."""
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def alarm(self) -> str | None:
        """Return what the controller's alarm clock is aimed at, None where it is not set."""
        return alarm(self.scheduler)

    def config(self) -> bytes:
        """Return the distribution's configuration, byte for byte as CloudFront sends it."""
        self.cloudfront.get_distribution_config(Id=self.site.distribution_id)
        return self.config_xml[-1]

    def status(self) -> str:
        """Return CloudFront's word for the distribution: InProgress or Deployed."""
        answer = self.cloudfront.get_distribution(Id=self.site.distribution_id)
        return answer["Distribution"]["Status"]


def alarm(scheduler: "EventBridgeSchedulerClient") -> str | None:
    """Return what the alarm clock is aimed at, None where it is not set."""
    for each in scheduler.list_schedules(NamePrefix="alarm-clock")["Schedules"]:
        try:
            found = scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
        except scheduler.exceptions.ResourceNotFoundException:
            return None  # it was removed since it was listed
        return found["ScheduleExpression"]
    return None


@contextlib.contextmanager
def start_environment(console: StepConsole, *, port: int = 0) -> Iterator[DemoEnvironment]:
    """Give the stage, set; everything that was started ends with the `with` block."""
    with contextlib.ExitStack() as started:
        with console.step("The sandbox plays AWS on this machine"):
            sandbox = started.enter_context(start_sandbox(port=port))
        with console.step("A shop's web server runs behind it"):
            origin = started.enter_context(start_origin())
        clients = _clients(sandbox)
        with console.step("CloudFront serves the shop: four cache behaviors, three with functions"):
            made = Clients(clients["cloudfront"], clients["iam"], clients["lambda"])
            site = create_site(made, origin.url)
        with console.step("make build"):
            build(sandbox)
        with console.step(f"sam deploy, for distribution {site.distribution_id}"):
            deploy(sandbox, STACK, Distributions=site.distribution_id)
        browser = started.enter_context(httpx.Client(base_url=sandbox.endpoint_url, timeout=30))
        yield DemoEnvironment(
            sandbox=sandbox,
            origin=origin,
            site=site,
            browser=browser,
            cloudfront=clients["cloudfront"],
            ssm=clients["ssm"],
            scheduler=clients["scheduler"],
            config_xml=_recorded(clients["cloudfront"]),
        )


def _clients(sandbox: Sandbox) -> Mapping[str, Any]:
    environment = sandbox.environment()
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    make: Callable[..., Any] = session.client
    names = ("cloudfront", "iam", "lambda", "scheduler", "ssm")
    return {name: make(name, endpoint_url=sandbox.endpoint_url) for name in names}


def _recorded(client: "CloudFrontClient") -> list[bytes]:
    """Return a list that gets the body of every GetDistributionConfig answer."""
    bodies: list[bytes] = []

    def record(response_dict: Mapping[str, Any], **_: object) -> None:
        bodies.append(response_dict["body"])

    client.meta.events.register("before-parse.cloudfront.GetDistributionConfig", record)
    return bodies
