"""`sweep`: let the deployed controller run now instead of at its next sweep."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.documents import FailedRunDocument
from maintenance.cli.exit_code import ExitCode
from maintenance.errors import RunFailed

_EXAMPLES = """\
examples:
  site-maintenance sweep           repair what was lost or undone, now
  site-maintenance sweep --json    the controller's own report
"""
_SHOULD_BE = {"maintenance": "closed", "live": "open", "unchanged": "left as it is"}
_SEPARATOR = " | "


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `sweep`."""
    sweep = commands.add_parser(
        "sweep",
        parents=[shared],
        help="let the controller run now, and show what it did",
        epilog=_EXAMPLES,
    )
    sweep.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Invoke the controller with a sweep, and show its report, or the errors of a failed run."""
    from maintenance.aws.operator.controller_function import (  # noqa: PLC0415 - imports botocore
        INVOKE_CLIENT,
        ControllerFunction,
    )

    del arguments
    session, terminal = context.connect(), context.terminal
    client = context.aws().client("lambda", config=INVOKE_CLIENT)
    if not terminal.as_json:
        terminal.info("The controller is running; that takes seconds, and minutes if it waits.")
    try:
        report = ControllerFunction(client, session.deployed.controller_arn).invoke({"sweep": True})
    except RunFailed as error:
        errors = str(error).split(_SEPARATOR)
        lines = ["The run failed:", *(f"  error: {each}" for each in errors)]
        terminal.answer(FailedRunDocument(errors), "\n".join(lines))
        return ExitCode.FAILED
    terminal.answer(report, "\n".join(_lines(report)))
    return ExitCode.DONE


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a run found and did, a line each."""
    yield f"The site should be {_SHOULD_BE[report['mode']]}. {report['reason']}"
    for each in report["distributions"]:
        did = "updated" if each["changed"] else "nothing to do"
        yield f"  {each['distribution_id']}: {did}, {each['status']}"
        yield from (f"    restored {name}" for name in each["restored"])
        yield from (f"    warning: {warning}" for warning in each["warnings"])
    yield from (f"  notice: {notice}" for notice in report["notices"])
