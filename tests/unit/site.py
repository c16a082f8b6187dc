"""A site that is described by what was written for it, for tests of the decision."""

from collections.abc import Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from maintenance.model import Mode
from maintenance.schedule.decision import Decision, Schedule, decide, history_matters
from maintenance.schedule.history import CommandOrigin, Version, last_off, last_readable
from maintenance.schedule.skip import Skip, parse_skip
from maintenance.schedule.times import format_instant, parse_instant
from maintenance.schedule.window import Occurrence, Window, parse_window

ZONE = ZoneInfo("UTC")
# 2026-12-06 is a Sunday.
SUNDAYS = "cron(0 2 ? * SUN *) for 2h"
LIVE, MAINTENANCE, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED


@dataclass(frozen=True)
class Site:
    """
    A site by what was written for it: the switch's history, oldest first, and windows.

    `skips` are the skips of windows by their names, each when it was written and its value. A
    command writes at an instant and names an earlier one: `("2026-12-01", "off", "2026-11-30")`.
    """

    switch: Sequence[tuple[str, str] | tuple[str, str, str]] = (("2026-11-01", "off"),)
    windows: Sequence[str] = ()
    skips: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    zone: ZoneInfo = field(default=ZONE)

    @property
    def history(self) -> list[Version]:
        """The versions of the switch."""
        written = enumerate(self.switch, start=1)
        return [a_version(number, *entry) for number, entry in written]

    @property
    def parsed_windows(self) -> tuple[Window, ...]:
        """The windows, named w0, w1 and so on."""
        named = ((f"w{index}", text) for index, text in enumerate(self.windows))
        parsed = (parse_window(name, text, zone=self.zone) for name, text in named)
        return tuple(replace(each, skip=self._skip(each.name)) for each in parsed)

    def _skip(self, window: str) -> Skip | None:
        if window not in self.skips:
            return None
        written, text = self.skips[window]
        return parse_skip(text, written=instant(written), zone=self.zone)

    def at(self, now: str) -> Decision:
        """Return the decision at `now`, with the history read only if it matters."""
        schedule = self.schedule(now)
        if not history_matters(schedule, now=instant(now)):
            schedule = replace(schedule, last_off=None)
        return decide(schedule, now=instant(now))

    def schedule(self, now: str) -> Schedule:
        """Return what was written up to `now`."""
        history = [version for version in self.history if version.written <= instant(now)]
        switch, off = last_readable(history, self.zone), last_off(history, self.zone)
        return Schedule(switch, off, self.parsed_windows)

    def occurrence(self, begins: str, ends: str, *, window: int = 0) -> Occurrence:
        """Return the occurrence of one of the windows between these instants."""
        return Occurrence(self.parsed_windows[window], instant(begins), instant(ends))


def a_version(number: int, at: str, value: str, command: str | None = None) -> Version:
    """Return a version of the switch, and that of a command if it names its instant."""
    written = instant(at)
    description = CommandOrigin(instant(command)).describe(written) if command else ""
    return Version(value, written, number, description)


def instant(text: str) -> datetime:
    """Return the instant that `text` means in UTC."""
    return parse_instant(text, zone=ZONE)


def modes(site: Site, *times: str) -> list[Mode]:
    """Return what the site does at each of these times."""
    return [site.at(time).mode for time in times]


def printed(instant: datetime | None) -> str | None:
    """Return `instant` as text."""
    return format_instant(instant) if instant else None
