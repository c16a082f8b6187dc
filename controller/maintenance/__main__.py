"""
The command line, `site-maintenance`, also `python -m maintenance`.

It assembles the same controller as `handler.py` does in Lambda. Only this module and `app.py` read
the environment, ask the clock and make clients.

The garbage collector is off while modules are imported and clients are made, and never scans what
they leave: it stays, and scanning it took an eighth of the work of `status` (ADR 0021).
"""

from __future__ import annotations

import gc

gc.disable()

import functools
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

try:
    from botocore.exceptions import BotoCoreError, ClientError

    from maintenance.cli.arguments import STACK, parser
    from maintenance.cli.context import Context
    from maintenance.cli.exit_code import ExitCode
    from maintenance.cli.resources import version
    from maintenance.cli.terminal import Terminal
    from maintenance.errors import MaintenanceError, UnreadableValue
except ModuleNotFoundError as error:
    # The Lambda package has no rich, and a bare Python has none of these.
    sys.exit(
        f"{error.name} is not installed: install the command with `uv tool install .` in a "
        "checkout, or run `make setup` and .venv/dev/bin/site-maintenance"
    )

gc.freeze()
gc.enable()

if TYPE_CHECKING:
    import boto3

    from maintenance.cli.session import Session
    from maintenance.settings import Settings


def main(words: Sequence[str] | None = None) -> ExitCode:
    """Run a command; an error is one sentence on standard error, and an exit code."""
    _accept_any_text()
    words = (sys.argv[1:] if words is None else words) or ["--help"]
    arguments = parser(words, stack=os.environ.get("STACK") or STACK).parse_args(words)
    terminal = Terminal(as_json=arguments.json)
    connect = functools.cache(lambda: _connect(arguments.stack, terminal))
    try:
        code: ExitCode = arguments.run(arguments, Context(terminal, _aws, connect))
    except UnreadableValue as error:
        terminal.error(str(error))
        return ExitCode.USAGE
    except MaintenanceError as error:
        terminal.error(str(error))
        return ExitCode.FAILED
    except (BotoCoreError, ClientError) as error:
        # Adapters translate their own errors; this one came before any client was made.
        terminal.error(f"cannot use AWS: {error} - check AWS_PROFILE and your AWS settings")
        return ExitCode.FAILED
    except OSError as error:
        _report(error, terminal)
        return ExitCode.FAILED
    except KeyboardInterrupt as interrupt:
        terminal.info(str(interrupt) or "Interrupted.")
        sys.stdout.flush()
        # Python would wait for threads whose answers are not needed any more.
        os._exit(ExitCode.INTERRUPTED)
    return code


def _report(error: OSError, terminal: Terminal) -> None:
    """Say what the system refuses; nothing if the reader of a pipe has seen enough."""
    if isinstance(error, BrokenPipeError):
        # Or Python would write the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        terminal.error(
            f"{error.filename} cannot be used: {error.strerror}"
            if error.filename
            else f"the operating system refuses: {error}"
        )


def _accept_any_text() -> None:
    """Let every text be printed: Windows gives a pipe or a file an encoding of 256 characters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


@functools.cache
def _aws(profile: str | None = None) -> boto3.Session:
    import boto3  # noqa: PLC0415 - takes a quarter of a second, and not every command needs it

    return boto3.Session(profile_name=profile, region_name="us-east-1")


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@_without_garbage_collection()
def _connect(stack: str, terminal: Terminal) -> Session:
    # The same: they import boto3.
    from maintenance.app import assemble, now  # noqa: PLC0415
    from maintenance.aws.clients import CLIENT, MAKING_CLIENTS, lazy  # noqa: PLC0415
    from maintenance.aws.cloudformation import read_deployed_settings  # noqa: PLC0415
    from maintenance.aws.operator.run_history import RunHistory  # noqa: PLC0415
    from maintenance.cli.session import Session  # noqa: PLC0415
    from maintenance.cli.watch import Watch  # noqa: PLC0415

    with MAKING_CLIENTS:
        cloudformation, functions = _aws().client("cloudformation"), _aws().client("lambda")
    deployed = read_deployed_settings(stack, cloudformation=cloudformation, functions=functions)
    _compare_versions(deployed.settings, terminal)
    app = assemble(deployed.settings, own_arn=deployed.controller_arn, session=_aws())
    runs = RunHistory(
        lazy(lambda: _aws().client("cloudwatch", config=CLIENT)),
        lazy(lambda: _aws().client("logs", config=CLIENT)),
        stack=deployed.settings.stack_name,
        log_group=deployed.log_group,
    )
    rollout = deployed.settings.rollout if deployed.settings.standby else ""
    watch = Watch(terminal, now, time.sleep, stack, rollout)
    return Session(app, terminal, watch, deployed, runs)


def _compare_versions(settings: Settings, terminal: Terminal) -> None:
    """Warn if the stack is of another version, whose controller may decide otherwise."""
    ours, theirs = version(), settings.version
    if theirs and theirs != ours:
        terminal.info(
            f"Warning: the stack {settings.stack_name} has version {theirs}, and this command "
            f"{ours}. Install the command of {theirs}, or deploy the stack again with this one.",
            style="yellow",
        )


if __name__ == "__main__":
    sys.exit(main())
