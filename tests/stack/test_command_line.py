"""Commands that need a controller which runs, against a stack that the SAM CLI has deployed."""

import json
import os
import subprocess
import sys

from tests.cli.deployed import words
from tests.cli.program import ROOT, command
from tests.stack.conftest import DeployedStack


def types(stack: DeployedStack, *typed: str) -> "subprocess.CompletedProcess[str]":
    """Run a command for a stack to its end, without a terminal."""
    return subprocess.run(  # noqa: S603 - our own program
        command(*typed, "--stack", stack.stack),
        cwd=ROOT,
        env={
            **stack.cloud.sandbox.environment(),
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT / "controller"),
            "COLUMNS": "80",
            "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_sweep_lets_the_controller_run_and_shows_what_it_did(quiet: DeployedStack) -> None:
    """Here the event of the switch is lost, and the sweep closes the site."""
    quiet.put(quiet.switch, "on")
    quiet.cloud.sandbox.set(deploy_seconds=3600)

    ran = types(quiet, "sweep")
    quiet.cloud.sandbox.set(deploy_seconds=2)
    quiet.cloud.sandbox.finish_deployments()
    again = types(quiet, "sweep", "--json")

    shown = words(ran.stdout)
    assert (0, True) == (ran.returncode, quiet.is_closed()), ran.stderr
    assert "The site should be closed. Maintenance until someone ends it" in shown
    assert f"{quiet.distribution_id}: updated, InProgress" in shown
    assert not json.loads(again.stdout)["distributions"][0]["changed"]


def test_sweep_shows_what_was_restored(quiet: DeployedStack) -> None:
    """And nothing that was not."""
    quiet.put(quiet.switch, "off")

    ran = types(quiet, "sweep")

    assert (0, False) == (ran.returncode, quiet.is_closed()), ran.stderr
    assert "The site should be open." in words(ran.stdout)
    assert "restored Lambda@Edge function" in words(ran.stdout)
