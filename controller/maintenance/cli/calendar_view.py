"""
The coming weeks: a timeline, and below it every occurrence with its local times; also as JSON.

The timeline goes by the clocks of one zone. In the list each occurrence has the times of its own
window's zone, which is what whoever wrote it had in mind.
"""

from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.terminal import Clock
from maintenance.cli.timeline import CELLS, WEEK, Day, Layer, draw, weeks
from maintenance.schedule.forecast import Fate, Forecast, PlannedOccurrence, Stretch
from maintenance.schedule.times import clock_changes, format_duration, format_instant, wall_time

_MAINTENANCE, _OVERLAP, _OFF, _LIVE = "█", "▓", "x", "·"
_LEGEND = {
    _MAINTENANCE: "maintenance",
    _OVERLAP: "for two reasons at once",
    _OFF: "ended or skipped by off",
    _LIVE: "live",
}
_RULER = "0   12  "
_LISTED = 60
_LABEL = 7

type _Row = tuple[Text | str, ...]


class ClockChange(Struct, frozen=True):
    """Clocks in a zone are set at an instant."""

    zone: ZoneInfo
    at: datetime

    @property
    def before(self) -> datetime:
        """Return what they would have shown, had they not been set."""
        earlier = self.at - timedelta(seconds=1)
        return wall_time(earlier, self.zone) + timedelta(seconds=1)

    @property
    def after(self) -> datetime:
        """Return what they show."""
        return wall_time(self.at, self.zone)


class Calendar(Struct, frozen=True):
    """A forecast with what has to be said beside it; `errors` are about unreadable parameters."""

    forecast: Forecast
    lead_time: timedelta
    changes: tuple[ClockChange, ...]
    errors: tuple[str, ...]


def changes_of_clocks(forecast: Forecast, zone: ZoneInfo) -> tuple[ClockChange, ...]:
    """Return when clocks are set in `zone` and in the zones of the windows that occur."""
    keys = {zone.key} | {each.occurrence.window.starts.zone.key for each in forecast.occurrences}
    changes = [
        ClockChange(ZoneInfo(key), at)
        for key in sorted(keys)
        for at in clock_changes(ZoneInfo(key), since=forecast.since, until=forecast.until)
    ]
    return tuple(sorted(changes, key=lambda each: each.at))


def windows_document(desired_state: Calendar, clock: Clock) -> dict[str, Any]:
    """Return the outlook as JSON values; instants are in UTC, local times name their zone."""
    forecast = desired_state.forecast
    return {
        "since": format_instant(forecast.since),
        "until": format_instant(forecast.until),
        "zone": clock.zone.key,
        "occurrences": [
            _occurrence(each, desired_state.lead_time) for each in forecast.occurrences
        ],
        "stretches": [_stretch(each) for each in forecast.stretches],
        "overlaps": [_stretch(each) for each in forecast.overlaps],
        "clock_changes": [
            {
                "zone": each.zone.key,
                "at": format_instant(each.at),
                "from": each.before.isoformat(),
                "to": each.after.isoformat(),
            }
            for each in desired_state.changes
        ],
        "errors": list(desired_state.errors),
    }


def windows(desired_state: Calendar, clock: Clock) -> RenderableType:
    """Return the timeline and the list."""
    lines = _lines(desired_state, clock)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("window", overflow="fold", max_width=18)
    table.add_column("in its own zone", no_wrap=True)
    table.add_column("", overflow="fold")
    for row in lines[:_LISTED]:
        table.add_row(*row)
    rest = len(lines) - _LISTED
    records = [f"and {rest} more: --json lists them, --weeks shows fewer"] if rest > 0 else []
    if not desired_state.forecast.occurrences:
        records.append("No window is open or to come in these weeks.")
    errors = [Text.assemble(("error: ", "bold red"), each) for each in desired_state.errors]
    return Group(
        *_timeline(desired_state, clock),
        "",
        Padding(table if lines else "", (0, 0, 0, 1)),
        *(Padding(record, (0, 0, 0, 1)) for record in records),
        *(Padding(error, (0, 0, 0, 1)) for error in errors),
    )


def _timeline(desired_state: Calendar, clock: Clock) -> Iterator[RenderableType]:
    forecast = desired_state.forecast
    yield Text.assemble(
        (f" {clock.day(forecast.since)} to {clock.day(forecast.until)}", "bold"),
        f", on the clocks of {clock.zone.key}",
    )
    yield ""
    rows = weeks(forecast.since, forecast.until, clock.zone)
    layers = _layers(forecast)
    pad = " " * (_LABEL + 1)
    yield Text(pad + " ".join(f"{day.date:%a}".ljust(CELLS) for day in rows[0]), style="bold")
    yield Text(pad + " ".join([_RULER] * WEEK), style="dim")
    for week in rows:
        yield Text(f" {_label(week[0])} ") + Text(" ").join(
            _painted(_blank_outside(day, layers, forecast)) for day in week
        )
    yield ""
    legend = Text(" ")
    for mark, meaning in _LEGEND.items():
        legend += Text.assemble(_painted(mark), f" {meaning}   ")
    yield legend


