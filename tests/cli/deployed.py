"""
A stack as the command line finds it, and commands as an operator types them.

The stack has what the command line reads: an output that names the controller, and a function with
the settings in its environment. The controller runs only if a test wakes it.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime

from maintenance.model import Mode
from maintenance.reporting.report import Report
from maintenance.reporting.telemetry import count_report
from maintenance.schedule.decision import Decision

from tests.cli.program import ROOT, command, forked
from tests.cloud import Cloud
from tests.sandbox.builders import a_role, a_version
from tests.stories.site import Site, make_site

STACK = "site-maintenance"
LOG_GROUP = "/site/controller"
_LOG_STREAM = "2026/12/01/[$LATEST]1"
_CONTROLLER = "site-Controller"


@dataclass(frozen=True)
class Deployed:
    """A site with its stack, and the commands that are typed for it."""

    site: Site

    def types(
        self, *words: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, without a terminal."""
        return subprocess.run(  # noqa: S603 - our own program
            forked(*words),
            cwd=ROOT,
            env=self.environment() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def starts(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command without waiting for its end."""
        return subprocess.Popen(  # noqa: S603 - our own program
            command(*words),
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment of a command: 80 columns wide, and without our own variables."""
        return {
            **self.site.cloud.sandbox.environment(),
            "PATH": os.defpath,
            "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}",
            "COLUMNS": "80",
            # Where make keeps compiled files, if make runs this.
            "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
        }

    def as_caller(self, caller: Cloud) -> dict[str, str]:
        """Return the variables with which a command has the permissions of `caller`."""
        return {"AWS_ACCESS_KEY_ID": caller.access_key, "AWS_SECRET_ACCESS_KEY": caller.secret_key}

    def logs(self, *lines: str) -> None:
        """Write lines of the controller's log, as Lambda does."""
        now = int(time.time() * 1000)
        self.site.cloud.logs.put_log_events(
            logGroupName=LOG_GROUP,
            logStreamName=_LOG_STREAM,
            logEvents=[{"timestamp": now, "message": each} for each in lines],
        )

    def ran(self, at: datetime, *, stack: str = "site") -> None:
        """Count a run of the stack's controller that ended then, as its log does."""
        line = io.StringIO()
        with redirect_stdout(line):
            report = Report(Decision(Mode.LIVE, "Live."))
            count_report(report, stack_name=stack, now=at)
        document = json.loads(line.getvalue())
        document["_aws"]["Timestamp"] = int(at.timestamp() * 1000)
        self.logs(json.dumps(document))

    def configure(self, **settings: str) -> None:
        """Change settings of the deployed controller."""
        functions = self.site.cloud.functions
        found = functions.get_function_configuration(FunctionName=_CONTROLLER)
        variables = {**found["Environment"]["Variables"], **settings}
        functions.update_function_configuration(
            FunctionName=_CONTROLLER, Environment={"Variables": variables}
        )

    def switch(self) -> str:
        """Return the value of the switch."""
        return self.site.cloud.ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"]


def deploy(
    cloud: Cloud,
    distributions: str,
    *,
    stack: str = STACK,
    **settings: str,
) -> Deployed:
    """Make a site and its stack for these distributions."""
    return stack_of(make_site(cloud), distributions, stack=stack, **settings)


def stack_of(
    site: Site,
    distributions: str,
    *,
    stack: str = STACK,
    **settings: str,
) -> Deployed:
    """Make the stack of an existing site."""
    cloud = site.cloud
    variables = site.environment(distributions, **settings)
    role = a_role(cloud, "controller")
    a_version(cloud, _CONTROLLER, role=role, Environment={"Variables": variables})
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {
            "Controller": {"Value": _CONTROLLER},
            "ControllerLogs": {"Value": LOG_GROUP},
        },
    }
    cloud.cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template))
    cloud.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1}
    )
    cloud.logs.create_log_group(logGroupName=LOG_GROUP)
    cloud.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=_LOG_STREAM)
    return Deployed(site)


def words(text: str) -> str:
    """Return the text on one line, however it was folded."""
    return " ".join(text.split())
