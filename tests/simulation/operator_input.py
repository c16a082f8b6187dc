"""
What operators write into the switch and the windows, and what it means, without the product's code.

A switch says on or off from the moment it is written, and may name its end. A window has one
occurrence, or one each hour. An invalid value counts as never written.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st

_HOUR = timedelta(hours=1)
_MINUTES = st.integers(1, 240)
_MESSAGES = st.sampled_from(["", "", ": We are upgrading the database", ": čaj ob petih"])


@dataclass(frozen=True)
class SwitchValue:
    """A value of the switch; its end, if it has one, is `end`, or `minutes` after its writing."""

    says: str
    minutes: int | None = None
    form: str = "for"
    message: str = ""
    end: datetime | None = None

    def text(self, now: datetime) -> str:
        """Return it as it is written now."""
        if self.minutes is None:
            return f"{self.says}{self.message}"
        if self.form == "for":
            return f"{self.says} for {self.minutes}m{self.message}"
        return f"{self.says} until {self.until(now):%Y-%m-%dT%H:%M:%SZ}{self.message}"

    def until(self, written: datetime) -> datetime | None:
        """Return the end that it names, if it names one."""
        if self.end:
            return self.end
        return None if self.minutes is None else written + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class WindowValue:
    """A window that begins `begins` minutes after its writing, or at each full hour."""

    begins: int | None
    minutes: int
    message: str = ""

    def text(self, now: datetime) -> str:
        """Return it as it is written now."""
        if self.begins is None:
            return f"cron(0 * * * ? *) for {self.minutes}m{self.message}"
        start = self.start(now)
        return f"at({start:%Y-%m-%dT%H:%M:%S}) for {self.minutes}m{self.message}"

    def start(self, written: datetime) -> datetime:
        """Return when a window with one occurrence begins."""
        return written + timedelta(minutes=self.begins or 0)


GARBAGE = "onn for ever"
SWITCH_VALUES = st.builds(
    SwitchValue,
    st.sampled_from(["on", "off"]),
    st.none() | _MINUTES,
    st.sampled_from(["for", "until"]),
    _MESSAGES,
) | st.just(SwitchValue("off"))
WINDOW_VALUES = st.builds(
    WindowValue, st.none() | st.integers(-90, 120), st.integers(5, 59), _MESSAGES
)


@dataclass
class OperatorInput:
    """
    Everything that operators have written, newest last; None is an invalid value.

    `switch` is empty if there is no switch; a deleted window is not in `windows`.
    """

    switch: list[tuple[datetime, SwitchValue | None]] = field(default_factory=list)
    windows: dict[str, list[tuple[datetime, WindowValue | None]]] = field(default_factory=dict)

    def mode(self, now: datetime) -> str:
        """Return what the site should do."""
        readable = [(written, value) for written, value in self.switch if value]
        offs = [
            value.until(written) or written for written, value in readable if value.says == "off"
        ]
        starts = self._open_occurrences(now)
        if any(start > offs[-1] for start in starts) if offs else starts:
            return "maintenance"
        if not readable:
            return "unchanged"
        written, value = readable[-1]
        until = value.until(written)
        return "maintenance" if value.says == "on" and (not until or now < until) else "live"

    def is_invalid(self) -> bool:
        """Return whether a run must fail because a value is invalid or the switch is missing."""
        newest = [versions[-1][1] for versions in self.windows.values()]
        return not self.switch or self.switch[-1][1] is None or None in newest

    def _open_occurrences(self, now: datetime) -> list[datetime]:
        """Return when each open occurrence began."""
        starts = []
        for versions in self.windows.values():
            readable = [(written, value) for written, value in versions if value]
            if not readable:
                continue
            written, value = readable[-1]
            start = value.start(written)
            if value.begins is None:
                start = now.replace(minute=0, second=0, microsecond=0)
            if start <= now < start + timedelta(minutes=value.minutes):
                starts.append(start)
        return starts
