"""Start what the demo runs on: sandbox, origin, distribution, and the stack by the real SAM CLI."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import httpx

from sandbox.demo.console import StepConsole, StepFailed
from sandbox.demo.sam import ROOT, build, deploy, run
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
_BRAND = ROOT / "docs" / "brands" / "harbour-roasters"


@dataclass(frozen=True)
class DemoEnvironment:
    """The running shop with the stack deployed, as operators and visitors use it."""

    sandbox: Sandbox
    origin: Origin
    site: Site
    browser: httpx.Client
    cloudfront: "CloudFrontClient"
    ssm: "SSMClient"
    scheduler: "EventBridgeSchedulerClient"
    config_xml: list[bytes]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Request a path of the distribution, as a visitor's browser does."""
        return self.browser.get(path, headers={"Host": self.site.domain_name, **headers})

    def write_parameter(self, name: str, value: str) -> None:
        """Write the switch or a window, as an operator does."""
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def alarm(self) -> str | None:
        """Return the expression of the alarm clock's schedule, None if it is not set."""
        return alarm(self.scheduler)

    def config(self) -> bytes:
        """Return the distribution's configuration, byte for byte as CloudFront sends it."""
        self.cloudfront.get_distribution_config(Id=self.site.distribution_id)
        return self.config_xml[-1]

    def status(self) -> str:
        """Return CloudFront's status of the distribution: InProgress or Deployed."""
        answer = self.cloudfront.get_distribution(Id=self.site.distribution_id)
        return answer["Distribution"]["Status"]


def alarm(scheduler: "EventBridgeSchedulerClient") -> str | None:
    """Return the expression of the alarm clock's schedule, None if it is not set."""
    for each in scheduler.list_schedules(NamePrefix="alarm-clock")["Schedules"]:
        try:
            found = scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
        except scheduler.exceptions.ResourceNotFoundException:
            return None  # the controller removed it after it was listed
        return found["ScheduleExpression"]
    return None


@contextlib.contextmanager
def start_environment(console: StepConsole, *, port: int = 0) -> Iterator[DemoEnvironment]:
    """Start everything, a step each, and give it; all of it ends with the `with` block."""
    with contextlib.ExitStack() as started:
        with console.step("start the sandbox, which serves AWS's APIs on this machine"):
            sandbox = started.enter_context(start_sandbox(port=port))
            origin = started.enter_context(start_origin())
        clients = _clients(sandbox)
        with console.step("create a shop in CloudFront: four cache behaviors, three functions"):
            made = Clients(clients["cloudfront"], clients["iam"], clients["lambda"])
            site = create_site(made, origin.url)
        with console.step("make build"):
            build(sandbox)
        with console.step(f"sam deploy --parameter-overrides Distributions={site.distribution_id}"):
            deploy(sandbox, STACK, Distributions=site.distribution_id)
        with console.step("site-maintenance page put: the shop's name, logo and colour"):
            _put_brand(sandbox)
        # Loopback needs no proxy, and not every kind is supported.
        browser = httpx.Client(base_url=sandbox.endpoint_url, timeout=60, trust_env=False)
        yield DemoEnvironment(
            sandbox=sandbox,
            origin=origin,
            site=site,
            browser=started.enter_context(browser),
            cloudfront=clients["cloudfront"],
            ssm=clients["ssm"],
            scheduler=clients["scheduler"],
            config_xml=_record_configs(clients["cloudfront"]),
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


def _put_brand(sandbox: Sandbox) -> None:
    ran = run(
        [sys.executable, "-m", "maintenance", "page", "put", str(_BRAND), "--yes"],
        {**sandbox.environment(), "PYTHONPATH": f"{ROOT}/controller:{ROOT}/edge_handler"},
    )
    if ran.returncode:
        raise StepFailed(f"site-maintenance page put failed: {ran.stderr.strip()}")


def _record_configs(client: "CloudFrontClient") -> list[bytes]:
    """Return a list to which the body of every GetDistributionConfig response is added."""
    bodies: list[bytes] = []

    def record(response_dict: Mapping[str, Any], **_: object) -> None:
        bodies.append(response_dict["body"])

    client.meta.events.register("before-parse.cloudfront.GetDistributionConfig", record)
    return bodies
