"""
What an operator orders: on and off.

The value is what the switch understands, read by its own parser before it is written. Writing the
switch is all that is done here: its change event wakes the deployed controller, which does the
rest, and this watches.
"""

from datetime import timedelta

from msgspec import Struct
from rich.prompt import Confirm
from rich.text import Text

from maintenance.cli.show import ExitCode, Session
from maintenance.cli.status_view import extent
from maintenance.errors import ConfigurationError, MaintenanceError
from maintenance.reporting.report import ACCEPTED, SETTLED, has_reached
from maintenance.schedule.switch import parse_switch

# The controller acts within seconds, and CloudFront takes a few updates a minute of a large fleet.
UNTIL_ACCEPTED = timedelta(minutes=5)
# AWS says minutes, up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging), and so does `aws cloudfront wait` in giving up after 35.
UNTIL_DEPLOYED = timedelta(minutes=35)


class SwitchChange(Struct, frozen=True):
    """A value for the switch, and how far to go with it; without `timeout` it is the usual one."""

    value: str
    is_confirmed: bool
    wait: bool
    timeout: timedelta | None

    @property
    def patience(self) -> timedelta:
        """Return how long to watch."""
        return self.timeout or (UNTIL_DEPLOYED if self.wait else UNTIL_ACCEPTED)


def carry_out(order: SwitchChange, door: Session) -> ExitCode:
    """
    Write the switch and watch what becomes of it.

    Raises UnreadableValue, before anything is written, if the value is not understood, and
    ApplyError if SSM refuses it.
    """
    app = door.app
    parse_switch(order.value, written=app.clock(), zone=app.settings.time_zone)
    if not order.is_confirmed and not _is_confirmed(order, door):
        door.terminal.tell("Nothing was written.")
        return ExitCode.FAILED
    news = app.parameters.write_switch(order.value)
    door.terminal.tell(f"{app.settings.switch_parameter} says {order.value!r}.")
    wanted = SETTLED if order.wait else ACCEPTED
    look = door.watch.wait(
        lambda: door.look(news),
        wanted,
        timeout=order.patience,
        has_failed=lambda: door.has_failed_since(news.time),
    )
    code = door.show_status(look, since=news.time)
    if code is ExitCode.DONE and not has_reached(look.report, wanted):
        door.terminal.tell(_late(order, door.app.settings.stack_name), style="bold red")
        return ExitCode.NOT_YET
    return code


def _is_confirmed(order: SwitchChange, door: Session) -> bool:
    """Show how much the order would change, and ask."""
    terminal = door.terminal
    if not terminal.is_interactive:
        message = "nobody can be asked here, for this is no terminal: add --yes to write the switch"
        raise ConfigurationError(message)
    try:
        terminal.tell(extent(door.with_switch(order.value).status()), style="bold")
    except MaintenanceError as error:
        # Whoever wants the site open must get it, also when nobody can say what that takes.
        terminal.tell(f"What this would change is not known: {error}", style="bold red")
    question = Text(f"Write {order.value!r} to {door.app.settings.switch_parameter}?")
    try:
        return Confirm.ask(question, console=terminal.err, default=False)
    except EOFError:
        return False


def _late(order: SwitchChange, stack: str) -> str:
    if order.wait:
        return (
            "It is not everywhere yet: python -m maintenance status --wait watches on, and "
            "docs/operations.md says what to do when it is stuck"
        )
    return (
        f"The controller of the stack {stack} has not done it yet: look into its log, as "
        "docs/operations.md shows; its next sweep tries again"
    )
