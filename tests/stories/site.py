"""
A site with its controller, in the words that the stories use.

The controller is the real Lambda handler, called in this process. Everything that it reads and
writes is in the sandbox, over HTTP.
"""

import functools
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import boto3
import httpx
from maintenance.app import App, assemble
from maintenance.handler import lambda_handler
from maintenance.lambda_edge.bypass import TOKENS_KEY, Token, encode_tokens
from maintenance.settings import Settings
from maintenance.wakeup import ParameterChanged, Sweep
from viewer_request import load_responder

from tests.cloud import Cloud
from tests.edge.builders import a_request
from tests.sandbox.builders import a_role, signed
from tests.timing import PATIENCE

SWITCH = "/site/maintenance"
STATUS = f"{SWITCH}/status"
BUCKET = "site-state"
GROUP = "site-schedules"
EDGE_NAME = "site-MaintenanceEdge-A1B2C3D4E5F6"
PAGE_NAME = "site-MaintenancePage-F6E5D4C3B2A1"
EDGE_HANDLER = Path(__file__).parents[2] / "edge_handler"
_CONTEXT = SimpleNamespace(
    function_name="site-Controller",
    function_version="$LATEST",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:site-Controller",
    aws_request_id="11111111-2222-3333-4444-555555555555",
)
_SWITCH_CHANGED = {
    "version": "0",
    "id": "9547ef2d-3b7e-4057-b6cb-5fdf09ee7c8f",
    "detail-type": "Parameter Store Change",
    "source": "aws.ssm",
    "account": "000000000000",
    "time": "2026-11-23T02:00:00Z",
    "region": "us-east-1",
    "resources": [f"arn:aws:ssm:us-east-1:000000000000:parameter{SWITCH}"],
    "detail": {"operation": "Update", "name": SWITCH, "type": "String", "description": ""},
}

