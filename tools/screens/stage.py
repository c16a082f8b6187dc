"""A site in the sandbox, and the command as an operator types it there, in this process."""

import contextlib
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from logging import StreamHandler

import boto3
from maintenance.app import assemble
from maintenance.aws.cloudformation import read_deployed_settings
from maintenance.aws.operator.run_history import RunHistory
from maintenance.cli.arguments import parser
from maintenance.cli.context import Context
from maintenance.cli.session import Session
from maintenance.cli.terminal import Terminal, console
from maintenance.cli.watch import Watch
from maintenance.errors import MaintenanceError
from maintenance.reporting.telemetry import logger
from msgspec.structs import replace

from sandbox.isolation import isolate
from sandbox.process import Sandbox, start_sandbox
from tests.cli.asking import on_terminal
from tests.cli.deployed import STACK, Deployed, deploy
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_function, a_store, functions

WIDTH = 80
STANDBY = "site-maintenance-a1b2c3d4-5678-90ab-cdef-0123456789ab"
_SPINNER = "Finding out what this changes"


@dataclass
class Stage:
    """A deployed site; `ahead` is how far the clock of the command and the controller is ahead."""

    deployed: Deployed
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the present of the command."""
        return datetime.now(UTC) + self.ahead

    def types(self, line: str) -> str:
        """Return what `site-maintenance <line>` prints, 80 columns wide."""
        typed = line.split()
        screen = io.StringIO()
        out = console()
        out.width, out.file = WIDTH, screen
        terminal = Terminal(as_json=False, out=out, err=out)
        arguments = parser(typed, stack=STACK).parse_args(typed)
        with redirect_stdout(io.StringIO()):
            arguments.run(arguments, Context(terminal, _aws, lambda: self._session(terminal)))
        return "\n".join(each.rstrip() for each in screen.getvalue().splitlines()).strip("\n")

    def asks(self, line: str) -> str:
        """Return what `site-maintenance <line>` shows before and after the answer no."""
        _, shown = on_terminal(self.deployed, *line.split(), TZ=os.environ["TZ"])
        screen = shown.rpartition(_SPINNER)[2]
        return "\n".join(each.rstrip() for each in screen.splitlines()).strip("\n")

    def waits_until(self, instant: datetime) -> None:
        """Set the clock ahead to an instant."""
        self.ahead = instant - datetime.now(UTC)

    def becomes(self, value: str) -> None:
        """Write the switch, and wake the controller; its run may fail."""
        self.deployed.site.says(value)
        self.runs()

    def runs(self) -> None:
        """Let the controller run; its run may fail."""
        # The status has its errors.
        with redirect_stdout(io.StringIO()), contextlib.suppress(MaintenanceError):
            self.deployed.site.receives({"sweep": True})
        self.deployed.ran(datetime.now(UTC), stack=STACK)

    def settles(self) -> None:
        """Let CloudFront finish its deployments, and the controller notice that."""
        self.deployed.site.cloud.sandbox.finish_deployments()
        self.runs()

    def _session(self, terminal: Terminal) -> Session:
        cloud = self.deployed.site.cloud
        found = read_deployed_settings(
            STACK, cloudformation=cloud.cloudformation, functions=cloud.functions
        )
        if self.ahead:
            # The stack has been there for longer than the clock is ahead.
            found = replace(found, deployed=self.now() - 2 * self.ahead)
        app = assemble(found.settings, own_arn=found.controller_arn, clock=self.now)
        runs = RunHistory(
            lambda: cloud.cloudwatch,
            lambda: cloud.logs,
            stack=found.settings.stack_name,
            log_group=found.log_group,
        )
        # While the command waits, the change event wakes the controller.
        return Session(app, terminal, Watch(terminal, self.now, lambda _: self.runs()), found, runs)


def _aws() -> boto3.Session:
    return boto3.Session(region_name="us-east-1")


def make_standby_stage(sandbox: Sandbox) -> Stage:
    """Make the same site with the standby engine, whose function is attached nowhere yet."""
    stage = make_stage(sandbox)
    site = stage.deployed.site
    store = a_store(site.cloud)
    a_function(site.cloud, STANDBY, store=store)
    standby = {"ENGINE": "standby", "STANDBY_FUNCTION": STANDBY, "STANDBY_STORE_ARN": store}
    stage.deployed.configure(**standby)
    os.environ |= standby
    stage.runs()
    return stage


def make_stage(sandbox: Sandbox, *, is_free: bool = False, **settings: str) -> Stage:
    """Make an empty cloud with an open site, whose default behavior has a function, or is free."""
    sandbox.reset()
    sandbox.set(deploy_seconds=600)
    cloud = Cloud(sandbox)
    login = {} if is_free else {"viewer_request": a_function(cloud, "shop-login")}
    existing = functions(**login)
    assets = a_behavior(PathPattern="/assets/*")
    distribution_id = a_distribution(
        cloud,
        DefaultCacheBehavior=a_behavior(FunctionAssociations=existing),
        CacheBehaviors={"Quantity": 1, "Items": [assets]},
        Aliases={"Quantity": 1, "Items": ["www.example.com"]},
        ViewerCertificate={
            "ACMCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c",
            "SSLSupportMethod": "sni-only",
        },
    )
    defaults = {
        "TIME_ZONE": "Europe/Ljubljana",
        "EXISTING_FUNCTIONS": "displace",
        "LEAD_TIME_MINUTES": "15",
    }
    variables = {"STACK_NAME": STACK, "ENGINE": "attach"} | defaults | settings
    deployed = deploy(cloud, distribution_id, **variables)
    os.environ |= sandbox.environment() | deployed.site.environment(distribution_id, **variables)
    stage = Stage(deployed)
    stage.settles()
    return stage


@contextmanager
def start_stages() -> Iterator[Sandbox]:
    """Run a sandbox for an operator in London, whose controllers log nowhere."""
    isolate(os.environ)
    os.environ["TZ"] = "Europe/London"
    time.tzset()
    for each in logger.handlers:
        if isinstance(each, StreamHandler):
            each.setStream(io.StringIO())
    with start_sandbox() as sandbox:
        yield sandbox
