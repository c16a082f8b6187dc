"""What the demo prints."""

import io
import time

import pytest
from rich.console import Console

from sandbox.demo.console import StepConsole, StepFailed, wait_until


@pytest.fixture
def output() -> io.StringIO:
    """Give what the console has printed."""
    return io.StringIO()


@pytest.fixture
def console(output: io.StringIO) -> StepConsole:
    """Give a console that prints to a pipe, and reports on a running step very often."""
    return StepConsole(Console(file=output, width=80), still_running_seconds=0.01)


def test_a_check_that_fails_says_what_was_found(console: StepConsole, output: io.StringIO) -> None:
    """The demo stops there."""
    with pytest.raises(StepFailed, match=r"answers: expected 200, found 503"):
        console.check("answers", expected=200, actual=503)

    assert "✗ answers" in output.getvalue()


def test_a_step_that_fails_is_marked(console: StepConsole, output: io.StringIO) -> None:
    """The line of the step shows it, and the exception says why."""
    with pytest.raises(StepFailed, match=r"never: not after 0 seconds"), console.step("waits"):
        wait_until(lambda: False, "never", seconds=0)

    assert "✗ waits" in output.getvalue()


def test_a_long_step_shows_progress_in_a_pipe(console: StepConsole, output: io.StringIO) -> None:
    """Without output, a demo seems to hang."""
    with console.step("waits"):
        wait_until(lambda: "… waits (0 s)" in output.getvalue(), "a line of progress")

    time.sleep(0.05)
    assert output.getvalue().splitlines()[-1] == " ✓ waits (0.0 s)"


def test_a_command_is_printed_literally(console: StepConsole, output: io.StringIO) -> None:
    """The brackets of a query are no markup."""
    console.command("aws logs filter-log-events --query 'events[].[message]'")

    assert "'events[].[message]'" in output.getvalue()


def test_a_table_has_no_trailing_blanks(console: StepConsole, output: io.StringIO) -> None:
    """Its cells are markup, which takes no room."""
    console.table("behavior", "status", rows=[("/api/*", "[green]200"), ("default", "")])

    assert [
        "   behavior  status",
        "   /api/*    200",
        "   default",
    ] == output.getvalue().splitlines()
