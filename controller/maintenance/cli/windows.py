"""`windows`: the coming weeks as a timeline."""

import argparse

from maintenance.cli.argument_types import whole_number, zone
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode

_MOST_WEEKS = 104
_EXAMPLES = """\
examples:
  site-maintenance windows
  site-maintenance windows --weeks 8 --zone America/New_York
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `windows`."""
    windows = commands.add_parser(
        "windows",
        parents=[shared],
        help="the coming weeks as a timeline, with local times",
        epilog=_EXAMPLES,
    )
    windows.add_argument(
        "--weeks", type=whole_number(most=_MOST_WEEKS), default=4, help="how many (4)"
    )
    windows.add_argument("--zone", type=zone, help="time zone to show (the stack's TimeZone)")
    windows.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Draw the coming weeks, on the clocks of --zone or of the stack's zone."""
    return context.connect().windows(weeks=arguments.weeks, zone=arguments.zone)