def _layers(forecast: Forecast) -> tuple[Layer, ...]:
    off = tuple(
        Stretch(each.occurrence.begins, each.occurrence.ends)
        for each in forecast.occurrences
        if each.fate is not Fate.RUNS
    )
    return (
        Layer(_OVERLAP, forecast.overlaps),
        Layer(_MAINTENANCE, forecast.stretches),
        Layer(_OFF, off),
    )


def _blank_outside(day: Day, layers: Sequence[Layer], forecast: Forecast) -> str:
    """Return the day's characters, without those that are past or beyond the forecast."""
    characters = draw(day, layers, nothing=_LIVE)
    within = draw(day, (Layer(_LIVE, (Stretch(forecast.since, forecast.until),)),), nothing=" ")
    return "".join(
        character if inside == _LIVE else " "
        for character, inside in zip(characters, within, strict=True)
    )


def _label(monday: Day) -> str:
    return f"{monday.date.day:2} {monday.date:%b}".ljust(_LABEL - 1)


def _painted(characters: str) -> Text:
    text = Text(characters)
    text.highlight_regex(f"[{_MAINTENANCE}]+", "yellow")
    text.highlight_regex(f"[{_OVERLAP}]+", "magenta")
    text.highlight_regex(f"{_OFF}+|{_LIVE}+", "dim")
    return text


def _lines(desired_state: Calendar, clock: Clock) -> list[_Row]:
    """Return the list in the order of its instants; clocks are set before what begins then."""
    own = desired_state.forecast.switch
    lines = [
        *((each.at, _row_of_change(each, clock)) for each in desired_state.changes),
        *(((own.begins, _row_of_switch(own, clock)),) if own else ()),
        *(
            (each.occurrence.begins, _row(each, desired_state.lead_time, clock))
            for each in desired_state.forecast.occurrences
        ),
    ]
    return [row for _, row in sorted(lines, key=lambda each: each[0])]


def _row(coming: PlannedOccurrence, lead_time: timedelta, clock: Clock) -> _Row:
    occurrence = coming.occurrence
    local = replace(clock, zone=occurrence.window.starts.zone)
    style = "" if coming.fate is Fate.RUNS else "dim"
    return (
        Text(occurrence.window.name, style=style),
        Text(local.span(occurrence.begins + lead_time, occurrence.ends), style=style),
        _what(coming, lead_time, clock),
    )


def _what(coming: PlannedOccurrence, lead_time: timedelta, clock: Clock) -> Text:
    """Return what becomes of an occurrence, in a few words."""
    occurrence, joined = coming.occurrence, coming.joined
    if joined is None:
        words = "ended early by off" if coming.fate is Fate.ENDED else "skipped by off"
        return Text(words, style="green")
    parts = []
    if occurrence.window.starts.zone.key != clock.zone.key:
        parts.append(clock.span(occurrence.begins + lead_time, occurrence.ends))
    if lead_time:
        parts.append(f"closes {format_duration(lead_time)} earlier")
    if joined.ends is None:
        parts.append("joined, with no end in sight")
    elif (joined.begins, joined.ends) != (occurrence.begins, occurrence.ends):
        parts.append(f"joined until {joined.ends.astimezone(clock.zone):%a %H:%M %Z}")
    return Text(", ".join(parts))


def _row_of_change(change: ClockChange, clock: Clock) -> _Row:
    way = "forward" if change.after > change.before else "back"
    day = replace(clock, zone=change.zone).day(change.at)
    times = f"{day} {change.before:%H:%M} → {change.after:%H:%M}"
    return (
        Text("clocks", style="cyan"),
        Text(times, style="cyan"),
        Text(f"go {way} in {change.zone.key}", style="cyan"),
    )


def _row_of_switch(stretch: Stretch, clock: Clock) -> _Row:
    times = (
        clock.span(stretch.begins, stretch.ends)
        if stretch.ends
        else f"{clock.shown(stretch.begins)} - nobody knows"
    )
    return Text("(the switch)", style="bold"), times, "on"


def _occurrence(coming: PlannedOccurrence, lead_time: timedelta) -> dict[str, Any]:
    occurrence = coming.occurrence
    window = occurrence.window
    starts, zone = occurrence.begins + lead_time, window.starts.zone
    return {
        "window": window.name,
        "begins": format_instant(occurrence.begins),
        "starts": format_instant(starts),
        "ends": format_instant(occurrence.ends),
        "zone": zone.key,
        "local_start": starts.astimezone(zone).isoformat(timespec="minutes"),
        "local_end": occurrence.ends.astimezone(zone).isoformat(timespec="minutes"),
        "fate": coming.fate.value,
        "joined": _stretch(coming.joined) if coming.joined else None,
        "message": window.message,
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "begins": format_instant(stretch.begins),
        "ends": format_instant(stretch.ends) if stretch.ends else None,
    }
