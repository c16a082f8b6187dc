"""`destroy`: open the site, delete the stack, and say what stays."""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from maintenance.aws.cloudfront import CloudFront
from maintenance.cli.argument_types import duration
from maintenance.cli.arguments import Commands
from maintenance.cli.confirm import confirm
from maintenance.cli.context import Context
from maintenance.cli.documents import RemovalDocument
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.screen import closed_elsewhere, facts, listed, sentence
from maintenance.cli.stack.answers import check_owner
from maintenance.cli.stack.view import watch_events
from maintenance.cli.switch.confirmation import render_confirmation
from maintenance.cli.switch.effect import WindowChanges
from maintenance.cli.switch.write import read_prospect
from maintenance.deployment.events import ending, failures, is_success
from maintenance.deployment.remains import Remain, remains
from maintenance.deployment.stack import STANDBY_FUNCTION_ARN, DeployedStack, Stack
from maintenance.deployment.template import bucket_in_use, retained
from maintenance.errors import ConfigurationError, MaintenanceError
from maintenance.reporting.progress import ACCEPTED, has_reached
from maintenance.standby.in_use import refuse_attached

if TYPE_CHECKING:
    from maintenance.cli.session import Session

_IS_OPEN = "the site is open"
_NO_WINDOWS = WindowChanges()
# CloudFront accepts a few updates a minute of a large fleet.
_UNTIL_OPEN = timedelta(minutes=15)
# In these the site cannot be opened first; the deletion itself opens it, or fails.
_WITHOUT_CONTROLLER = ("DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
_EXAMPLES = """\
examples:
  site-maintenance destroy
  site-maintenance destroy --stack shop-maintenance --yes

It opens the site, and deletes the stack only once CloudFront has accepted that.
A standby function must be detached before: site-maintenance standby detach.
At the end it prints the commands that delete what stays.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `destroy`."""
    destroy = commands.add_parser(
        "destroy",
        parents=[shared],
        help="open the site and delete the stack; says what stays, and why",
        description="Open the site, delete the stack, and say what stays.",
        epilog=_EXAMPLES,
    )
    destroy.add_argument("--yes", action="store_true", help="do not ask")
    destroy.add_argument(
        "--timeout", type=duration, default=_UNTIL_OPEN, help="how long to wait for that (15m)"
    )
    destroy.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Open the site, then delete the stack; raise MaintenanceError if that cannot begin."""
    stack = Stack(context.aws().client("cloudformation"), arguments.stack, time.sleep)
    deployed = stack.read()
    if deployed is None:
        raise ConfigurationError(
            f"there is no stack {stack.name} in us-east-1 of this account: name yours with "
            "--stack or STACK, or choose the account with AWS_PROFILE"
        )
    check_owner(stack.name, deployed)
    if deployed.status.endswith("_IN_PROGRESS"):
        raise ConfigurationError(
            f"the stack {stack.name} is {deployed.status}: wait until that is done"
        )
    _refuse_attached(context, stack.name, deployed)
    staying = tuple(_remains(stack, deployed))
    has_controller = deployed.status not in _WITHOUT_CONTROLLER
    if context.terminal.is_interactive and not arguments.yes:
        _explain(context, staying, has_controller=has_controller)
    if not confirm(
        context.terminal,
        f"Open the site and delete the stack {stack.name} of account {deployed.account}?",
        is_confirmed=arguments.yes,
    ):
        return ExitCode.FAILED
    opened = _IS_OPEN
    if has_controller:
        opened = _open(context, arguments.timeout)
    if not opened:
        return ExitCode.NOT_YET
    return _delete(context, stack, deployed, staying, opened)


def _refuse_attached(context: Context, stack: str, deployed: DeployedStack) -> None:
    """Raise ConfigurationError if a cache behavior still has the standby function."""
    arn = deployed.outputs.get(STANDBY_FUNCTION_ARN)
    if not arn:
        return
    listing = CloudFront(context.aws().client("cloudfront")).list_distributions()
    if refusal := refuse_attached(arn, listing, stack=stack):
        raise ConfigurationError(refusal)


def _explain(context: Context, staying: tuple[Remain, ...], *, has_controller: bool) -> None:
    """Show what visitors get before and after, which windows run no more, and what stays."""
    terminal = context.terminal
    if has_controller:
        try:
            terminal.explain(*_effect(context.connect()))
        except MaintenanceError as error:
            terminal.error(f"Cannot determine what this would change: {error}")
    terminal.explain("", Text("This stays:"), _list(staying), "")


def _effect(session: Session) -> tuple[RenderableType, ...]:
    schedule, _ = session.read_schedule()
    windows = [each.name for each in schedule.windows]
    prospect = read_prospect(session.parse_switch("off"), session)
    # No window follows without the stack.
    decision = replace(prospect.after, next_occurrence=None)
    report = replace(prospect.plan.report, decision=decision)
    prospect = replace(prospect, plan=replace(prospect.plan, report=report), windows=_NO_WINDOWS)
    screen = render_confirmation(prospect, session.stack, session.clock)
    lost = f"{listed(windows)}: no window runs without a stack" if windows else ""
    return screen, facts(("windows", lost))


def _open(context: Context, timeout: timedelta) -> str:
    """
    Write off, and return what visitors get once CloudFront has accepted that; '' if it has not.

    What another stack closes stays closed.
    """
    session = context.connect()
    changed = session.app.parameters.write_switch("off")
    view = session.watch.wait(
        lambda: session.read_status(changed),
        until=ACCEPTED,
        timeout=timeout,
        has_failed=lambda: session.has_failed_since(changed.time),
    )
    if has_reached(view.report, ACCEPTED):
        opened = " and ".join(closed_elsewhere(view.report)) or _IS_OPEN
        context.terminal.info(sentence(opened))
        return opened
    context.terminal.error(
        "The site is not open, so nothing was deleted. "
        f"`{own_command('status', session.watch.stack)}` names the error; correct it and run this "
        "again."
    )
    return ""


def _delete(
    context: Context,
    stack: Stack,
    deployed: DeployedStack,
    staying: tuple[Remain, ...],
    opened: str,
) -> ExitCode:
    ids = stack.physical_ids()
    events = watch_events(context.terminal, stack.delete(deployed.stack_id), resources=len(ids))
    status = ending(events, deployed.stack_id) or ""
    if is_success(status):
        document = RemovalDocument(stack.name, status, staying)
        context.terminal.answer(document, _render(stack.name, staying, opened))
        if not context.terminal.as_json:
            # Lines to paste are never wrapped.
            context.terminal.out.out(_commands(staying))
        return ExitCode.DONE
    for each in failures(events, deployed.stack_id):
        context.terminal.error(each)
    context.terminal.error(
        f"The stack {stack.name} could not be deleted ({status}). Correct what the lines above "
        f"say, then run {own_command('destroy', stack.name)} again (docs/remove.md)."
    )
    return ExitCode.FAILED


def _remains(stack: Stack, deployed: DeployedStack) -> tuple[Remain, ...]:
    """Return what will stay; read before the stack is gone."""
    template = stack.template()
    kept = retained(template)
    ids = {name: each for name, each in stack.physical_ids().items() if name in kept}
    switch = deployed.parameters["SwitchParameter"]
    return tuple(
        remains(ids, stack=stack.name, switch=switch, packages=bucket_in_use(template) or "")
    )


def _render(stack: str, staying: tuple[Remain, ...], opened: str) -> RenderableType:
    return Group(
        Text(f"The stack {stack} is deleted, and {opened}.", style="bold"),
        Text("This stays:"),
        _list(staying),
        "",
        Text("Delete what you no longer need with these commands (docs/remove.md):"),
        "",
    )


def _list(staying: tuple[Remain, ...]) -> RenderableType:
    parts: list[RenderableType] = []
    for each in staying:
        title = Text.assemble((each.name, "bold"), (f"  {each.kind}", "dim"))
        parts += [Padding(title, (0, 0, 0, 2)), Padding(Text(each.reason), (0, 0, 0, 4))]
    return Group(*parts)


def _commands(staying: tuple[Remain, ...]) -> str:
    """Return the lines for a shell that delete what stays, under the name of each."""
    region = "export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1"
    return "\n\n".join(
        [region, *(f"# {each.kind}: {each.reason}\n{each.commands}" for each in staying)]
    )
