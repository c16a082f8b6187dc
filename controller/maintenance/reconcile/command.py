"""
Write the switch for a command.

A command belongs to an instant, however late it arrives: it must not override what was written
since, nor another command of a later instant, and must not start a maintenance that has ended.
Parameter Store has no conditional write. So the history is read after a write: if that has
overwritten what counts, as another controller wrote at the same time, that is written once more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from maintenance.errors import ApplyError, ConfigurationError, ObservationError
from maintenance.reconcile import ports
from maintenance.reporting.brief import Verdict
from maintenance.schedule.history import CommandOrigin, Write, latest_write
from maintenance.schedule.switch import Says, parse_switch, resolve
from maintenance.schedule.times import format_instant
from maintenance.wakeup import Command, ParameterChanged

# Schedules fire up to a minute late, never early; this allows for clocks that differ.
_CLOCK_TOLERANCE = timedelta(minutes=1)
# Writing takes a moment, and an `until` that has passed by then would be unreadable.
_WRITE_TIME = timedelta(seconds=2)
_MAX_WRITES = 5
_OVERWRITTEN = "an earlier command may stand in the place of a later one"


class CheckedCommand(Struct, frozen=True):
    """The value to write to the switch, and for what; or None and a notice that says why."""

    value: str | None
    notice: str = ""
    origin: CommandOrigin | None = None
    verdict: Verdict = Verdict.WRITTEN


class AppliedCommand(Struct, frozen=True):
    """
    What became of a command.

    `changed` is the last write of the switch, if there was one. `errors` are why a later command
    may still be overwritten. `verdict` is about the command itself: a repeated one is WRITTEN while
    it is the one that counts.
    """

    changed: ParameterChanged | None = None
    notices: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    verdict: Verdict = Verdict.WRITTEN


class CommandWriter(Struct, frozen=True):
    """Writes commands; `clock` returns the present, and `zone` is the stack's."""

    switch: ports.CommandedSwitch
    zone: ZoneInfo
    clock: Callable[[], datetime]

    def apply(self, command: Command) -> AppliedCommand:
        """
        Write the command, unless what the switch says is later, and repair what was overwritten.

        Raises UnreadableValue or ConfigurationError if the command is invalid, ObservationError or
        ApplyError if it could not be written.
        """
        writes = self._rivals(command)
        checked = self._check(command, latest_write(writes))
        if checked.value is None:
            applied = AppliedCommand(notices=(checked.notice,), verdict=checked.verdict)
        else:
            applied = AppliedCommand(self.switch.write_switch(checked.value, checked.origin))
        try:
            return self._repair(applied, command, writes)
        except (ApplyError, ObservationError) as error:
            return replace(applied, errors=(f"{error}; {_OVERWRITTEN}",))

    def _rivals(self, command: Command) -> tuple[Write, ...]:
        """Return the writes that may be later than the command, newest first."""
        switch = self.switch.read_switch().switch
        # No command is written from further in the future.
        if switch is None or command.at > switch.written + _CLOCK_TOLERANCE:
            return ()
        return self.switch.read_writes()

    def _repair(
        self, applied: AppliedCommand, command: Command, writes: tuple[Write, ...]
    ) -> AppliedCommand:
        """Write what counts until it is the newest that can be read; `writes` are before that."""
        for _ in range(_MAX_WRITES):
            if applied.changed:
                writes = self.switch.read_writes()
            own = self._check(command, latest_write(writes))
            applied = replace(applied, verdict=own.verdict)
            following = self._following_write(own, writes)
            if following.value is None:
                return applied
            changed = self.switch.write_switch(following.value, following.origin)
            notices = (following.notice,) if following.notice else ()
            applied = replace(applied, changed=changed, notices=(*applied.notices, *notices))
        error = f"the switch was overwritten {_MAX_WRITES} times; {_OVERWRITTEN}"
        return replace(applied, errors=(error,))

    def _following_write(self, own: CheckedCommand, writes: tuple[Write, ...]) -> CheckedCommand:
        latest = latest_write(writes)
        # An end that came while the command was written has made it unreadable: it is due again.
        if own.value is not None or latest is None or latest == writes[0]:
            return own
        again = self._check(Command(latest.version.value, latest.instant, _sender(latest)), None)
        if again.value is None:
            return again
        is_over = latest.origin and latest.origin.off_until
        notice = (
            f"{again.value!r} of {format_instant(latest.instant)} was overwritten by an earlier "
            "command: written again"
        )
        return CheckedCommand(again.value, notice, latest.origin if is_over else again.origin)

    def _check(self, command: Command, latest: Write | None) -> CheckedCommand:
        return check_command(command, latest=latest, now=self.clock(), zone=self.zone)


def check_command(
    command: Command, *, latest: Write | None, now: datetime, zone: ZoneInfo
) -> CheckedCommand:
    """
    Return the value that the command may write to the switch; `latest` is the write that counts.

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
    if latest and command.at <= latest.instant:
        notice = f"the command of {at} was not written: {_later(latest)}"
        is_same = _is_same_command(latest, command, value, zone)
        return CheckedCommand(None, notice, verdict=Verdict.WRITTEN if is_same else Verdict.NEWER)
    parsed = parse_switch(value, written=command.at, zone=zone)
    if not parsed.is_over(now + _WRITE_TIME):
        return CheckedCommand(value, origin=CommandOrigin(command.at, sender=command.sender))
    if parsed.says is Says.OFF:
        # However late, it ends what began before it; only its skipping of later windows is over.
        plain = f"off: {parsed.message}" if parsed.message else "off"
        return CheckedCommand(plain, origin=CommandOrigin(command.at, parsed.until, command.sender))
    notice = f"the command of {at} was not written: {value!r} is already over"
    return CheckedCommand(None, notice, verdict=Verdict.OVER)


def _is_same_command(latest: Write, command: Command, value: str, zone: ZoneInfo) -> bool:
    """Return whether the write that counts was this command's: it was delivered before."""
    if latest.origin is None or latest.origin.at != command.at:
        return False
    return parse_switch(value, written=command.at, zone=zone).says is latest.switch.says


def _sender(overwritten: Write) -> str:
    """Return who sent what is written again: its command's sender, or who wrote it."""
    if overwritten.origin:
        return overwritten.origin.sender
    return f"by {overwritten.version.user}" if overwritten.version.user else ""


def _later(latest: Write) -> str:
    newer = format_instant(latest.instant)
    if latest.origin:
        return f"the switch has a command of {newer}"
    return f"the switch of {newer} is newer"
