"""`restore`: open one distribution from its record, with the operator's credentials."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from maintenance.cli.arguments import Commands
from maintenance.cli.confirm import confirm
from maintenance.cli.context import Context
from maintenance.cli.distribution import find_distribution, named
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.terminal import shorten_arns
from maintenance.cloudfront.plan import Action, Intent
from maintenance.errors import MaintenanceError
from maintenance.model import Distribution, Mode
from maintenance.reporting.report import Outcome, outcome_document

if TYPE_CHECKING:
    from maintenance.cli.session import Session

_ABOUT = """\
Detach the maintenance function from one distribution, and restore the functions that it displaced,
as the record in the state bucket says. This is for when the controller cannot: it uses your own
credentials, and the controller's own code and rules.
"""
_EXAMPLES = """\
examples:
  site-maintenance restore E2EXAMPLE1AB3       show what would be restored, and ask
  site-maintenance restore shop.example.com    the same, by an alias

Run site-maintenance off first, or the controller's next run closes it again.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `restore`."""
    restore = commands.add_parser(
        "restore",
        parents=[shared],
        help="open one distribution from its record, without the controller",
        description=_ABOUT,
        epilog=_EXAMPLES,
    )
    restore.add_argument("distribution", metavar="DISTRIBUTION", help="its id, or an alias")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    restore.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Show what opening the distribution would change, ask, and do it."""
    session, terminal = context.connect(), context.terminal
    controller = session.app.controller
    controller.throttling.begin()
    listing = controller.distributions.list_distributions()
    distribution = find_distribution(arguments.distribution, listing, session.watch.stack)
    reconciler = session.attach_engine.site.distribution_reconciler
    intent = Intent(mode=Mode.LIVE, engine=session.app.settings.edge)
    planned = reconciler.dry_run(distribution, intent)
    if not _does_something(planned):
        found = "is left as it is." if planned.errors else "has nothing to restore."
        return _answer(session, planned, f"{named(distribution)} {found}")
    if not terminal.as_json:
        terminal.info("\n".join(["", *_lines(distribution, planned), *_warning(session), ""]))
    question = f"Update {named(distribution)}?"
    if not confirm(terminal, question, is_confirmed=arguments.yes):
        return ExitCode.FAILED
    outcome = reconciler.apply(distribution, intent)
    done = f"{named(distribution)} is updated; CloudFront needs minutes to deploy it to every edge."
    return _answer(session, outcome, done)


def _does_something(planned: Outcome) -> bool:
    """Return whether opening changes the distribution."""
    detaches = any(step.action is Action.DETACH for step in planned.steps)
    return bool(planned.restored) or (detaches and not planned.errors)


def _answer(session: Session, outcome: Outcome, text: str) -> ExitCode:
    errors = "".join(f"\n  error: {shorten_arns(each)}" for each in outcome.errors)
    session.terminal.answer(outcome_document(outcome), f"{text}{errors}")
    return ExitCode.FAILED if outcome.errors else ExitCode.DONE


def _lines(distribution: Distribution, planned: Outcome) -> Iterator[str]:
    """Yield what would change, a line each."""
    yield f"  {named(distribution)}, {distribution.status}"
    for step in planned.steps:
        yield f"  {step.path_pattern or 'default':<12} {step.action.value:<8} {step.reason}"
    yield from (f"  restore      {shorten_arns(str(each))}" for each in planned.restored)
    yield from (f"  warning: {shorten_arns(each)}" for each in planned.warnings)
    yield from (f"  error: {shorten_arns(each)}" for each in planned.errors)


def _warning(session: Session) -> Iterator[str]:
    """Yield a warning if the controller would close the site again."""
    try:
        mode = session.app.controller.desired_state.read().decision.mode
    except MaintenanceError as error:
        yield f"  warning: cannot read whether the site should be open: {error}"
        return
    if mode is Mode.MAINTENANCE:
        yield (
            "  warning: the site should be in maintenance, so the next run closes it again: run "
            f"`{own_command('off', session.watch.stack)}` first"
        )