_PAGE_CHANGED = {
    "detail-type": "Object Created",
    "source": "aws.s3",
    "time": "2026-11-23T02:00:00Z",
    "detail": {"bucket": {"name": BUCKET}, "object": {"key": "page/page.html"}},
}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Site:
    """One stack in a cloud: its switch, its state bucket, its edge version."""

    cloud: Cloud
    edge_version_arn: str
    name: str = "site"

    @property
    def switch(self) -> str:
        """Return the name of its switch."""
        return f"/{self.name}/maintenance"

    @property
    def bucket(self) -> str:
        """Return the name of its state bucket."""
        return f"{self.name}-state"

    @property
    def group(self) -> str:
        """Return the name of its schedule group."""
        return f"{self.name}-schedules"

    def environment(self, distributions: str, **settings: str) -> dict[str, str]:
        """Return the environment that the template would give the controller."""
        return {
            "DISTRIBUTIONS": distributions,
            "EDGE_VERSION_ARN": self.edge_version_arn,
            "PAGE_FUNCTION": PAGE_NAME,
            "STACK_NAME": self.name,
            "STATE_BUCKET": self.bucket,
            "SWITCH_PARAMETER": self.switch,
            "SCHEDULE_GROUP": self.group,
            "SCHEDULER_ROLE_ARN": "arn:aws:iam::000000000000:role/wake",
            "DEAD_LETTER_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:dead-letters",
            **settings,
        }

    def says(self, value: str) -> None:
        """Write the switch, as an operator does."""
        self.cloud.ssm.put_parameter(Name=self.switch, Value=value, Type="String", Overwrite=True)

    def wakes(self, *, seconds: float = 900) -> dict[str, Any]:
        """Deliver the change event of the switch to the controller; return its report."""
        return self.receives(_SWITCH_CHANGED, seconds=seconds)

    def change_of_the_switch(self) -> ParameterChanged:
        """Return the wakeup of the switch's last change."""
        written = self.cloud.ssm.get_parameter(Name=self.switch)["Parameter"]["LastModifiedDate"]
        return ParameterChanged(self.switch, written)

    def receives(self, event: object, *, seconds: float = 900) -> dict[str, Any]:
        """Deliver an event to the controller, which has `seconds`; return its report."""
        context = SimpleNamespace(
            **vars(_CONTEXT), get_remaining_time_in_millis=lambda: 1000 * seconds
        )
        report: dict[str, Any] = lambda_handler(event, context)  # type: ignore[arg-type]  # the few members it reads
        json.dumps(report)
        return report

    def schedules(self, name: str, value: str) -> None:
        """Write a window, as a team does."""
        self.cloud.ssm.put_parameter(
            Name=f"{self.switch}/windows/{name}", Value=value, Type="String", Overwrite=True
        )

    def runs_at(self, now: datetime) -> dict[str, Any]:
        """Sweep with the controller's clock at this instant; return its report."""
        return self.controller(clock=lambda: now).run(Sweep(is_scheduled=True))

    def controller(
        self,
        *,
        clock: Callable[[], datetime] = _now,
        session: boto3.Session | None = None,
    ) -> App:
        """Return the controller of a new process, with clients of this session if given."""
        return assemble(
            Settings.from_env(os.environ),
            own_arn=_CONTEXT.invoked_function_arn,
            clock=clock,
            session=session,
        )

    def alarm(self) -> str | None:
        """Return when the alarm clock rings, as Scheduler writes it."""
        schedules = self.cloud.scheduler.list_schedules(GroupName=self.group)["Schedules"]
        if not schedules:
            return None
        schedule = self.cloud.scheduler.get_schedule(Name="alarm-clock", GroupName=self.group)
        return schedule["ScheduleExpression"]

    def becomes(self, value: str) -> dict[str, Any]:
        """Write the switch and wake the controller."""
        self.says(value)
        return self.wakes()

    def settles(self) -> dict[str, Any]:
        """Let CloudFront finish its deployments, and sweep; return the report."""
        self.cloud.sandbox.finish_deployments()
        return self.receives({"sweep": True})

    def status(self) -> dict[str, Any]:
        """Return the status document."""
        document: dict[str, Any] = json.loads(
            self.cloud.ssm.get_parameter(Name=f"{self.switch}/status")["Parameter"]["Value"]
        )
        return document

    def config(self, distribution_id: str) -> bytes:
        """Return the configuration's XML as CloudFront sends it."""
        return signed(self.cloud, f"GET /2020-05-31/distribution/{distribution_id}/config").body

    def attached(self, distribution_id: str) -> dict[str, set[str]]:
        """Return the functions of each behavior, each as "<event type> <ARN>"."""
        root = ET.fromstring(self.config(distribution_id))  # noqa: S314 - the sandbox's own
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        behaviors = [*root.iter("DefaultCacheBehavior"), *root.iter("CacheBehavior")]
        return {each.findtext("PathPattern") or "default": _functions(each) for each in behaviors}

    def version(self, distribution_id: str) -> str:
        """Return our version at the default behavior; fail unless it is the only function."""
        (function,) = self.attached(distribution_id)["default"]
        event_type, _, arn = function.partition(" ")
        assert event_type == "viewer-request"
        return arn

    def visit(self, distribution_id: str, accept: str = "application/json") -> httpx.Response:
        """Return a visitor's response, after CloudFront has finished its deployments."""
        self.cloud.sandbox.finish_deployments()
        made = self.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
        headers = {"Host": made["DomainName"], "Accept": accept}
        return httpx.get(self.cloud.sandbox.endpoint_url, headers=headers, timeout=PATIENCE)

    def answers(self, distribution_id: str, *, at: datetime) -> str:
        """Return what the attached version answers to a text client then; "" if it lets it pass."""
        function = self.cloud.functions.get_function(FunctionName=self.version(distribution_id))
        package = httpx.get(function["Code"]["Location"]).content
        request = a_request(headers={"Accept": "text/plain"})
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(io.BytesIO(package)).extractall(folder)
            answer = load_responder(folder)(request, at.timestamp())
        return str(answer.get("body", ""))

    def record(self, distribution_id: str) -> Mapping[str, Any]:
        """Return a distribution's record of displaced functions."""
        key = f"displaced/{distribution_id}.json"
        document: dict[str, Any] = json.loads(
            self.cloud.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        )
        return document

    def puts(self, name: str, content: str | bytes) -> None:
        """Put a file under page/ in the state bucket, as the site's owner does."""
        self.cloud.s3.put_object(Bucket=self.bucket, Key=f"page/{name}", Body=content)

    def admits(self, tokens: Mapping[str, str], *, lifetime: timedelta = timedelta(days=7)) -> None:
        """Store these bypass tokens, by their names, in place of all others."""
        expires = _now() + lifetime
        made = [
            Token(name, sha256(token.encode()).hexdigest(), expires - lifetime, expires)
            for name, token in tokens.items()
        ]
        self.cloud.s3.put_object(Bucket=self.bucket, Key=TOKENS_KEY, Body=encode_tokens(made))

    def notices_the_page(self) -> dict[str, Any]:
        """Deliver S3's event of an upload to the controller; return its report."""
        return self.receives(_PAGE_CHANGED)

    def published(self) -> list[str]:
        """Return the ARNs of the versions of MaintenancePage, oldest first."""
        listed = self.cloud.functions.list_versions_by_function(FunctionName=PAGE_NAME)
        return [each["FunctionArn"] for each in listed["Versions"][1:]]

    def package(self, function: str) -> str:
        """Return the text of all files in a function's package; `function` is a name or an ARN."""
        code = self.cloud.functions.get_function(FunctionName=function)["Code"]["Location"]
        with zipfile.ZipFile(io.BytesIO(httpx.get(code, timeout=PATIENCE).content)) as archive:
            return "".join(archive.read(each).decode("latin-1") for each in archive.namelist())

    def publishes_another_version(self, **files: str) -> str:
        """Publish a further version of the base, with these files changed; return its ARN."""
        update = self.cloud.functions.update_function_code
        update(FunctionName=EDGE_NAME, ZipFile=edge_package(newer="", **files))
        return self.cloud.functions.publish_version(FunctionName=EDGE_NAME)["FunctionArn"]


