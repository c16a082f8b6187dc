"""
Write the switch: show what that changes, ask, write, and watch the distributions follow.

The switch's own parser reads the value first, so an invalid one is never written. The change event
of the write wakes the deployed controller.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cli.argument_types import duration
from maintenance.cli.confirm import confirm
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.show.view import ReportView
from maintenance.cli.switch.confirmation import Prospect, render_confirmation
from maintenance.cli.switch.effect import window_changes
from maintenance.cli.watch import UNTIL_ACCEPTED, UNTIL_DEPLOYED, watch_command
from maintenance.errors import ConfigurationError, MaintenanceError
from maintenance.lambda_edge.page_files import pages_without_message
from maintenance.reporting.progress import ACCEPTED, SETTLED, has_reached, is_everywhere
from maintenance.reporting.status import ModeChange
from maintenance.schedule.decision import decide
from maintenance.schedule.request import find_request
from maintenance.schedule.switch import Switch

if TYPE_CHECKING:
    from maintenance.cli.session import Session


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


def add_writing_options(command: argparse.ArgumentParser, *, message: str) -> None:
    """Add the options of a command that writes the switch; `message` is the help of --message."""
    command.add_argument("--message", metavar="TEXT", help=message)
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument(
        "--wait", action="store_true", help="watch until every distribution is Deployed"
    )
    command.add_argument("--timeout", type=duration, help="how long to watch (5m, with --wait 35m)")


def write_switch(
    value: str,
    arguments: argparse.Namespace,
    session: Session,
    *,
    again: Callable[[], str] | None = None,
) -> ExitCode:
    """
    Write this value to the switch, with the options of `add_writing_options`, and watch.

    `again` returns the value that is right after the question: if that is another one, nothing is
    written. Raises UnreadableValue, before anything is written, if the value is invalid, and
    ApplyError if SSM refuses it.
    """
    change = SwitchChange(value, arguments.yes, arguments.wait, arguments.timeout)
    if not _is_agreed(change, session):
        return ExitCode.FAILED
    # Its time may have come while the question waited.
    session.parse_switch(value)
    if again and not change.is_confirmed and again() != value:
        raise ConfigurationError(
            "Someone changed the maintenance while the question waited, so nothing was written: "
            "type the command again"
        )
    last_change = session.last_change()
    changed = session.app.parameters.write_switch(value)
    session.terminal.info(f"Wrote {value!r} to {session.app.settings.switch_parameter}.")
    goal = SETTLED if change.wait else ACCEPTED
    view = session.watch.wait(
        lambda: session.read_status(changed),
        until=goal,
        timeout=change.effective_timeout,
        has_failed=lambda: session.has_failed_since(changed.time),
        last_change=last_change,
    )
    code = session.show_status(view, since=changed.time)
    if code is not ExitCode.DONE:
        return code
    if not has_reached(view.report, goal):
        session.terminal.error(_timed_out(change, session))
        return ExitCode.NOT_YET
    _say_how_to_watch_on(view, last_change, session)
    return code


def _is_agreed(change: SwitchChange, session: Session) -> bool:
    """Return whether to write, after a look at what that changes."""
    switch = session.parse_switch(change.value)
    terminal = session.terminal
    if terminal.is_interactive and not change.is_confirmed:
        try:
            with terminal.err.status("Finding out what this changes"):
                prospect = read_prospect(switch, session)
            screen = render_confirmation(prospect, session.stack, session.clock)
            terminal.err.print(screen, "")
        except ConfigurationError as error:
            terminal.error(f"The controller would refuse this: {error}")
        except MaintenanceError as error:
            # An operator must be able to open the site even if its state cannot be read.
            terminal.error(f"Cannot determine what this would change: {error}")
    question = f"Write {change.value!r} to {session.app.settings.switch_parameter}?"
    return confirm(terminal, question, is_confirmed=change.is_confirmed)


def read_prospect(switch: Switch, session: Session) -> Prospect:
    """Return what the switch would change, by a dry run of the controller."""
    schedule, _ = session.read_schedule()
    after = replace(schedule, switch=switch, last_off=schedule.off)
    request = find_request(schedule, now=switch.written)
    requesters = session.app.controller.announcer.requesters
    return Prospect(
        before=decide(schedule, now=switch.written),
        plan=session.read_plan(switch),
        own_end=switch.until,
        requested_by=requesters.read(request).name if request else "",
        windows=window_changes(schedule, after, now=switch.written),
        silent_pages=_silent_pages(session) if switch.message else (),
    )


def _silent_pages(session: Session) -> tuple[str, ...]:
    """Return the pages in the state bucket that show no message; () if they cannot be read."""
    page = session.app.controller.stored_files.read().page
    return () if isinstance(page, MaintenanceError) else pages_without_message(page)


def _say_how_to_watch_on(
    view: ReportView, last_change: ModeChange | None, session: Session
) -> None:
    if not is_everywhere(view.report):
        command = watch_command(session.watch.stack)
        session.terminal.info(
            f"This is on its way to every edge, {session.watch.expect(last_change)}. To watch it: "
            f"{command}"
        )


def _timed_out(change: SwitchChange, session: Session) -> str:
    stack = session.watch.stack
    if change.wait:
        return (
            f"Still rolling out: {watch_command(stack)} waits longer, and docs/operations.md says "
            "what to do if it is stuck"
        )
    return (
        f"The controller of the stack {stack} has not applied it yet: run "
        f"{own_command('status', stack)}, and if it names no error, {own_command('sweep', stack)}"
    )
