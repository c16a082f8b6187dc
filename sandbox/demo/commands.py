"""Show the commands of an operator, and run them."""

import os
import shlex
import subprocess
import sys

from sandbox.demo.console import StepConsole, StepFailed
from sandbox.demo.sam import ROOT
from sandbox.process import Sandbox


def show_put_parameter(console: StepConsole, name: str, value: str) -> None:
    """Show the command that writes a parameter."""
    console.command(
        "aws ssm put-parameter --overwrite --type String",
        f"--name {name}",
        f"--value {shlex.quote(value)}",
    )


def site_maintenance(sandbox: Sandbox, *arguments: str) -> str:
    """Run the command against the sandbox; return what it prints, or raise StepFailed."""
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "maintenance", *arguments],
        env={
            **os.environ,
            **sandbox.environment(),
            "PYTHONPATH": f"{ROOT}/controller:{ROOT}/edge_handler",
        },
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        words = " ".join(arguments[:2])
        raise StepFailed(f"site-maintenance {words} failed: {ran.stderr.strip()}")
    return ran.stdout


def show_status(sandbox: Sandbox, console: StepConsole) -> None:
    """Show `site-maintenance status`, and what it prints."""
    console.command("site-maintenance status")
    for line in filter(None, map(str.rstrip, site_maintenance(sandbox, "status").splitlines())):
        console.say(line, markup=False)
