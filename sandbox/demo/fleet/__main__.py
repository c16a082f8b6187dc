"""Run the demo of a fleet: `python -m sandbox.demo.fleet`."""

import os
import signal
import sys
import time

from rich.console import Console
from rich.markup import escape

from sandbox.demo.console import StepConsole, StepFailed
from sandbox.demo.fleet.accounts import start_fleet
from sandbox.demo.fleet.walkthrough import run_walkthrough
from sandbox.isolation import isolate
from sandbox.process import SandboxError

# The exit code that shells expect of an interrupted program.
_INTERRUPTED = 130


def main() -> int:
    """Return 0 if every step had the expected result, 1 if one had not."""
    console = StepConsole(Console())
    isolate(os.environ)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    began = time.monotonic()
    try:
        console.section("Three accounts: a hub and two shops")
        with start_fleet(console) as fleet:
            run_walkthrough(fleet, console)
    except (StepFailed, SandboxError) as error:
        console.console.print(
            f"\n[bold red]Failed.[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 1
    except KeyboardInterrupt:
        console.console.print("\nEnded; nothing is left running.")
        return _INTERRUPTED
    seconds = time.monotonic() - began
    console.console.print(
        f"\n[bold green]Every check passed[/], in {seconds:.0f} s. Nothing is left running.\n"
        "Next: docs/fleet.md says when a hub is worth it, and how to deploy one.",
        highlight=False,
        soft_wrap=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
