"""`plan`: what the controller would do with each cache behavior, and why."""

import argparse

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode

_EXAMPLES = """\
examples:
  site-maintenance plan                   what the next run will do
  site-maintenance plan --if on           before the first `on`
  site-maintenance plan --if on for 2h
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `plan`."""
    plan = commands.add_parser(
        "plan",
        parents=[shared],
        help="what would happen to each cache behavior, and why; writes nothing",
        epilog=_EXAMPLES,
    )
    plan.add_argument(
        "--if",
        dest="hypothetical",
        nargs="+",
        default=[],
        metavar=("VALUE", "WORD"),
        help="plan as if the switch said this now: --if on, --if on for 2h",
    )
    plan.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Show what a run would do now, or if the switch had the value of --if."""
    return context.connect().plan(hypothetical=" ".join(arguments.hypothetical) or None)
