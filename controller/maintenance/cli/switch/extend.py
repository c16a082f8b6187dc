"""
`extend`: give the maintenance that is on another end, and keep its message.

Whatever closed the site, an `on until` that begins now and lasts longer extends it: no window ends
an `on`, and an `on` ends no window (schedule/decision.py). So it can only shorten what the switch
alone holds.

    the site is             the new end is      the switch then says
    ----------------------  ------------------  -----------------------------------------------
    open                    any                 nothing new: refused
    in maintenance          the same            nothing new: refused
    in maintenance          later               on until then, with the message of before
    closed by the switch    earlier             the same
    closed by a window too  before the window's nothing new: refused, the window would go on
"""

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from maintenance.cli.arguments import STACK, Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.switch.typed_end import parse_extension
from maintenance.cli.switch.typed_instant import format_local
from maintenance.cli.switch.typed_switch import TypedWords, split_message
from maintenance.cli.switch.write import add_writing_options, write_switch
from maintenance.errors import ConfigurationError
from maintenance.model import Mode
from maintenance.schedule.decision import Schedule, decide
from maintenance.schedule.switch import parse_switch

_EXAMPLES = """\
examples:
  site-maintenance extend 30m
  site-maintenance extend 1 hour --wait
  site-maintenance extend until 06:00
  site-maintenance extend 30m --message 'It takes a little longer'
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `extend`."""
    extend = commands.add_parser(
        "extend",
        parents=[shared],
        help="give the maintenance that is on a later end, and keep its message",
        description=(
            "Write a later end to the switch, whether the switch or a window has closed the site. "
            "An earlier end shortens the maintenance, and the question says so."
        ),
        epilog=_EXAMPLES,
    )
    extend.add_argument("words", nargs="+", metavar="30m | until 06:00")
    add_writing_options(extend, message="message for visitors instead of the present one")
    extend.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Write the switch with another end."""
    typed = split_message(arguments.words, arguments.message)
    session = context.connect()

    def value() -> str:
        schedule, _ = session.read_schedule()
        zone = session.app.settings.time_zone
        stack = session.watch.stack
        return extended_value(typed, schedule, now=session.app.clock(), zone=zone, stack=stack)

    # The maintenance may end while the question waits, and an end must not close the site again.
    return write_switch(value(), arguments, session, again=value)


def extended_value(
    typed: TypedWords, schedule: Schedule, *, now: datetime, zone: ZoneInfo, stack: str = STACK
) -> str:
    """
    Return what the switch must say for the end that is typed, by the table of this module.

    Raises UnreadableValue if that cannot be understood, ConfigurationError if it is refused.
    """
    decision = decide(schedule, now=now)
    # Parameter Store dates the switch to the millisecond, but people plan in whole seconds.
    old = decision.until.replace(microsecond=0) if decision.until else None
    if decision.mode is not Mode.MAINTENANCE:
        raise ConfigurationError(
            f"There is no maintenance to extend: {own_command('on for 30m', stack)} closes the site"
        )
    end = parse_extension(typed.text, end=old, now=now, zone=zone)
    if end == old:
        raise ConfigurationError(f"The maintenance already ends at {format_local(end, zone)}")
    message = typed.message or decision.message
    value = f"on until {format_local(end, zone)}"
    value = f"{value}: {message}" if message else value
    switch = parse_switch(value, written=now, zone=zone)
    after = decide(replace(schedule, switch=switch, last_off=schedule.off), now=now)
    if (old is None or end < old) and after.until != end:
        raise ConfigurationError(
            "A window keeps the site closed for longer, and extend cannot shorten it: when the "
            f"work is done, open the site with {own_command('off', stack)}"
        )
    return value
