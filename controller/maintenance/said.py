"""What switch and windows have said so far: all that a decision follows from. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.switch import Switch
from maintenance.windows import Window


class Said(Struct, frozen=True):
    """All that a decision follows from but the clock; the members are those of `decide`."""

    switch: Switch | None
    last_off: datetime | None
    windows: Sequence[Window]
    lead_time: timedelta

    def present(self, now: datetime) -> datetime:
        """Return max(clock, T)."""
        return max(now, self.switch.written) if self.switch else now
