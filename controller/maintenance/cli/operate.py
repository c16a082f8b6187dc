"""
The commands `on` and `off`, and how the switch is written.

They write the switch, whose change event wakes the deployed controller, and watch what it does.
Times as people type them become the exact form of the switch, and its own parser reads that before
it is written.
"""

import argparse
from datetime import timedelta

from msgspec import Struct
from rich.prompt import Confirm
from rich.text import Text

from maintenance.cli.argument_types import duration
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.plan_view import summarize
from maintenance.cli.show import Session
from maintenance.cli.typed_switch import split_message, switch_value
from maintenance.errors import ConfigurationError, MaintenanceError
from maintenance.reporting.report import ACCEPTED, SETTLED, has_reached
from maintenance.schedule.switch import parse_switch

# The controller acts within seconds, and CloudFront takes a few updates a minute of a large fleet.
UNTIL_ACCEPTED = timedelta(minutes=5)
# AWS says minutes, up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging), and `aws cloudfront wait` gives up after 35.
UNTIL_DEPLOYED = timedelta(minutes=35)

_EXAMPLES = {
    "on": """\
examples:
  site-maintenance on for 90m
  site-maintenance on for 90m --message 'New database' --wait
  site-maintenance on until tomorrow 6:00
  site-maintenance on until 2026-12-01T04:00+01:00 --yes
""",
    "off": """\
examples:
  site-maintenance off
  site-maintenance off --wait
  site-maintenance off until Sunday 04:00     skips the windows until then
""",
}


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the commands `on` and `off`."""
    for word, effect in (("on", "close the site"), ("off", "open the site")):
        change = commands.add_parser(
            word,
            parents=[shared],
            help=f"{effect}, for 90m or until 04:00 if you say so",
            description=f"Write the switch, to {effect}, and watch until CloudFront accepts it.",
            epilog=_EXAMPLES[word],
        )
        change.add_argument("words", nargs="*", metavar="for 90m | until 04:00")
        add_writing_options(change, message="message for visitors")
        change.set_defaults(run=run)


def add_writing_options(command: argparse.ArgumentParser, *, message: str) -> None:
    """Add the options of a command that writes the switch; `message` is the help of --message."""
    command.add_argument("--message", metavar="TEXT", help=message)
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument(
        "--wait", action="store_true", help="watch until every distribution is Deployed"
    )
    command.add_argument("--timeout", type=duration, help="how long to watch (5m, with --wait 35m)")


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Write the switch."""
    typed = split_message(arguments.words, arguments.message)
    session = context.connect()
    zone = session.app.settings.time_zone
    value = switch_value(arguments.command, typed, now=session.app.clock(), zone=zone)
    return write(value, arguments, session)


def write(value: str, arguments: argparse.Namespace, session: Session) -> ExitCode:
    """Write this value to the switch with the options of `add_writing_options`."""
    change = SwitchChange(
        value=value,
        is_confirmed=arguments.yes,
        wait=arguments.wait,
        timeout=arguments.timeout,
    )
    return set_switch(change, session)


class SwitchChange(Struct, frozen=True):
    """A value to write to the switch, and whether to wait until it is Deployed."""

    value: str
    is_confirmed: bool
    wait: bool
    timeout: timedelta | None

    @property
    def effective_timeout(self) -> timedelta:
        """How long to watch: `timeout`, or the usual time if it is None."""
        return self.timeout or (UNTIL_DEPLOYED if self.wait else UNTIL_ACCEPTED)


def set_switch(change: SwitchChange, session: Session) -> ExitCode:
    """
    Write the switch, and watch the distributions follow.

    Raises UnreadableValue, before anything is written, if the value is invalid, and ApplyError if
    SSM refuses it.
    """
    app, terminal = session.app, session.terminal
    parse_switch(change.value, written=app.clock(), zone=app.settings.time_zone)
    if not change.is_confirmed and not _confirm(change, session):
        terminal.info("Nothing was written.")
        return ExitCode.FAILED
    changed = app.parameters.write_switch(change.value)
    terminal.info(f"Wrote {change.value!r} to {app.settings.switch_parameter}.")
    goal = SETTLED if change.wait else ACCEPTED
    view = session.watch.wait(
        lambda: session.read_status(changed),
        until=goal,
        timeout=change.effective_timeout,
        has_failed=lambda: session.has_failed_since(changed.time),
    )
    code = session.show_status(view, since=changed.time)
    if code is ExitCode.DONE and not has_reached(view.report, goal):
        terminal.error(_timed_out(change, app.settings.stack_name))
        return ExitCode.NOT_YET
    return code


def _confirm(change: SwitchChange, session: Session) -> bool:
    """Show how much the change affects, and ask."""
    terminal = session.terminal
    if not terminal.is_interactive:
        raise ConfigurationError("not a terminal, cannot ask: add --yes to write the switch")
    try:
        terminal.info(summarize(session.with_switch(change.value).status()), style="bold")
    except MaintenanceError as error:
        # An operator must be able to open the site even if its state cannot be read.
        terminal.error(f"Cannot determine what this would change: {error}")
    question = Text(f"Write {change.value!r} to {session.app.settings.switch_parameter}?")
    try:
        return Confirm.ask(question, console=terminal.err, default=False)
    except EOFError:
        return False


def _timed_out(change: SwitchChange, stack: str) -> str:
    if change.wait:
        return (
            "Still rolling out: site-maintenance status --wait waits longer, and "
            "docs/operations.md says what to do if it is stuck"
        )
    return (
        f"The controller of the stack {stack} has not applied it yet: check its log, as "
        "docs/operations.md shows; its next sweep tries again"
    )
