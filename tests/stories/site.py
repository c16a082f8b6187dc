"""
A site with a controller, told in a test's own words.

The controller is the real Lambda handler, called in this process; everything it reads and writes is
the sandbox's, over HTTP.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

from maintenance.handler import assemble, lambda_handler
from maintenance.settings import Settings
from maintenance.wakeup import Sweep

from tests.cloud import Cloud
from tests.sandbox.builders import a_role, a_version, signed

SWITCH = "/site/maintenance"
BUCKET = "site-state"
GROUP = "site-schedules"
EDGE_NAME = "site-MaintenanceEdge-A1B2C3D4E5F6"
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


@dataclass(frozen=True)
class Site:
    """The cloud around one stack: its switch, its state bucket, its edge version."""

    cloud: Cloud
    edge_version_arn: str

    def environment(self, distributions: str, **settings: str) -> dict[str, str]:
        """Return the environment that the template would give the controller."""
        return {
            "DISTRIBUTIONS": distributions,
            "EDGE_VERSION_ARN": self.edge_version_arn,
            "STACK_NAME": "site",
            "STATE_BUCKET": BUCKET,
            "SWITCH_PARAMETER": SWITCH,
            "SCHEDULE_GROUP": GROUP,
            "WAKE_ROLE_ARN": "arn:aws:iam::000000000000:role/wake",
            "DEAD_LETTERS_ARN": "arn:aws:sqs:us-east-1:000000000000:dead-letters",
            **settings,
        }

    def says(self, value: str) -> None:
        """Write the switch, as an operator does."""
        self.cloud.ssm.put_parameter(Name=SWITCH, Value=value, Type="String", Overwrite=True)

    def wakes(self) -> dict[str, Any]:
        """Deliver the change event of the switch to the controller; return its report."""
        return self.receives(_SWITCH_CHANGED)

    def receives(self, event: object) -> dict[str, Any]:
        """Deliver an event to the controller; return its report."""
        report: dict[str, Any] = lambda_handler(event, _CONTEXT)  # type: ignore[arg-type]  # the few members it reads
        json.dumps(report)
        return report

    def schedules(self, name: str, value: str) -> None:
        """Write a window, as a team does once."""
        self.cloud.ssm.put_parameter(
            Name=f"{SWITCH}/windows/{name}", Value=value, Type="String", Overwrite=True
        )

    def runs_at(self, now: datetime) -> dict[str, Any]:
        """Let the controller look with its clock at this instant; return its report."""
        app = assemble(
            Settings.from_env(os.environ),
            own_arn=_CONTEXT.invoked_function_arn,
            clock=lambda: now,
        )
        return app.run(Sweep())

    def alarm(self) -> str | None:
        """Return what the alarm clock is aimed at, as Scheduler writes it."""
        schedules = self.cloud.scheduler.list_schedules(GroupName=GROUP)["Schedules"]
        if not schedules:
            return None
        schedule = self.cloud.scheduler.get_schedule(Name="alarm-clock", GroupName=GROUP)
        return schedule["ScheduleExpression"]

    def becomes(self, value: str) -> dict[str, Any]:
        """Write the switch and wake the controller."""
        self.says(value)
        return self.wakes()

    def config(self, distribution_id: str) -> bytes:
        """Return the configuration's XML as CloudFront sends it."""
        return signed(self.cloud, f"GET /2020-05-31/distribution/{distribution_id}/config").body

    def attached(self, distribution_id: str) -> dict[str, set[str]]:
        """Return the functions of each behavior, as "<event type> <ARN>"."""
        root = ET.fromstring(self.config(distribution_id))  # noqa: S314 - the sandbox's own
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        behaviors = [*root.iter("DefaultCacheBehavior"), *root.iter("CacheBehavior")]
        return {each.findtext("PathPattern") or "default": _functions(each) for each in behaviors}

    def note(self, distribution_id: str) -> Mapping[str, Any]:
        """Return the note of a distribution."""
        key = f"displaced/{distribution_id}.json"
        document: dict[str, Any] = json.loads(
            self.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        )
        return document

    def publishes_another_version(self) -> str:
        """Publish a further version of the edge function; return its ARN."""
        name = EDGE_NAME
        self.cloud.functions.update_function_configuration(FunctionName=name, Description="newer")
        return self.cloud.functions.publish_version(FunctionName=name)["FunctionArn"]


def make_site(cloud: Cloud) -> Site:
    """Make the state bucket and the edge version of a stack; the switch says off."""
    cloud.s3.create_bucket(Bucket=BUCKET)
    cloud.scheduler.create_schedule_group(Name=GROUP)
    version = a_version(cloud, EDGE_NAME, role=a_role(cloud, "maintenance-edge"))
    cloud.functions.get_waiter("published_version_active").wait(FunctionName=version)
    site = Site(cloud, version)
    site.says("off")
    return site


def _functions(behavior: ET.Element) -> set[str]:
    items = [*behavior.iter("LambdaFunctionAssociation"), *behavior.iter("FunctionAssociation")]
    return {
        f"{each.findtext('EventType')} "
        f"{each.findtext('LambdaFunctionARN') or each.findtext('FunctionARN')}"
        for each in items
    }
