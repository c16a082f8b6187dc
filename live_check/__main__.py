"""
`make live-check CONFIRM=<account id>`: ask a real account what only it can answer.

Without the confirmation it says what it would do, and creates nothing. CLEAN=1 deletes what earlier
runs had to leave. ENDPOINT=http://127.0.0.1:4566 asks a sandbox instead, to try it out.
"""

import argparse
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from live_check.account import Account, open_account, run_name
from live_check.clean_up import Left
from live_check.run import ANNOUNCEMENT, check, delete_all
from live_check.stacks import StackFailedError
from live_check.timing import OverdueError
from sandbox.demo.console import StepConsole, StepFailed

_REPORT = Path(".cache") / "live-check.md"
_NOT_CONFIRMED = 2
# Shells expect this of an interrupted program.
_INTERRUPTED = 130


def main() -> int:
    """Return 0 if all was asked and only what can wait is left, 2 if it was not confirmed."""
    parser = argparse.ArgumentParser(prog="python -m live_check", description=__doc__)
    parser.add_argument("--confirm", default="", help="the id of the account to work in")
    parser.add_argument("--endpoint", default="", help="the address of a sandbox")
    parser.add_argument("--clean", action="store_true", help="only delete what earlier runs left")
    parser.add_argument("--report", type=Path, default=_REPORT, help="where to write the report")
    arguments = parser.parse_args()
    console = StepConsole(Console(soft_wrap=False))
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    try:
        account = open_account(arguments.endpoint or None)
        if arguments.confirm != account.account_id:
            return _refuse(account, console)
        if arguments.clean:
            return _exit_code(delete_all(account, console))
        return _run(account, console, arguments.report)
    except KeyboardInterrupt:
        console.console.print("\nInterrupted.")
        return _INTERRUPTED
    except (
        BotoCoreError, ClientError, OverdueError, RuntimeError, StackFailedError, StepFailed,
    ) as error:  # fmt: skip
        console.say(f"Stopped: {error}", markup=False)
        return 1


def _refuse(account: Account, console: StepConsole) -> int:
    name = run_name(time.time())
    console.say(ANNOUNCEMENT.format(account_id=account.account_id, name=name), markup=False)
    console.say(
        "Nothing was created. To start, name the account: "
        f"make live-check CONFIRM={account.account_id}",
        markup=False,
    )
    return _NOT_CONFIRMED


def _run(account: Account, console: StepConsole, path: Path) -> int:
    now = datetime.now(UTC)
    name = run_name(now.timestamp())
    console.say(ANNOUNCEMENT.format(account_id=account.account_id, name=name), markup=False)
    findings = check(account, name, console, path, now=now)
    console.section("Done")
    console.say(f"The report is in {path}.", markup=False)
    return _exit_code(findings.left)


def _exit_code(left: tuple[Left, ...]) -> int:
    return 0 if all(each.can_wait for each in left) else 1


if __name__ == "__main__":
    sys.exit(main())
