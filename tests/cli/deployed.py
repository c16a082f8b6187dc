"""
A stack as the command line finds it, and commands as an operator types them.

The stack has what the command line reads: an output that names the controller, and a function with
the settings in its environment. The controller runs only if a test wakes it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cloud import Cloud
from tests.sandbox.builders import a_role, a_version
from tests.stories.site import Site, make_site

ROOT = Path(__file__).parents[2]
STACK = "site-maintenance"
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
            command(*words),
            cwd=ROOT,
            env=self.environment() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
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

    def switch(self) -> str:
        """Return the value of the switch."""
        return self.site.cloud.ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"]


def command(*words: str) -> list[str]:
    """Return the command line of `site-maintenance`, run from this checkout."""
    return [sys.executable, "-m", "maintenance", *words]


def deploy(cloud: Cloud, distributions: str, **settings: str) -> Deployed:
    """Make a site and its stack for these distributions."""
    return stack_of(make_site(cloud), distributions, **settings)


def stack_of(site: Site, distributions: str, **settings: str) -> Deployed:
    """Make the stack of an existing site."""
    cloud = site.cloud
    variables = site.environment(distributions, **settings)
    role = a_role(cloud, "controller")
    a_version(cloud, _CONTROLLER, role=role, Environment={"Variables": variables})
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Controller": {"Value": _CONTROLLER}},
    }
    cloud.cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    cloud.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1}
    )
    return Deployed(site)


def words(text: str) -> str:
    """Return the text on one line, however it was folded."""
    return " ".join(text.split())
