"""The command as an operator types it, in a process of its own, against the sandbox."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cloud import Cloud

ROOT = Path(__file__).parents[2]


def bypass_link(cloud: Cloud, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with these arguments."""
    environment = {
        **cloud.sandbox.environment(),
        "PATH": os.defpath,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'edge_handler'}",
    }
    return subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "bypass_link", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_three_commands_lead_to_a_link(cloud: Cloud, tmp_path: Path) -> None:
    """Create, prepare, print; the last prints the link and nothing else."""
    file = tmp_path / "bypass.json"
    created = bypass_link(cloud, "create")
    prepared = bypass_link(cloud, "prepare", "--weeks", "3", "--file", str(file))
    printed = bypass_link(cloud, "print", "https://www.example.com/")
    secret = cloud.ssm.get_parameter(Name="/site/maintenance/bypass-secret", WithDecryption=True)
    anchors = json.loads(file.read_text())["anchors"]
    link = f"https://www.example.com/?maintenance-bypass={secret['Parameter']['Value']}\n"

    assert (0, 0, link, True) == (
        created.returncode,
        prepared.returncode,
        printed.stdout,
        len(anchors) > 3,
    )


def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(cloud: Cloud) -> None:
    """For scripts and for people."""
    run = bypass_link(cloud, "print", "https://www.example.com/")

    assert (
        1,
        "",
        "There is no secret in /site/maintenance/bypass-secret yet: create it first.\n",
    ) == (
        run.returncode,
        run.stdout,
        run.stderr,
    )
