"""`history`: who changed the switch and the windows, and when."""

import argparse

from maintenance.cli.argument_types import whole_number
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode

_MOST_PAGES = 10_000
_EXAMPLES = """\
examples:
  site-maintenance history
  site-maintenance history --page 2
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `history`."""
    history = commands.add_parser(
        "history",
        parents=[shared],
        help="show who changed the switch and the windows, and when",
        description="Parameter Store keeps the last hundred versions of each parameter.",
        epilog=_EXAMPLES,
    )
    history.add_argument(
        "--page",
        type=whole_number(most=_MOST_PAGES),
        default=1,
        help="fifty entries each, newest first",
    )
    history.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Show one page of the history."""
    return context.connect().history(page=arguments.page)
