"""The command behind `make invoke`: what it prints, and what it says when it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_invoke.engine import docker, require_engine
from local_invoke.errors import InvocationError
from local_invoke.image import OURS, choose_image, image_of_aws
from local_invoke.passage import open_passage
from tests.cloud import eventually
from tests.local_invoke.conftest import ROOT, Site
from tests.loopback import Answer, a_server

pytestmark = pytest.mark.usefixtures("image")
FETCH = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())"


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m local_invoke` as `make invoke` does."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "local_invoke", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_one_command_closes_the_sandboxs_site(site: Site) -> None:
    """Closed by the container; the deployed controller then opens it as it was."""
    before = site.stage.config()

    ran = run_command("events/switch-on.json", "--endpoint-url", site.stage.sandbox.endpoint_url)

    assert 0 == ran.returncode, ran.stderr
    assert json.loads(ran.stdout)["distributions"][0]["changed"]
    assert eventually(site.is_closed)
    site.reopen()
    assert before == site.stage.config()


@pytest.mark.usefixtures("site")
def test_one_command_answers_a_visitor_without_a_sandbox() -> None:
    """Only what was built is needed."""
    ran = run_command("events/viewer-request.json", "--endpoint-url", "http://127.0.0.1:9")

    assert 0 == ran.returncode, ran.stderr
    answer = json.loads(ran.stdout)
    assert ("503", "<!doctype") == (answer["status"], answer["body"].split()[0])


def test_a_function_that_raises_an_error_fails_the_command(site: Site, tmp_path: Path) -> None:
    """So that a script notices."""
    event = tmp_path / "unknown.json"
    event.write_text('{"what": "is this"}')

    ran = run_command(str(event), "--endpoint-url", site.stage.sandbox.endpoint_url)

    assert (1, "EventRefused") == (ran.returncode, json.loads(ran.stdout)["errorType"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("events/plan.json", "--endpoint-url", "http://127.0.0.1:9"), "run make sandbox"),
        (("events/README.md",), "events/README.md is not an event"),
        (("events/none.json",), "events/none.json is not an event"),
    ],
    ids=["no sandbox", "not JSON", "no file"],
)
def test_what_cannot_be_run_is_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    """Exit code 1, and no traceback."""
    ran = run_command(*arguments)

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines()))
    assert sentence in ran.stderr


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
    assert (aws if is_there else OURS) == image == choose_image()


def fetch(image: str, url: str, network: str) -> str:
    """Return what a container in `network` is answered."""
    program = ("--entrypoint", "python3", image, "-c", FETCH, url)
    return docker("run", "--rm", "--network", network, *program)


def test_a_passage_reaches_loopback_and_leaves_nothing_behind(image: str) -> None:
    """A container in its network gets the server's answer; then network and relay are gone."""
    with a_server(Answer(body=b"from loopback")) as server:
        with open_passage(image, server.url.removeprefix("http://")) as passage:
            said = fetch(image, passage.endpoint_url, passage.network)
        left = docker("ps", "--all", "--quiet", "--filter", f"name={passage.network}")

    assert "from loopback" == said
    assert not left
    assert not docker("network", "ls", "--quiet", "--filter", f"name={passage.network}")


def test_a_passage_is_closed_to_other_containers(image: str) -> None:
    """One outside its network gets no answer."""
    with (
        a_server(Answer(body=b"from loopback")) as server,
        open_passage(image, server.url.removeprefix("http://")) as passage,
        pytest.raises(InvocationError, match=r"urlopen error"),
    ):
        fetch(image, passage.endpoint_url, "bridge")


def test_a_passage_that_cannot_be_opened_says_why_and_leaves_nothing_behind() -> None:
    """Here there is no such image."""
    refused = pytest.raises(InvocationError, match=r"(?s)A relay did not start.*no-such-image")
    with refused, open_passage("site-local/no-such-image", "127.0.0.1:9"):
        pass

    assert not docker("network", "ls", "--quiet", "--filter", "name=site-local-")


def test_the_image_is_not_built_without_what_it_needs() -> None:
    """One sentence; here there is no engine, or whoever runs it is not root."""
    environment = {**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    ran = subprocess.run(  # noqa: S603 - our own program
        [ROOT / "tools" / "lambda-image"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    needed = "No Docker engine answers" if os.geteuid() == 0 else "try again as root"

    assert (1, 1) == (ran.returncode, len(ran.stderr.splitlines()))
    assert needed in ran.stderr
