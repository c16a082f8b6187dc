"""
What operators write into the switch and the windows, and what it means, without the product's code.

A switch says on or off from the moment it is written, and may name its end. A window has one
occurrence, or one each hour, and a skip keeps those from running that begin up to its end. An
invalid value counts as never written.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

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


@dataclass(frozen=True)
class SkipValue:
    """A skip that ends `minutes` after its writing."""

    minutes: int

    def text(self, now: datetime) -> str:
        """Return it as it is written now."""
        return f"until {self.until(now):%Y-%m-%dT%H:%M:%SZ}"

    def until(self, written: datetime) -> datetime:
        """Return up to when what begins does not run."""
        return written + timedelta(minutes=self.minutes)


# Many are near: the engine attach is then armed.
_BEGINS = st.integers(1, 20) | st.integers(-90, 120)
GARBAGE = "onn for ever"
SWITCH_VALUES = st.builds(
    SwitchValue,
    st.sampled_from(["on", "off"]),
    st.none() | _MINUTES,
    st.sampled_from(["for", "until"]),
    _MESSAGES,
) | st.just(SwitchValue("off"))
WINDOW_VALUES = st.builds(WindowValue, st.none() | _BEGINS, st.integers(5, 59), _MESSAGES)
SKIP_VALUES = st.builds(SkipValue, _MINUTES)


@dataclass
class OperatorInput:
    """
    Everything that operators have written, newest last; None is an invalid value.

    `switch` is empty if there is no switch; a deleted window or skip is not in `windows` or
    `skips`.
    """

    switch: list[tuple[datetime, SwitchValue | None]] = field(default_factory=list)
    windows: dict[str, list[tuple[datetime, WindowValue | None]]] = field(default_factory=dict)
    skips: dict[str, list[tuple[datetime, SkipValue | None]]] = field(default_factory=dict)

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

    def coming(self, now: datetime) -> dict[str, datetime]:
        """Return when the next occurrence of each window begins, if one is to come."""
        ends = [each.until(at) or at for at, each in self.switch if each and each.says == "off"]
        coming = {}
        for name, versions in self.windows.items():
            readable = [(written, value) for written, value in versions if value]
            after = max(now, self._skipped(name), *ends[-1:])
            if readable and (start := _next_start(*readable[-1], after)):
                coming[name] = start
        return coming

    def is_invalid(self, now: datetime) -> bool:
        """
        Return whether a run must fail.

        It must if a value is invalid, the switch is missing, or a skip that is not over is for no
        window.
        """
        newest = [
            *(versions[-1][1] for versions in self.windows.values()),
            *(versions[-1][1] for versions in self.skips.values()),
        ]
        is_stray = any(self._skipped(each) > now for each in self.skips if each not in self.windows)
        is_switch_invalid = not self.switch or self.switch[-1][1] is None
        return is_switch_invalid or is_stray or None in newest

    def _skipped(self, name: str) -> datetime:
        """Return up to when the occurrences of a window that begin do not run."""
        readable = [value.until(written) for written, value in self.skips.get(name, ()) if value]
        return readable[-1] if readable else datetime.min.replace(tzinfo=UTC)

    def _open_occurrences(self, now: datetime) -> list[datetime]:
        """Return when each open occurrence that is not skipped began."""
        starts = []
        for name, versions in self.windows.items():
            readable = [(written, value) for written, value in versions if value]
            if not readable:
                continue
            written, value = readable[-1]
            start = value.start(written)
            if value.begins is None:
                start = now.replace(minute=0, second=0, microsecond=0)
            is_open = start <= now < start + timedelta(minutes=value.minutes)
            if is_open and start > self._skipped(name):
                starts.append(start)
        return starts


def _next_start(written: datetime, value: WindowValue, after: datetime) -> datetime | None:
    """Return the first start of a window later than `after`, None without any."""
    if value.begins is None:
        return after.replace(minute=0, second=0, microsecond=0) + _HOUR
    # The text of a window has whole seconds.
    start = value.start(written).replace(microsecond=0)
    return start if start > after else None
