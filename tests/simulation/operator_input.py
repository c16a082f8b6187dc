"""
What operators write into the switch and the windows, and what it means: told without the product.

A switch says on or off since it was written, and may name its end. A window is one stretch, or one
that comes each hour. What nobody can read counts as never written.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st

_HOUR = timedelta(hours=1)
_MINUTES = st.integers(1, 240)
_MESSAGES = st.sampled_from(["", "", ": We are upgrading the database", ": čaj ob petih"])


@dataclass(frozen=True)
class Word:
    """A value for the switch: `minutes` from its writing to the end that it names, or the `end`."""

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
class Stretch:
    """A window: from `begins` minutes after its writing on, or on each full hour."""

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
        """Return when the stretch of a window that comes once begins."""
        return written + timedelta(minutes=self.begins or 0)


GARBAGE = "onn for ever"
WORDS = st.builds(
    Word,
    st.sampled_from(["on", "off"]),
    st.none() | _MINUTES,
    st.sampled_from(["for", "until"]),
    _MESSAGES,
) | st.just(Word("off"))
STRETCHES = st.builds(Stretch, st.none() | st.integers(-90, 120), st.integers(5, 59), _MESSAGES)


@dataclass
class Orders:
    """
    Everything that operators have written, newest last; None where nobody can read it.

    `switch` is empty where there is none, as is a window that was deleted.
    """

    switch: list[tuple[datetime, Word | None]] = field(default_factory=list)
    windows: dict[str, list[tuple[datetime, Stretch | None]]] = field(default_factory=dict)

    def mode(self, now: datetime) -> str:
        """Return what the site should do."""
        readable = [(written, word) for written, word in self.switch if word]
        offs = [word.until(written) or written for written, word in readable if word.says == "off"]
        begun = self._begun(now)
        if any(start > offs[-1] for start in begun) if offs else begun:
            return "maintenance"
        if not readable:
            return "unchanged"
        written, word = readable[-1]
        until = word.until(written)
        return "maintenance" if word.says == "on" and (not until or now < until) else "live"

    def is_faulty(self) -> bool:
        """Tell whether a run has to complain of something that nobody can read."""
        newest = [versions[-1][1] for versions in self.windows.values()]
        return not self.switch or self.switch[-1][1] is None or None in newest

    def _begun(self, now: datetime) -> list[datetime]:
        """Return when each stretch began that holds the present."""
        begun = []
        for versions in self.windows.values():
            readable = [(written, stretch) for written, stretch in versions if stretch]
            if not readable:
                continue
            written, stretch = readable[-1]
            start = stretch.start(written)
            if stretch.begins is None:
                start = now.replace(minute=0, second=0, microsecond=0)
            if start <= now < start + timedelta(minutes=stretch.minutes):
                begun.append(start)
        return begun
