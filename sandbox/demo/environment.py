"""Start what the demo runs on: sandbox, origin, distribution, and the stack by the real SAM CLI."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import boto3
import httpx

from sandbox.demo.commands import site_maintenance
from sandbox.demo.console import StepConsole
from sandbox.demo.sam import ROOT, build, deploy
from sandbox.demo.site.distribution import Clients, Site, create_site
from sandbox.demo.site.origin import Origin, start_origin
from sandbox.process import Sandbox, start_sandbox

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_lambda import LambdaClient
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
    functions: "LambdaClient"
    cloudformation: "CloudFormationClient"
    config_xml: list[bytes]

    def get(self, path: str, location: int = 1, **headers: str) -> httpx.Response:
        """Request a path of the distribution at an edge location, as a visitor's browser does."""
        at = {"Host": self.site.domain_name, "X-Sandbox-Edge-Location": str(location)}
        return self.browser.get(path, headers={**at, **headers})

    def write_parameter(self, name: str, value: str) -> None:
        """Write the switch or a window, as an operator does."""
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def alarm(self) -> str | None:
        """Return the expression of the alarm clock's schedule, None if it is not set."""
        return alarm(self.scheduler)

    def config(self) -> bytes:
        """Return the distribution's configuration, byte for byte as CloudFront sends it."""
        self.etag()
        return self.config_xml[-1]

    def etag(self) -> str:
        """Return the ETag of the distribution's configuration, which changes with each update."""
        return self.cloudfront.get_distribution_config(Id=self.site.distribution_id)["ETag"]

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Let no event invoke the controller for the `with` block."""
        name = self.output("Controller")
        self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            yield
        finally:
            self.functions.delete_function_concurrency(FunctionName=name)

    def standby_function(self) -> str:
        """Return the name of the standby engine's function."""
        return self.output("StandbyFunctionArn").rpartition("/")[2]

    def store_writes(self) -> int:
        """Return how many writes of the standby engine's store CloudFront has accepted."""
        calls = self.sandbox.calls("cloudfront-keyvaluestore:UpdateKeys")
        return sum(call["status"] == HTTPStatus.OK for call in calls)

    def output(self, name: str) -> str:
        """Return an output of the stack."""
        [stack] = self.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        return next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == name)

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


def digest(xml: bytes) -> str:
    """Return a digest of a configuration, short enough to be compared by eye."""
    return f"SHA-256 {hashlib.sha256(xml).hexdigest()[:8]}…"


@contextlib.contextmanager
def start_environment(
    console: StepConsole, *, engine: str = "attach", port: int = 0
) -> Iterator[DemoEnvironment]:
    """Start everything, a step each, and give it; all of it ends with the `with` block."""
    parameters = {"Engine": engine} if engine != "attach" else {}
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
        parameters["Distributions"] = site.distribution_id
        shown = " ".join(f"{name}={value}" for name, value in parameters.items())
        with console.step(f"sam deploy --parameter-overrides {shown}"):
            deploy(sandbox, STACK, Distributions=site.distribution_id, Engine=engine)
        with console.step("site-maintenance page put: the shop's name, logo and colour"):
            site_maintenance(sandbox, "page", "put", str(_BRAND), "--yes")
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
            functions=clients["lambda"],
            cloudformation=clients["cloudformation"],
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
    names = ("cloudformation", "cloudfront", "iam", "lambda", "scheduler", "ssm")
    return {name: make(name, endpoint_url=sandbox.endpoint_url) for name in names}


def _record_configs(client: "CloudFrontClient") -> list[bytes]:
    """Return a list to which the body of every GetDistributionConfig response is added."""
    bodies: list[bytes] = []

    def record(response_dict: Mapping[str, Any], **_: object) -> None:
        bodies.append(response_dict["body"])

    client.meta.events.register("before-parse.cloudfront.GetDistributionConfig", record)
    return bodies
