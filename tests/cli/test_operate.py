"""What an operator orders: on and off, in a process of its own against the sandbox."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest
from maintenance.errors import RunFailed

from sandbox.process import Sandbox
from tests.cli.deployed import ROOT, Deployed, command, deploy, words
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, Site


@pytest.fixture(scope="module")
def _stack(sandbox: Sandbox) -> Iterator[tuple[Deployed, str]]:
    """Give a stack for one distribution, whose controller runs when a test wakes it."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    distribution_id = a_distribution(cloud)
    yield deploy(cloud, distribution_id), distribution_id
    sandbox.reset()


@pytest.fixture
def deployed(_stack: tuple[Deployed, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Give the stack with its site open, and its controller's environment in this process."""
    stack, distribution_id = _stack
    cloud = stack.site.cloud
    environment = cloud.sandbox.environment() | stack.site.environment(distribution_id)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cloud.sandbox.set(deploy_seconds=0.5)
    stack.site.becomes("off")
    cloud.sandbox.finish_deployments()
    return stack


def wake_once(site: Site, value: str) -> None:
    """Wake the controller when the switch says this, as its change event does on AWS."""
    ssm = site.cloud.ssm
    eventually(lambda: value == ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"])
    site.wakes()


def typed(deployed: Deployed, *words: str) -> "subprocess.Popen[str]":
    """Start a command, and go on."""
    return subprocess.Popen(  # noqa: S603 - our own program
        command(*words),
        cwd=ROOT,
        env=deployed.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_on_writes_the_switch_and_watches_until_it_is_deployed(deployed: Deployed) -> None:
    """The controller does the work; the command shows each step of it on standard error."""
    running = typed(
        deployed, "on", "for", "90m", "--message", "Upgrade", "--yes", "--wait", "--json"
    )
    wake_once(deployed.site, "on for 90m: Upgrade")

    said, told = running.communicate(timeout=60)

    document = json.loads(said)
    lines = [line.partition(" ")[2] for line in told.splitlines()]
    assert (0, "maintenance", True) == (
        running.returncode,
        document["mode"],
        document["everywhere"],
    )
    assert "says 'on for 90m: Upgrade'." == lines[0]
    assert "Deployed" == lines[-1]


def test_on_that_nobody_takes_up_is_not_done(deployed: Deployed) -> None:
    """It is written, and exit code 4 with a sentence says that it is not everywhere yet."""
    ran = deployed.types("on", "--yes", "--timeout", "1s")

    assert (4, "on") == (ran.returncode, deployed.switch())
    assert "waiting for the controller" in ran.stderr
    assert "has not done it yet: look into its log" in words(ran.stderr)
    assert "everywhere not yet: 0 of 1 distribution Deployed" in words(ran.stdout)


def test_off_that_failed_says_so_at_once_with_the_reason(deployed: Deployed) -> None:
    """Nobody waits five minutes for what has failed, nor takes the site for open."""
    site = deployed.site
    site.becomes("on")
    (listed,) = site.cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix="displaced/")["Contents"]
    record = site.cloud.s3.get_object(Bucket=BUCKET, Key=listed["Key"])["Body"].read()
    site.cloud.s3.put_object(Bucket=BUCKET, Key=listed["Key"], Body=b"garbage")

    off = typed(deployed, "off", "--yes")
    with pytest.raises(RunFailed):
        wake_once(site, "off")
    told, _ = off.communicate(timeout=120)
    status = typed(deployed, "status")
    status.communicate(timeout=120)
    site.cloud.s3.put_object(Bucket=BUCKET, Key=listed["Key"], Body=record)

    assert (1, 1) == (off.returncode, status.returncode)
    assert "LIVE is wanted, and not so everywhere yet" in words(told)
    assert "cannot be used" in words(told)


def test_a_value_that_is_not_understood_is_not_written(deployed: Deployed) -> None:
    """The sentence quotes it and shows the grammar; exit code 2."""
    ran = deployed.types("on", "for", "90x", "--yes")

    said = words(ran.stderr)
    assert (2, "", "off") == (ran.returncode, ran.stdout, deployed.switch())
    assert said.startswith("Invalid value 'on for 90x', at '90x'")
    assert "Syntax: on | off [for 90m" in said


def test_without_anybody_to_ask_nothing_is_written(deployed: Deployed) -> None:
    """A script says --yes."""
    ran = deployed.types("on")

    assert (1, "off") == (ran.returncode, deployed.switch())
    assert "add --yes" in ran.stderr


@pytest.mark.parametrize(("answer", "code", "switch"), [("n", 1, "off"), ("y", 4, "on")])
def test_on_a_terminal_it_asks_first(
    deployed: Deployed, answer: str, code: int, switch: str
) -> None:
    """It says how much would be closed before it asks."""
    controlling, terminal = os.openpty()
    os.write(controlling, f"{answer}\n".encode())

    running = subprocess.Popen(  # noqa: S603 - our own program
        command("on", "--timeout", "1s"),
        cwd=ROOT,
        env={**deployed.environment(), "TERM": "xterm"},
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b"".join(iter(lambda: read(controlling), b"")).decode()
    os.close(controlling)

    assert (code, switch) == (running.wait(timeout=60), deployed.switch())
    assert "This would close 1 behavior of 1 distribution." in shown
    assert "Write 'on' to /site/maintenance?" in shown


def read(controlling: int) -> bytes:
    """Return what the terminal shows next, and nothing when its last process has ended."""
    try:
        return os.read(controlling, 4096)
    except OSError:  # how Linux tells the end of a terminal
        return b""


def test_status_tells_scripts_by_its_exit_code(deployed: Deployed) -> None:
    """4 while the edges are being told, and 3 once all of them are in maintenance."""
    deployed.site.cloud.sandbox.set(deploy_seconds=600)
    deployed.site.becomes("on")

    before = deployed.types("status", "--exit-code")
    deployed.site.cloud.sandbox.finish_deployments()
    after = deployed.types("status", "--exit-code", "--wait", "--timeout", "1m")

    assert (4, 3) == (before.returncode, after.returncode)
    assert "1 closed InProgress" in words(before.stdout)
    assert "everywhere yes: 1 distribution, Deployed" in words(after.stdout)
