"""`plan`: what the controller would do with each cache behavior, and why."""

import argparse

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.switch.typed_switch import read_command, split_message, switch_value

_EXAMPLES = """\
examples:
  site-maintenance plan                   what the next run will do
  site-maintenance plan on                before the first `on`
  site-maintenance plan on for 2 hours
  site-maintenance plan off
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `plan`."""
    plan = commands.add_parser(
        "plan",
        parents=[shared],
        help="show what would happen to each behavior, and why; writes nothing",
        epilog=_EXAMPLES,
    )
    plan.add_argument(
        "words",
        nargs="*",
        metavar="on for 2h | off",
        help="plan as if the switch said this now, with times as `on` and `off` take them",
    )
    plan.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Show what a run would do now, or if the switch said what is typed."""
    typed = split_message(arguments.words)
    command, end = read_command(typed)
    session = context.connect()
    if not command:
        return session.plan(hypothetical=None)
    zone = session.app.settings.time_zone
    return session.plan(hypothetical=switch_value(command, end, now=session.app.clock(), zone=zone))
