"""
The coming weeks: a timeline, and a list of the occurrences, for people or as JSON.

The timeline is drawn on the clocks of one zone. The list has each occurrence on the clocks of its
window's own zone, as the window's author wrote it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.documents import ClockChangeDocument, OccurrenceDocument, WindowsDocument
from maintenance.cli.terminal import Clock
from maintenance.cli.windows.timeline import WEEK, Day, Layer, draw, weeks
from maintenance.schedule.forecast import Fate, Forecast, PlannedOccurrence, Stretch
from maintenance.schedule.times import clock_changes, wall_time

_MAINTENANCE, _OVERLAP, _OFF, _LIVE = "█", "▓", "x", "·"
_LEGEND = {
    _MAINTENANCE: "maintenance",
    _OVERLAP: "for two reasons at once",
    _OFF: "ended or skipped",
    _LIVE: "live",
}
# By the characters of a day: the widest that fits is drawn.
_RULERS = {8: "0   12  ", 6: "0  12 ", 4: "0 12"}
_LISTED = 60
_LABEL = 7
# From here on the list has room for three columns.
_WIDE = 72

type _Row = tuple[Text | str, Text | str, Text | str]


class ClockChange(Struct, frozen=True):
    """An instant at which the clocks in a zone change."""

    zone: ZoneInfo
    at: datetime

    @property
    def before(self) -> datetime:
        """What the clocks would have shown then without the change."""
        earlier = self.at - timedelta(seconds=1)
        return wall_time(earlier, self.zone) + timedelta(seconds=1)

    @property
    def after(self) -> datetime:
        """What the clocks show then."""
        return wall_time(self.at, self.zone)


class Calendar(Struct, frozen=True):
    """
    A forecast, and what is shown with it.

    `errors` are about unreadable parameters, `notices` about windows that are over.
    """

    forecast: Forecast
    clock_changes: tuple[ClockChange, ...]
    errors: tuple[str, ...]
    notices: tuple[str, ...]


def find_clock_changes(forecast: Forecast, zone: ZoneInfo) -> tuple[ClockChange, ...]:
    """Return when clocks change in `zone` and in the zones of the windows that occur."""
    keys = {zone.key} | {each.occurrence.window.starts.zone.key for each in forecast.occurrences}
    changes = [
        ClockChange(ZoneInfo(key), at)
        for key in sorted(keys)
        for at in clock_changes(ZoneInfo(key), since=forecast.since, until=forecast.until)
    ]
    return tuple(sorted(changes, key=lambda each: each.at))


def windows_document(calendar: Calendar, clock: Clock) -> WindowsDocument:
    """Return the calendar for JSON, with instants in UTC and local times with offsets."""
    forecast = calendar.forecast
    return WindowsDocument(
        since=forecast.since,
        until=forecast.until,
        zone=clock.zone.key,
        occurrences=[_occurrence(each) for each in forecast.occurrences],
        stretches=list(forecast.stretches),
        overlaps=list(forecast.overlaps),
        clock_changes=[
            ClockChangeDocument(each.zone.key, each.at, each.before, each.after)
            for each in calendar.clock_changes
        ],
        notices=list(calendar.notices),
        errors=list(calendar.errors),
    )


def render_windows(calendar: Calendar, clock: Clock, *, width: int = 80) -> RenderableType:
    """Return the timeline and the list, for a terminal with so many columns."""
    rows = _rows(calendar, clock)
    table = _table(rows[:_LISTED], is_wide=width >= _WIDE)
    rest = len(rows) - _LISTED
    notes = [f"and {rest} more: --json lists them, --weeks shows fewer"] if rest > 0 else []
    if not calendar.forecast.occurrences:
        notes.append("No windows open or planned in these weeks.")
    notices = [Text.assemble(("notice: ", "yellow"), each) for each in calendar.notices]
    errors = [Text.assemble(("error: ", "bold red"), each) for each in calendar.errors]
    return Group(
        *_timeline(calendar, clock, width),
        "",
        Padding(table if rows else "", (0, 0, 0, 1)),
        *(Padding(note, (0, 0, 0, 1)) for note in notes),
        *(Padding(each, (0, 0, 0, 1)) for each in (*notices, *errors)),
    )


def _table(rows: Sequence[_Row], *, is_wide: bool) -> Table:
    """Return the list; on a narrow terminal what happens stands below the times."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("window", overflow="fold", max_width=18)
    table.add_column("in its own zone", no_wrap=is_wide, overflow="fold")
    if is_wide:
        table.add_column("", overflow="fold")
    for name, times, what in rows:
        below = Group(times, what) if what else times
        table.add_row(*((name, times, what) if is_wide else (name, below)))
    return table


