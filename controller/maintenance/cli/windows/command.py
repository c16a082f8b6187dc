"""`windows`: the coming weeks as a timeline or a calendar file; set, skip or remove a window."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from maintenance.cli.argument_types import whole_number, zone
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.errors import ApplyError

if TYPE_CHECKING:
    from maintenance.cli.session import Session
    from maintenance.cli.windows.change import WindowCommands

_MOST_WEEKS = 104
_STDOUT = "-"
_EXAMPLES = """\
examples:
  site-maintenance windows
  site-maintenance windows --weeks 8 --zone America/New_York
  site-maintenance windows --weeks 26 --ics maintenance.ics
  site-maintenance windows set weekly 'cron(0 2 ? * SUN *) for 2h in Europe/Ljubljana'
  site-maintenance windows skip weekly           the next one does not run
  site-maintenance windows skip weekly --undo    it runs after all
  site-maintenance windows remove weekly
"""
_SET_EXAMPLES = """\
examples:
  site-maintenance windows set weekly 'cron(0 2 ? * SUN *) for 2h in Europe/Ljubljana'
  site-maintenance windows set xmas 'at(2026-12-24T18:00) for 14h: Merry Christmas!'

The six fields of cron are minute, hour, day of month, month, day of week and
year, and one of the days is ?. docs/windows.md has more examples.
"""
_SKIP_EXAMPLES = """\
examples:
  site-maintenance windows skip weekly           the next Sunday does not run
  site-maintenance windows skip weekly --undo    it runs after all

If the window is open, that run ends. Skip it twice to skip two runs.
"""
_REMOVE_EXAMPLES = """\
examples:
  site-maintenance windows remove weekly
  site-maintenance windows remove xmas --yes
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `windows` and its actions."""
    windows = commands.add_parser(
        "windows",
        parents=[shared],
        help="show the coming weeks as a timeline; set, skip or remove a window",
        epilog=_EXAMPLES,
    )
    windows.add_argument(
        "--weeks", type=whole_number(most=_MOST_WEEKS), default=4, help="how many (4)"
    )
    windows.add_argument("--zone", type=zone, help="time zone to show (the stack's TimeZone)")
    windows.add_argument(
        "--ics",
        nargs="?",
        const=_STDOUT,
        metavar="FILE",
        help="write a calendar file, or print it without FILE",
    )
    windows.set_defaults(run=run)
    actions = windows.add_subparsers(dest="action", metavar="ACTION")
    _add_set(actions, shared)
    _add_skip(actions, shared)
    _add_remove(actions, shared)


def _add_set(actions: Commands, shared: argparse.ArgumentParser) -> None:
    action = _action(actions, shared, "set", "write a window", _SET_EXAMPLES)
    action.add_argument(
        "value", nargs="+", metavar="VALUE", help="'cron(...) for 2h in Europe/Ljubljana'"
    )
    action.set_defaults(
        run=lambda arguments, context: _commands(arguments, context).set(
            arguments.name, " ".join(arguments.value)
        )
    )


def _add_skip(actions: Commands, shared: argparse.ArgumentParser) -> None:
    action = _action(actions, shared, "skip", "skip its next occurrence", _SKIP_EXAMPLES)
    action.add_argument("--undo", action="store_true", help="bring back what is skipped")
    action.set_defaults(run=_skip)


def _add_remove(actions: Commands, shared: argparse.ArgumentParser) -> None:
    action = _action(actions, shared, "remove", "delete a window", _REMOVE_EXAMPLES)
    action.set_defaults(
        run=lambda arguments, context: _commands(arguments, context).remove(arguments.name)
    )


def _action(
    actions: Commands, shared: argparse.ArgumentParser, word: str, effect: str, examples: str
) -> argparse.ArgumentParser:
    """Return the parser of an action on one window."""
    action = actions.add_parser(
        word,
        parents=[shared],
        help=effect,
        epilog=examples,
    )
    action.add_argument("name", metavar="NAME", help="the window, as `windows` shows it")
    action.add_argument("--yes", action="store_true", help="do not ask")
    return action


def _skip(arguments: argparse.Namespace, context: Context) -> ExitCode:
    commands = _commands(arguments, context)
    if arguments.undo:
        return commands.undo_skip(arguments.name)
    return commands.skip(arguments.name)


def _commands(arguments: argparse.Namespace, context: Context) -> WindowCommands:
    # They import boto3, which not every command needs.
    from maintenance.aws.clients import CLIENT  # noqa: PLC0415
    from maintenance.aws.operator.window_writes import WindowWrites  # noqa: PLC0415
    from maintenance.cli.windows.change import WindowCommands  # noqa: PLC0415

    session = context.connect()
    path = f"{session.app.settings.switch_parameter}/windows"
    writes = WindowWrites(context.aws().client("ssm", config=CLIENT), path)
    return WindowCommands(session, writes, is_confirmed=arguments.yes)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Draw the coming weeks, on the clocks of --zone or of the stack's zone, or write a file."""
    session = context.connect()
    if arguments.ics is None:
        return session.windows(weeks=arguments.weeks, zone=arguments.zone)
    return _write_calendar(session, arguments.ics, timedelta(weeks=arguments.weeks))


def _write_calendar(session: Session, file: str, span: timedelta) -> ExitCode:
    from maintenance.cli.windows.calendar_file import CalendarFile  # noqa: PLC0415 - as above
    from maintenance.schedule.forecast import forecast  # noqa: PLC0415 - as above

    schedule, errors = session.read_schedule()
    now = session.clock.now
    coming = forecast(schedule, since=now, until=now + span)
    stack = session.app.settings.stack_name
    text = CalendarFile(coming, stack, now).text()
    for each in errors:
        session.terminal.error(each)
    if file == _STDOUT:
        # Without a translation of CR LF.
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    else:
        _write(Path(file), text.encode())
        session.terminal.info(f"Wrote {len(coming.occurrences)} occurrences to {file}.")
    return ExitCode.FAILED if errors else ExitCode.DONE


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ApplyError(f"{path} cannot be written: {error.strerror}") from error
