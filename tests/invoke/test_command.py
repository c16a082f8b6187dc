"""The command behind `make invoke`: its output, and its errors when it cannot run."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.invoke.container import IMAGE, docker
from tests.cloud import eventually
from tests.invoke.commands import ROOT, run, run_command
from tests.invoke.conftest import EVENTS, Site


def test_the_plain_command_of_the_readme_answers_a_visitor(
    site: Site, image: str, tmp_path: Path
) -> None:
    """With the options that the README names for our image."""
    assert site.is_open()
    readme = (EVENTS / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^sam local invoke MaintenanceEdge .*$", readme, re.MULTILINE)
    added = re.search(r"add `(--invoke-image [^`]*)`", readme)
    assert command
    assert added

    words = shlex.split(command[0] + (f" {added[1]}" if image == IMAGE else ""))
    ran = run(words, TMPDIR=str(tmp_path))

    assert 0 == ran.returncode, ran.stderr
    assert "503" == json.loads(ran.stdout)["status"]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("events/README.md", "events/README.md is not an event"),
        ("events/none.json", "events/none.json is not an event"),
    ],
    ids=["not JSON", "no file"],
)
def test_a_file_without_an_event_is_refused(file: str, sentence: str) -> None:
    """In one sentence, with exit code 1."""
    ran = run_command(file)

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines()))
    assert sentence in ran.stderr


def test_without_a_sandbox_the_command_says_how_to_start_it() -> None:
    """In one sentence, with exit code 1."""
    ran = run_command("events/plan.json", "--endpoint-url", "http://127.0.0.1:9")

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines()))
    assert "run make sandbox" in ran.stderr


@pytest.mark.usefixtures("site")
def test_without_an_engine_the_command_says_to_start_it() -> None:
    """Something was built, so that only the engine is missing."""
    ran = run_command("events/viewer-request.json", DOCKER_HOST="unix:///nowhere/docker.sock")

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines()))
    assert "start Docker Engine" in ran.stderr


def test_without_an_engine_the_switch_is_not_written(site: Site) -> None:
    """The event says that it was, which is made true only for a controller that can run."""
    before, rules = site.switch(), site.rule_states()
    options = ("--endpoint-url", site.url)

    ran = run_command("events/switch-on.json", *options, DOCKER_HOST="unix:///nowhere/docker.sock")

    assert 1 == ran.returncode
    assert "start Docker Engine" in ran.stderr
    assert (before, rules) == (site.switch(), site.rule_states())


def test_a_command_that_is_ended_leaves_no_container_and_enables_the_rules_again(
    site: Site,
) -> None:
    """Here it ends while the controller waits for the sandbox."""
    before, rules = containers(), site.rule_states()
    site.demo.sandbox.inject_fault("hold", "ssm:GetParameter")
    words = [sys.executable, "-m", "sandbox.invoke", "events/plan.json", "--endpoint-url", site.url]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(words, cwd=ROOT, env={**os.environ, "PATH": path}) as process:  # noqa: S603 - our own program
        held = eventually(site.demo.sandbox.held)
        process.terminate()
    site.demo.sandbox.release()

    assert held
    assert 130 == process.returncode
    assert (set(), rules) == (containers() - before, site.rule_states())


def containers() -> set[str]:
    """Return the ids of all containers, of which Docker may still be removing an earlier one."""
    return set(docker("ps", "--all", "--quiet").split())


def test_the_image_is_not_built_without_what_it_needs() -> None:
    """Here debootstrap, the engine or root is missing."""
    environment = {**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    ran = subprocess.run(  # noqa: S603 - our own program
        [ROOT / "tools" / "lambda-image"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    needed = "and try again" if os.geteuid() == 0 else "try again as root"

    assert (1, 1) == (ran.returncode, len(ran.stderr.splitlines()))
    assert needed in ran.stderr
