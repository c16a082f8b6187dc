"""
Whether a command may write the switch. Pure.

A command belongs to an instant, however late it arrives: it must not override what an operator has
written since, and must not start something that is already over.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import ConfigurationError
from maintenance.schedule.switch import Says, Switch, parse_switch, resolve
from maintenance.schedule.times import format_instant
from maintenance.wakeup import Command

# Schedules fire up to a minute late, never early; this much is left to clocks that differ.
_CLOCK_TOLERANCE = timedelta(minutes=1)
# Writing takes a moment, and an `until` that has passed by then would be unreadable.
_WRITING = timedelta(seconds=2)


class Verdict(Struct, frozen=True):
    """The value to write, or the sentence that says why none is written."""

    value: str | None
    reason: str = ""


def judge(command: Command, *, switch: Switch | None, now: datetime, zone: ZoneInfo) -> Verdict:
    """
    Return the verdict.

    Raises UnreadableValue if the command's value is not understood, ConfigurationError if its
    instant is still to come: it would win over everything that is written until then.
    """
    given = format_instant(command.at)
    if command.at > now + _CLOCK_TOLERANCE:
        message = (
            f"the command of {given} is from the future, nothing was written: give the instant at "
            "which it is sent as its at"
        )
        raise ConfigurationError(message)
    value = resolve(command.value, at=command.at, zone=zone)
    if switch and command.at <= switch.written:
        newer = format_instant(switch.written)
        return Verdict(
            None, f"the command of {given} was not written: the switch of {newer} is newer"
        )
    meant = parse_switch(value, written=command.at, zone=zone)
    if not meant.is_over(now + _WRITING):
        return Verdict(value)
    if meant.says is Says.OFF:
        # Late or not, it ends what began before it; only skipping what was to come is over.
        return Verdict(f"off: {meant.message}" if meant.message else "off")
    return Verdict(None, f"the command of {given} was not written: {value!r} is already over")
