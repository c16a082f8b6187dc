"""A sandbox starts in its own environment, and leaves nothing behind when it ends."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.process import PYTHON, ROOT, Sandbox, SandboxError, start_sandbox
from sandbox.settings import FIELD_DELAYS
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_version
from tests.timing import PATIENCE

_REPORT = (
    "import os\n"
    "def handler(event, context):\n"
    "    return {'pid': os.getpid(), 'environment': dict(os.environ)}\n"
)
_STARTER = (
    "import sys, time\n"
    "from sandbox.process import start_sandbox\n"
    "with start_sandbox() as sandbox:\n"
    "    print(sandbox.endpoint_url, sandbox.log, flush=True)\n"
    "    time.sleep(600)\n"
)


def _is_listening(endpoint_url: str) -> bool:
    host, _, port = urlsplit(endpoint_url).netloc.partition(":")
    with socket.socket() as caller:
        return caller.connect_ex((host, int(port))) == 0


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """No port, process or directory; and functions see no variable of the machine."""
    monkeypatch.setenv("SECRET_OF_THE_MACHINE", "never to be seen")
    with start_sandbox() as sandbox:
        cloud = Cloud(sandbox)
        a_version(cloud, code=_REPORT)
        reported = json.loads(cloud.functions.invoke(FunctionName="page")["Payload"].read())
        assert _is_running(reported["pid"])

    assert "never to be seen" not in reported["environment"].values()
    assert not _is_listening(sandbox.endpoint_url)
    assert not _is_running(reported["pid"])
    assert not sandbox.log.parent.exists()


def test_it_can_take_the_times_that_others_measured_on_aws() -> None:
    """The settings say which; a faster one takes the place of any."""
    with start_sandbox("--field-delays") as sandbox:
        settings = httpx.get(f"{sandbox.endpoint_url}/_sandbox/settings").json()

    assert {name: settings[name] for name in FIELD_DELAYS} == FIELD_DELAYS
    assert (
        30 == settings["store_seconds"] < settings["publish_seconds"] < settings["deploy_seconds"]
    )


def test_it_listens_on_loopback_only() -> None:
    """A server on all interfaces would also listen on the other addresses of 127/8."""
    with start_sandbox() as sandbox:
        assert _is_listening(sandbox.endpoint_url)
        assert not _is_listening(sandbox.endpoint_url.replace("127.0.0.1", "127.0.0.2"))


def test_a_sandbox_that_does_not_start_says_why() -> None:
    """The message has the output of the process."""
    with pytest.raises(SandboxError, match="--no-such-option"), start_sandbox("--no-such-option"):
        pass


def test_a_missing_environment_is_named() -> None:
    """With the command that creates it."""
    with (
        pytest.raises(SandboxError, match="make setup"),
        start_sandbox(python=Path("/nowhere/python")),
    ):
        pass


def _start_in_another_process() -> tuple[subprocess.Popen[str], Sandbox]:
    starter = subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", _STARTER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    url, log = starter.stdout.readline().split()
    return starter, Sandbox(url, Path(log))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_its_starter(number: signal.Signals) -> None:
    """With Ctrl-C, and also if the starter is killed and cannot end it."""
    starter, sandbox = _start_in_another_process()
    try:
        assert _is_listening(sandbox.endpoint_url)
        starter.send_signal(number)
        starter.wait(PATIENCE)
        eventually(lambda: not _is_listening(sandbox.endpoint_url))
    finally:
        starter.kill()
        starter.communicate()
        # A killed starter cannot clean up.
        shutil.rmtree(sandbox.log.parent, ignore_errors=True)


def test_its_environment_makes_a_process_use_it_as_aws() -> None:
    """Endpoint, dummy keys and region; and the SAM CLI sends no telemetry."""
    environment = Sandbox("http://127.0.0.1:1", Path("log")).environment()

    assert {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
    } == environment


def test_a_port_that_is_in_use_is_refused() -> None:
    """The message has a command with a port that is free."""
    with start_sandbox() as first:
        port = urlsplit(first.endpoint_url).port or 0

        with pytest.raises(SandboxError) as refusal, start_sandbox(port=port):
            pass

    found = re.fullmatch(
        rf"Port {port} is in use\. Choose another one: make sandbox PORT=(\d+)", str(refusal.value)
    )
    assert found
    with start_sandbox(port=int(found[1])) as second:
        assert f"http://127.0.0.1:{found[1]}" == second.endpoint_url


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("sandbox", "PORT=4570"), "-m sandbox.demo --keep --port 4570"),
        (("sandbox", "ENGINE=standby"), "-m sandbox.demo --keep --engine standby"),
        (("demo", "ENGINE=standby"), "-m sandbox.demo --engine standby"),
    ],
)
def test_make_passes_port_and_engine_on(arguments: tuple[str, ...], expected: str) -> None:
    """The command of the message does what it says."""
    printed = subprocess.run(  # noqa: S603 - our own makefile
        ["make", "--dry-run", "-o", "setup", *arguments],  # noqa: S607 - the make of PATH, as a user has it
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed.splitlines()[-1].endswith(expected)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    """With the same command."""
    with (
        pytest.raises(SandboxError, match=rf"Port {port} cannot be used .* make sandbox PORT="),
        start_sandbox(port=port),
    ):
        pass


def _run(*options: str, **arguments: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - subprocess's own
    command = [str(PYTHON), "-m", "sandbox", *options]
    return subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, capture_output=True, text=True, check=False, **arguments
    )


def test_the_program_refuses_a_port_that_is_in_use(tmp_path: Path) -> None:
    """With a sentence instead of a traceback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])

        ended = _run("--port", port, "--state-dir", str(tmp_path))

    assert 1 == ended.returncode
    assert (
        f"Port {port} is in use: choose another one with --port." == (ended.stderr.splitlines()[-1])
    )
    assert "Traceback" not in ended.stderr


def test_it_ends_with_its_standard_input_only_if_that_is_a_pipe(tmp_path: Path) -> None:
    """A terminal is not its own, and a file ends at once."""
    options = ("--port", "1", "--state-dir", str(tmp_path), "--until-stdin-closes")

    ended = _run(*options, stdin=subprocess.DEVNULL)

    assert 2 == ended.returncode
    assert "--until-stdin-closes needs a pipe as standard input" in ended.stderr


def test_it_goes_on_while_its_standard_input_is_open(tmp_path: Path) -> None:
    """Only the end of the pipe matters, not what comes through it."""
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
    options = ("--port", str(port), "--state-dir", str(tmp_path), "--until-stdin-closes")
    running = subprocess.Popen(  # noqa: S603 - our own program
        [str(PYTHON), "-m", "sandbox", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with running:
        assert running.stdin is not None
        eventually(lambda: _is_listening(f"http://127.0.0.1:{port}"))
        running.stdin.write(b"a line\n")
        running.stdin.flush()
        Sandbox(f"http://127.0.0.1:{port}", tmp_path / "log").reset()
        still = running.poll()
        running.stdin.close()

        assert (None, 0) == (still, running.wait(PATIENCE))
