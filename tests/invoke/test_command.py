"""The command behind `make invoke`: what it prints, and what it says when it cannot."""

import json
import os
import re
import shlex
import subprocess

import pytest

from sandbox.invoke.engine import docker, require_engine
from sandbox.invoke.errors import InvocationError
from sandbox.invoke.image import OURS, image_of_aws
from sandbox.invoke.passage import open_passage
from tests.invoke.commands import run, run_command
from tests.invoke.conftest import EVENTS, ROOT, Site
from tests.loopback import Answer, a_server

FETCH = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())"


def test_the_plain_command_of_the_readme_answers_a_visitor(site: Site, image: str) -> None:
    """With what the README says to add where the image is ours."""
    assert site.is_open()
    readme = (EVENTS / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^sam local invoke MaintenanceEdge .*$", readme, re.MULTILINE)
    added = re.search(r"add `(--invoke-image [^`]*)`", readme)
    assert command
    assert added

    ran = run(shlex.split(command[0] + (f" {added[1]}" if image == OURS else "")))

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
def test_what_is_no_event_is_refused_in_one_sentence(file: str, sentence: str) -> None:
    """Exit code 1, and no traceback."""
    ran = run_command(file)

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines()))
    assert sentence in ran.stderr


@pytest.mark.usefixtures("image")
def test_without_a_sandbox_one_is_told_to_start_it() -> None:
    """Exit code 1, and no traceback."""
    ran = run_command("events/plan.json", "--endpoint-url", "http://127.0.0.1:9")

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines()))
    assert "run make sandbox" in ran.stderr


def test_without_an_engine_one_is_told_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was tried is of no engine."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")

    with pytest.raises(InvocationError, match=r"No Docker engine answers: start it"):
        require_engine()


def test_the_image_of_aws_comes_first(image: str) -> None:
    """Ours only where it alone is there."""
    aws = image_of_aws()
    is_there = docker("images", "--quiet", aws)

    assert aws.endswith("/lambda/python:3.13-x86_64")
    assert (aws if is_there else OURS) == image


def fetch(image: str, url: str, network: str) -> str:
    """Return what a container in `network` is answered."""
    program = ("--entrypoint", "python3", image, "-c", FETCH, url)
    return docker("run", "--rm", "--network", network, *program)


def test_a_passage_reaches_loopback_and_leaves_nothing_behind(image: str) -> None:
    """A container in its network gets the server's answer; then nothing is left, nor what runs."""
    with a_server(Answer(body=b"from loopback")) as server:
        with open_passage(image, server.url.removeprefix("http://")) as passage:
            said = fetch(image, passage.endpoint_url, passage.network)
            lasting = ("--entrypoint", "sleep", image, "infinity")
            left = docker("run", "--detach", "--network", passage.network, *lasting)
        remaining = docker("ps", "--all", "--quiet", "--no-trunc")

    assert "from loopback" == said
    assert left not in remaining
    assert not docker("ps", "--all", "--quiet", "--filter", f"name={passage.network}")
    assert not docker("network", "ls", "--quiet", "--filter", f"name={passage.network}")


def test_a_passage_is_closed_to_other_containers(image: str) -> None:
    """One outside its network gets no answer."""
    with (
        a_server(Answer(body=b"from loopback")) as server,
        open_passage(image, server.url.removeprefix("http://")) as passage,
        pytest.raises(InvocationError, match=r"urlopen error"),
    ):
        fetch(image, passage.endpoint_url, "bridge")


@pytest.mark.usefixtures("image")
def test_a_passage_that_cannot_be_opened_says_why_and_leaves_nothing_behind() -> None:
    """Here there is no such image."""
    before = docker("network", "ls", "--quiet")
    refused = pytest.raises(InvocationError, match=r"(?s)A relay did not start.*no-such-image")
    with refused, open_passage("site-local/no-such-image", "127.0.0.1:9"):
        pass

    assert before == docker("network", "ls", "--quiet")


def test_the_image_is_not_built_without_what_it_needs() -> None:
    """One sentence; here there is no debootstrap or no engine, or whoever runs it is not root."""
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
