"""`status`: show what visitors get, why, until when, what is wrong, and what comes next."""

import argparse

from maintenance.cli.argument_types import duration
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.watch import UNTIL_DEPLOYED

_EXAMPLES = """\
examples:
  site-maintenance status                what visitors get, why, until when, what is wrong
  site-maintenance status --wait         the same, once every distribution is Deployed
  site-maintenance status --exit-code    for scripts: 0 open, 3 closed, 4 still rolling out
  site-maintenance status --json --stack shop-maintenance

Without --exit-code the exit code is 0, or 1 if something failed.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `status`."""
    status = commands.add_parser(
        "status",
        parents=[shared],
        help="show what visitors get, why, until when, and what is wrong",
        epilog=_EXAMPLES,
    )
    status.add_argument(
        "--wait", action="store_true", help="wait until every distribution is Deployed"
    )
    status.add_argument(
        "--timeout", type=duration, default=UNTIL_DEPLOYED, help="how long to watch (35m)"
    )
    status.add_argument("--exit-code", action="store_true", help="exit with a code for the mode")
    status.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Show the status, with --wait once every distribution has settled."""
    wait = arguments.timeout if arguments.wait else None
    return context.connect().status(wait=wait, as_exit_code=arguments.exit_code)
