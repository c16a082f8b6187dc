"""
Whether a command may write the switch. Pure.

A command belongs to an instant, however late it arrives: it must not override what an operator has
written since, and must not start a maintenance that has ended.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import ConfigurationError
from maintenance.schedule.switch import Says, Switch, parse_switch, resolve
from maintenance.schedule.times import format_instant
from maintenance.wakeup import Command

# Schedules fire up to a minute late, never early; this allows for clocks that differ.
_CLOCK_TOLERANCE = timedelta(minutes=1)
# Writing takes a moment, and an `until` that has passed by then would be unreadable.
_WRITE_TIME = timedelta(seconds=2)


class CheckedCommand(Struct, frozen=True):
    """The value to write to the switch, or None and a notice that says why."""

    value: str | None
    notice: str = ""


def check_command(
    command: Command, *, switch: Switch | None, now: datetime, zone: ZoneInfo
) -> CheckedCommand:
    """
    Return the value that the command may write to the switch.

    Raises UnreadableValue if the command's value is invalid, ConfigurationError if its instant is
    in the future: it would override everything that is written until then.
    """
    at = format_instant(command.at)
    if command.at > now + _CLOCK_TOLERANCE:
        message = (
            f"the command of {at} is from the future, nothing was written: set its at to the "
            "instant at which it is sent"
        )
        raise ConfigurationError(message)
    value = resolve(command.value, at=command.at, zone=zone)
    if switch and command.at <= switch.written:
        newer = format_instant(switch.written)
        return CheckedCommand(
            None, f"the command of {at} was not written: the switch of {newer} is newer"
        )
    parsed = parse_switch(value, written=command.at, zone=zone)
    if not parsed.is_over(now + _WRITE_TIME):
        return CheckedCommand(value)
    if parsed.says is Says.OFF:
        # However late, it ends what began before it; only its skipping of later windows is over.
        return CheckedCommand(f"off: {parsed.message}" if parsed.message else "off")
    return CheckedCommand(None, f"the command of {at} was not written: {value!r} is already over")
