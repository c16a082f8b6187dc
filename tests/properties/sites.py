"""Random sites for the properties of decisions, and the rule by its definition."""

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from maintenance.errors import UnreadableValue
from maintenance.model import Mode
from maintenance.schedule.decision import Decision, Schedule, decide, history_matters
from maintenance.schedule.history import CommandOrigin, Version, last_off, last_readable
from maintenance.schedule.skip import Skip
from maintenance.schedule.switch import Says, Switch, parse_switch
from maintenance.schedule.window import Window, occurrences, parse_window

UTC_ZONE = ZoneInfo("UTC")
NEVER = datetime.min.replace(tzinfo=UTC)
# The Saturday before clocks change in Ljubljana; everything random happens in the days around it.
NIGHT = datetime(2026, 10, 24, tzinfo=UTC)
DAY = 24 * 60

ZONES = ["Europe/Ljubljana", "America/New_York", "Australia/Lord_Howe", "UTC"]
STARTS = [
    "cron(30 2 * * ? *)",
    "cron(0 */6 * * ? *)",
    "cron(0 2 ? * SUN *)",
    "cron(0/20 1-2 * * ? *)",
    "at(2026-10-25T02:30)",
    "at(2026-10-26T00:00)",
]
VALUES = [
    "on",
    "off",
    "on for 1h",
    "on for 10h: For long",
    "on until 2026-10-25T03:00: Until three",
    "off for 6h",
    "off until 2026-10-26T00:00",
    "onn",
    "off until 2020-01-01",
]
MINUTES = st.integers(-2 * DAY, 2 * DAY)


def minute(count: int) -> datetime:
    """Return the instant `count` minutes after the beginning of the night."""
    return NIGHT + timedelta(minutes=count)


@st.composite
def some_windows(
    draw: st.DrawFn, *, at_least: int = 0, minutes: tuple[int, int] = (1, 400)
) -> tuple[Window, ...]:
    """Return up to four windows that last this many minutes; some of them have a skip."""
    count = draw(st.integers(at_least, 4))
    texts = [
        f"{draw(st.sampled_from(STARTS))} for {draw(st.integers(*minutes))}m "
        f"in {draw(st.sampled_from(ZONES))}{draw(st.sampled_from(['', f': From w{index}']))}"
        for index in range(count)
    ]
    parsed = (parse_window(f"w{index}", text, zone=UTC_ZONE) for index, text in enumerate(texts))
    return tuple(replace(each, skip=draw(st.none() | skips())) for each in parsed)


@st.composite
def skips(draw: st.DrawFn) -> Skip:
    """Return a skip up to some minute, written up to two days before."""
    until = draw(MINUTES)
    return Skip(minute(until - draw(st.integers(1, 2 * DAY))), minute(until))


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    """
    Return versions of a switch, no two at the same instant, some of them unreadable.

    Commands have written some, up to four hours late.
    """
    history = []
    for number, count in enumerate(sorted(draw(st.sets(MINUTES, max_size=5))), start=1):
        late = draw(st.sampled_from([None, None, 0, 10, 240]))
        origin = None if late is None else CommandOrigin(minute(count - late))
        description = origin.describe(minute(count)) if origin else ""
        value = draw(st.sampled_from(VALUES))
        history.append(Version(value, minute(count), number, description))
    return history


@dataclass(frozen=True)
class Site:
    """A site by what was written for it."""

    history: Sequence[Version]
    windows: Sequence[Window]

    def at(self, now: datetime) -> Decision:
        """Return the decision at `now`, as the controller makes it."""
        history = [version for version in self.history if version.written <= now]
        switch = last_readable(history, UTC_ZONE)
        schedule = Schedule(switch, windows=self.windows)
        if history_matters(schedule, now=now):
            schedule = replace(schedule, last_off=last_off(history, UTC_ZONE))
        return decide(schedule, now=now)

    def frozen(self, now: datetime) -> "Site":
        """Return the site as if the switch were not written after `now`."""
        return replace(self, history=[one for one in self.history if one.written <= now])


# Their windows overlap one another, and themselves.
CROWDED = st.builds(
    Site,
    history=histories(),
    windows=some_windows(at_least=2, minutes=(300, 2000)),
)
SITES = st.builds(Site, history=histories(), windows=some_windows())


def readable(version: Version) -> Switch | None:
    """Return what `version` says, or None if it is unreadable."""
    try:
        return parse_switch(version.value, written=version.written, zone=UTC_ZONE)
    except UnreadableValue:
        return None


def commanded(version: Version) -> datetime:
    """Return the instant of the command that wrote a version, or when it was written."""
    _, _, command = version.description.removesuffix("; see docs/windows.md").partition(" of ")
    return datetime.fromisoformat(command) if command else version.written


def t_off_by_definition(site: Site, now: datetime) -> datetime:
    """Return the instant up to which what began is ended."""
    offs = [
        one.until or commanded(v)
        for v in site.history
        if v.written <= now and (one := readable(v)) and one.says is Says.OFF
    ]
    return offs[-1] if offs else NEVER


def mode_by_definition(site: Site, now: datetime) -> Mode:
    """Return the mode by the rule in words, over every occurrence."""
    said = [one for v in site.history if v.written <= now and (one := readable(v))]
    t_off = t_off_by_definition(site, now)
    on = said and said[-1].says is Says.ON and (said[-1].until is None or now < said[-1].until)
    open_now = any(
        occurrence.begins > max(t_off, window.skip.until if window.skip else NEVER)
        for window in site.windows
        for occurrence in occurrences(window, since=now, until=now + timedelta.resolution)
    )
    if on or open_now:
        return Mode.MAINTENANCE
    return Mode.LIVE if said else Mode.UNCHANGED