def _timeline(calendar: Calendar, clock: Clock, width: int) -> Iterator[RenderableType]:
    forecast = calendar.forecast
    fitting = (each for each in _RULERS if _LABEL + 1 + WEEK * (each + 1) <= width)
    cells = next(fitting, min(_RULERS))
    yield Text.assemble(
        (f" {clock.day(forecast.since)} to {clock.day(forecast.until)}", "bold"),
        f", on the clocks of {clock.zone.key}",
    )
    yield ""
    rows = weeks(forecast.since, forecast.until, clock.zone)
    layers = _layers(forecast)
    pad = " " * (_LABEL + 1)
    yield Text(pad + " ".join(f"{day.date:%a}".ljust(cells) for day in rows[0]), style="bold")
    yield Text(pad + " ".join([_RULERS[cells]] * WEEK), style="dim")
    for week in rows:
        yield Text(f" {_label(week[0])} ") + Text(" ").join(
            _colored(_blank_outside(day, layers, forecast, cells)) for day in week
        )
    yield ""
    entries = [Text.assemble(_colored(mark), f" {meaning}") for mark, meaning in _LEGEND.items()]
    legend = Text("   " if width >= _WIDE else "\n ").join(entries)
    yield Text(" ") + legend


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


def _blank_outside(day: Day, layers: Sequence[Layer], forecast: Forecast, cells: int) -> str:
    """Return the day's characters, with blanks before and after the forecast."""
    characters = draw(day, layers, blank=_LIVE, cells=cells)
    span = Layer(_LIVE, (Stretch(forecast.since, forecast.until),))
    within = draw(day, (span,), blank=" ", cells=cells)
    return "".join(
        character if inside == _LIVE else " "
        for character, inside in zip(characters, within, strict=True)
    )


def _label(monday: Day) -> str:
    return f"{monday.date.day:2} {monday.date:%b}".ljust(_LABEL - 1)


def _colored(characters: str) -> Text:
    text = Text(characters)
    text.highlight_regex(f"[{_MAINTENANCE}]+", "yellow")
    text.highlight_regex(f"[{_OVERLAP}]+", "magenta")
    text.highlight_regex(f"{_OFF}+|{_LIVE}+", "dim")
    return text


def _rows(calendar: Calendar, clock: Clock) -> list[_Row]:
    """Return the list by time; a clock change comes before an occurrence that begins then."""
    own = calendar.forecast.switch
    rows = [
        *((each.at, _clock_change_row(each, clock)) for each in calendar.clock_changes),
        *(((own.begins, _switch_row(own, clock)),) if own else ()),
        *(
            (each.occurrence.begins, _occurrence_row(each, clock))
            for each in calendar.forecast.occurrences
        ),
    ]
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


def _occurrence_row(planned: PlannedOccurrence, clock: Clock) -> _Row:
    occurrence = planned.occurrence
    local = replace(clock, zone=occurrence.window.starts.zone)
    style = "" if planned.fate is Fate.RUNS else "dim"
    return (
        Text(occurrence.window.name, style=style),
        Text(local.span(occurrence.begins, occurrence.ends), style=style),
        _describe(planned, clock),
    )


def _describe(planned: PlannedOccurrence, clock: Clock) -> Text:
    """Return in a few words what happens to an occurrence."""
    occurrence, joined = planned.occurrence, planned.joined
    if joined is None:
        words = "ended early" if planned.fate is Fate.ENDED else "skipped"
        skip = occurrence.window.skip
        is_skipped = skip is not None and occurrence.begins <= skip.until
        return Text(f"{words} by {'windows skip' if is_skipped else 'off'}", style="green")
    parts = []
    if occurrence.window.starts.zone.key != clock.zone.key:
        parts.append(clock.span(occurrence.begins, occurrence.ends))
    if joined.ends is None:
        parts.append("joined, with no end in sight")
    elif (joined.begins, joined.ends) != (occurrence.begins, occurrence.ends):
        parts.append(f"joined until {joined.ends.astimezone(clock.zone):%a %H:%M %Z}")
    return Text(", ".join(parts))


def _clock_change_row(change: ClockChange, clock: Clock) -> _Row:
    way = "forward" if change.after > change.before else "back"
    day = replace(clock, zone=change.zone).day(change.at)
    times = f"{day} {change.before:%H:%M} → {change.after:%H:%M}"
    return (
        Text("clocks", style="cyan"),
        Text(times, style="cyan"),
        Text(f"go {way} in {change.zone.key}", style="cyan"),
    )


def _switch_row(stretch: Stretch, clock: Clock) -> _Row:
    times = (
        clock.span(stretch.begins, stretch.ends)
        if stretch.ends
        else f"{clock.time(stretch.begins)} - open end"
    )
    return Text("(the switch)", style="bold"), times, "on"


def _occurrence(planned: PlannedOccurrence) -> OccurrenceDocument:
    occurrence = planned.occurrence
    window = occurrence.window
    zone = window.starts.zone
    return OccurrenceDocument(
        occurrence.begins,
        occurrence.ends,
        window=window.name,
        zone=zone.key,
        local_start=occurrence.begins.astimezone(zone).isoformat(timespec="minutes"),
        local_end=occurrence.ends.astimezone(zone).isoformat(timespec="minutes"),
        fate=planned.fate,
        joined=planned.joined,
        message=window.message,
    )
