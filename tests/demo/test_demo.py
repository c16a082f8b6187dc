"""The demo, run as `make demo` runs it: the README's first command."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.demo.console import StepConsole, StepFailed, wait_until

ROOT = Path(__file__).parent.parent.parent
_LONGEST_SECONDS = 540


def run_demo(path: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end, with this search path."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox.demo"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )


def test_the_story_comes_true() -> None:
    """Exit code 0, the last line says so, and no step failed."""
    here = Path(sys.executable).parent

    ran = run_demo(f"{here}{os.pathsep}{os.environ['PATH']}")

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "✗" not in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("As told")


def test_a_story_that_does_not_come_true_ends_with_exit_code_1() -> None:
    """Here the SAM CLI is missing; the sentence says so, and nothing is a traceback."""
    ran = run_demo(os.defpath)

    assert 1 == ran.returncode
    assert "Not as told. The SAM CLI is not on PATH" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_a_check_that_is_not_so_says_what_is() -> None:
    """The story stops there."""
    output = io.StringIO()
    console = StepConsole(Console(file=output))

    with pytest.raises(StepFailed, match=r"answers: expected 200, found 503"):
        console.check("answers", expected=200, actual=503)

    assert "✗ answers" in output.getvalue()


def test_a_step_that_fails_is_marked() -> None:
    """Whoever reads only the marks sees it."""
    output = io.StringIO()
    console = StepConsole(Console(file=output))

    still_not_so = pytest.raises(StepFailed, match=r"never: still not so after 0 seconds")
    with still_not_so, console.step("waits"):
        wait_until(lambda: False, "never", seconds=0)

    assert "✗ waits" in output.getvalue()


def test_a_command_is_shown_as_it_is_typed() -> None:
    """Brackets of a query are the operator's, and no markup."""
    output = io.StringIO()

    StepConsole(Console(file=output)).command(
        "aws logs filter-log-events --query 'events[].[message]'"
    )

    assert "'events[].[message]'" in output.getvalue()


def test_two_who_build_in_one_checkout_take_turns(tmp_path: Path) -> None:
    """A demo beside a sandbox would find the folder half removed."""
    sam = tmp_path / "sam"
    sam.write_text("#!/bin/sh\necho begins >>$TOLD; sleep 0.2; echo ends >>$TOLD\n")
    sam.chmod(0o700)
    told = tmp_path / "told"
    place = "from types import SimpleNamespace; place = SimpleNamespace(environment=dict)"
    call = f"from sandbox.demo.sam import sam; {place}; sam(place, 'build')"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TOLD": str(told)}

    both = [
        subprocess.Popen([sys.executable, "-c", call], cwd=ROOT, env=environment)  # noqa: S603 - our own lines
        for _ in range(2)
    ]

    assert [0, 0] == [each.wait(60) for each in both]
    assert ["begins", "ends"] * 2 == told.read_text().split()
