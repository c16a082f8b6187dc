"""The switch as Parameter Store keeps it, in memory: no condition on a write, and a history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from maintenance.errors import UnreadableValue
from maintenance.schedule.history import CommandOrigin, Version, Write, readable_writes
from maintenance.schedule.switch import ReadSwitch, parse_switch
from maintenance.wakeup import ParameterChanged

UTC_ZONE = ZoneInfo("UTC")


@dataclass
class SwitchStore:
    """Versions, oldest first; `clock` dates them, and `before_call` runs before each call."""

    clock: Callable[[], datetime]
    versions: list[Version] = field(default_factory=list)
    before_call: Callable[[str], None] = lambda _operation: None

    @property
    def newest(self) -> str:
        """The value that the switch has now."""
        return self.versions[-1].value

    def put(self, value: str, description: str | None = None) -> None:
        """Write a value; without a description, the one before stays."""
        before = self.versions[-1].description if self.versions else ""
        version = Version(
            value,
            self.clock(),
            len(self.versions) + 1,
            before if description is None else description,
        )
        self.versions.append(version)

    def read_switch(self) -> ReadSwitch:
        """Return what it says now."""
        self.before_call("read the switch")
        if not self.versions:
            return ReadSwitch(None, "the switch does not exist")
        newest = self.versions[-1]
        try:
            return ReadSwitch(parse_switch(newest.value, written=newest.written, zone=UTC_ZONE))
        except UnreadableValue as error:
            return ReadSwitch(None, str(error))

    def read_writes(self) -> tuple[Write, ...]:
        """Return what its readable versions say, newest first."""
        self.before_call("read the history")
        return tuple(readable_writes(self.versions, UTC_ZONE))

    def write_switch(self, value: str, origin: CommandOrigin | None = None) -> ParameterChanged:
        """Write it for a command."""
        self.before_call("write")
        now = self.clock()
        self.put(value, origin.describe(now) if origin else "")
        return ParameterChanged("/site/maintenance", now)
