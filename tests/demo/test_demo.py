"""The demo, run as `make demo` runs it: the README's first command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.timing import PATIENCE

ROOT = Path(__file__).parents[2]


def run_demo(path: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end, with this search path and these variables."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "sandbox.demo", *options],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "COLUMNS": "80", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("options", [(), ("--engine", "standby")], ids=["attach", "standby"])
def test_every_check_of_the_demo_passes(options: tuple[str, ...], tmp_path: Path) -> None:
    """Also for a user whose AWS profile does not exist; no file stays behind."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    ran = run_demo(path, *options, AWS_PROFILE="missing", TMPDIR=str(tmp_path))

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "✗" not in ran.stdout
    assert [] == [line for line in ran.stdout.splitlines() if line != line.rstrip()]
    assert "Every check passed" in ran.stdout.splitlines()[-2]
    assert "make sandbox" in ran.stdout.splitlines()[-1]
    assert [] == list(tmp_path.iterdir())


def test_a_kept_site_takes_the_switch_from_standard_input(tmp_path: Path) -> None:
    """It also prints what other terminals need, and ends on a signal without a trace."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox.demo", "--keep", "--port", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": path,
            "ftp_proxy": "http://127.0.0.1:9",
            "TMPDIR": str(tmp_path),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("onn\non for 10m\n")
        process.stdin.flush()
        printed = []
        for line in process.stdout:
            printed.append(line.strip())
            if "The switch says" in line:
                break
        process.terminate()
        printed += [line.strip() for line in process.stdout]

    assert 0 == process.returncode
    assert "NO_PROXY=127.0.0.1,localhost,::1 \\" in printed
    assert "Invalid: 'onn'. The switch takes:" in printed
    assert "The switch says on for 10m. Reload the page in a few seconds." in printed
    assert "Ended; nothing is left running." == printed[-1]
    assert [] == list(tmp_path.iterdir())


def test_a_demo_that_cannot_run_says_why(tmp_path: Path) -> None:
    """Without the SAM CLI it ends with a sentence, exit code 1 and no traceback."""
    ran = run_demo(os.defpath, TMPDIR=str(tmp_path))

    assert 1 == ran.returncode
    assert "Failed. sam is not on PATH" in ran.stdout
    assert "" == ran.stderr
    assert [] == list(tmp_path.iterdir())


def test_builds_in_one_checkout_take_turns(tmp_path: Path) -> None:
    """A demo beside a sandbox would find the folder half removed."""
    sam = tmp_path / "sam"
    sam.write_text("#!/bin/sh\necho begins >>$CALLS; sleep 0.2; echo ends >>$CALLS\n")
    sam.chmod(0o700)
    calls = tmp_path / "calls"
    account = "from types import SimpleNamespace; account = SimpleNamespace(environment=dict)"
    call = f"from sandbox.demo.sam import sam; {account}; sam(account, 'build')"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls)}

    both = [
        subprocess.Popen([sys.executable, "-c", call], cwd=ROOT, env=environment)  # noqa: S603 - our own lines
        for _ in range(2)
    ]

    assert [0, 0] == [each.wait(PATIENCE) for each in both]
    assert ["begins", "ends"] * 2 == calls.read_text().split()