def make_site(cloud: Cloud) -> Site:
    """Make the state bucket and the two edge functions of a stack; the switch says off."""
    role = a_role(cloud, "maintenance-edge")
    for name in (EDGE_NAME, PAGE_NAME):
        cloud.functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="viewer_request.handler",
            Role=role,
            Code={"ZipFile": edge_package()},
            Timeout=5,
            MemorySize=128,
        )
    version = cloud.functions.publish_version(FunctionName=EDGE_NAME)["FunctionArn"]
    cloud.functions.get_waiter("published_version_active").wait(FunctionName=version)
    return make_another(Site(cloud, version), "site")


def make_another(site: Site, name: str) -> Site:
    """Make the state bucket of a stack that shares the edge functions; its switch says off."""
    another = replace(site, name=name)
    site.cloud.s3.create_bucket(Bucket=another.bucket)
    site.cloud.scheduler.create_schedule_group(Name=another.group)
    another.says("off")
    return another


@functools.cache
def edge_package(**files: str) -> bytes:
    """Return edge_handler/ as SAM packs it, with these files added or replaced."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(EDGE_HANDLER.rglob("*")):
            name = str(file.relative_to(EDGE_HANDLER))
            if file.is_file() and "__pycache__" not in name and name not in files:
                archive.write(file, name)
        for name, content in files.items():
            archive.writestr(name, content)
    return package.getvalue()


def _functions(behavior: ET.Element) -> set[str]:
    items = [*behavior.iter("LambdaFunctionAssociation"), *behavior.iter("FunctionAssociation")]
    return {
        f"{each.findtext('EventType')} "
        f"{each.findtext('LambdaFunctionARN') or each.findtext('FunctionARN')}"
        for each in items
    }
