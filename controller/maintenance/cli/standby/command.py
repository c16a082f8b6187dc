"""`standby`: attach the standby engine's function, take it off, and compose it with another."""

from __future__ import annotations

import argparse
from pathlib import Path

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode

_ABOUT = """\
Attach the function of the standby engine to your distributions, once. It stays there all year, and
closes and opens the site within half a minute, without a change of a distribution. Where Terraform,
CDK or CloudFormation has your distribution, attach it there (docs/standby-attach.md).
"""
_EXAMPLES = """\
examples:
  site-maintenance standby attach
  site-maintenance standby compose rewrite.js > both.js
  site-maintenance standby detach
"""
_ATTACH_EXAMPLES = """\
examples:
  site-maintenance standby attach                        to all distributions
  site-maintenance standby attach --distribution www.example.com
  site-maintenance standby attach --except-paths '/api/*' /health
  site-maintenance standby attach --in-place-of rewrite

It asks before it changes anything, uses your own credentials, and displaces
nothing: it names each behavior with a function of yours at viewer-request.
--in-place-of is for a function that you have composed with ours.
"""
_DETACH_EXAMPLES = """\
examples:
  site-maintenance standby detach                        wherever it is attached
  site-maintenance standby detach --distribution E2EXAMPLE1AB3
  site-maintenance standby detach --put-back rewrite --except-paths '/api/*'

--put-back is for a function that you have composed with ours: it is attached
again, except to the behaviors of --except-paths, as with standby compose.
--open-site takes it off a site that is in maintenance: its visitors get in.
"""
_COMPOSE_EXAMPLES = """\
examples:
  site-maintenance standby compose rewrite.js > both.js  look at it
  site-maintenance standby compose rewrite.js --put      and publish it
  site-maintenance standby compose rewrite.js --except-paths '/api/*' --put
  site-maintenance standby compose --remove              publish ours alone again

Ours runs first, and yours for what ours lets through. Ours is attached to
every behavior: name in --except-paths the path patterns that are without yours.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `standby` and its actions."""
    standby = commands.add_parser(
        "standby",
        help="attach the standby function, detach it, or compose it with yours",
        description=_ABOUT,
        epilog=_EXAMPLES,
    )
    actions = standby.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_attach(actions, shared)
    _add_detach(actions, shared)
    _add_compose(actions, shared)


def _add_attach(actions: Commands, shared: argparse.ArgumentParser) -> None:
    attach = actions.add_parser(
        "attach",
        parents=[shared],
        help="attach it where viewer-request is free",
        epilog=_ATTACH_EXAMPLES,
    )
    _add_distributions(attach, "of the stack, by id or alias (all)")
    attach.add_argument(
        "--except-paths",
        nargs="+",
        default=[],
        metavar="PATTERN",
        help="path patterns of behaviors that stay open, beside the stack's ExceptPaths",
    )
    attach.add_argument(
        "--in-place-of", default="", metavar="FUNCTION", help="CloudFront Function to replace"
    )
    attach.set_defaults(run=_attach)


def _add_detach(actions: Commands, shared: argparse.ArgumentParser) -> None:
    detach = actions.add_parser(
        "detach", parents=[shared], help="take it off again", epilog=_DETACH_EXAMPLES
    )
    _add_distributions(detach, "by id or alias (all that have it)")
    detach.add_argument(
        "--put-back", default="", metavar="FUNCTION", help="CloudFront Function to attach instead"
    )
    detach.add_argument(
        "--except-paths",
        nargs="+",
        default=[],
        metavar="PATTERN",
        help="path patterns of behaviors that get nothing back",
    )
    detach.add_argument(
        "--open-site", action="store_true", help="also if the site is in maintenance: it opens"
    )
    detach.set_defaults(run=_detach)


def _add_compose(actions: Commands, shared: argparse.ArgumentParser) -> None:
    compose = actions.add_parser(
        "compose",
        parents=[shared],
        help="make one function of yours and ours",
        epilog=_COMPOSE_EXAMPLES,
    )
    source = compose.add_mutually_exclusive_group(required=True)
    source.add_argument("file", type=Path, nargs="?", metavar="FILE", help="your function's code")
    source.add_argument("--remove", action="store_true", help="publish ours alone again")
    compose.add_argument(
        "--except-paths",
        nargs="+",
        default=[],
        metavar="PATTERN",
        help="path patterns at which yours does not run",
    )
    compose.add_argument("--put", action="store_true", help="let the controller publish it")
    compose.add_argument("--yes", action="store_true", help="do not ask")
    compose.set_defaults(run=_compose)


def _add_distributions(action: argparse.ArgumentParser, which: str) -> None:
    action.add_argument(
        "--distribution",
        nargs="+",
        default=[],
        metavar="DISTRIBUTION",
        help=f"distributions {which}",
    )
    action.add_argument("--yes", action="store_true", help="do not ask")


def _attach(arguments: argparse.Namespace, context: Context) -> ExitCode:
    from maintenance.cli.standby.attach import attach  # noqa: PLC0415 - imports boto3

    return attach(arguments, context)


def _detach(arguments: argparse.Namespace, context: Context) -> ExitCode:
    from maintenance.cli.standby.attach import detach  # noqa: PLC0415 - the same

    return detach(arguments, context)


def _compose(arguments: argparse.Namespace, context: Context) -> ExitCode:
    from maintenance.cli.standby.compose import run  # noqa: PLC0415 - imports esprima

    return run(arguments, context)
