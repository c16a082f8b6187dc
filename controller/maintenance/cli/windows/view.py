"""What an operator is shown before a window changes, on the clocks that matter."""

from collections.abc import Iterator, Sequence
from itertools import islice
from textwrap import fill

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cli.documents import OccurrenceTimes
from maintenance.cli.terminal import Clock
from maintenance.cli.windows.preview import (
    ClockNote,
    Overlap,
    clock_notes,
    coming,
    effect,
    find_window,
    local_start,
    overlaps,
)
from maintenance.model import Mode
from maintenance.schedule.decision import Schedule
from maintenance.schedule.window import Occurrence, Window

SHOWN = 3
_LABEL = 9

# A label, and what is shown behind it.
type Fact = tuple[str, str]


class WindowChange(Struct, frozen=True):
    """A window that is about to change: the schedule before and after it, and the present."""

    name: str
    before: Schedule
    after: Schedule
    clock: Clock

    @property
    def old(self) -> Window | None:
        """The window as it is."""
        return find_window(self.before, self.name)

    @property
    def new(self) -> Window | None:
        """The window as it will be."""
        return find_window(self.after, self.name)


def runs(schedule: Schedule, window: Window | None, clock: Clock) -> tuple[Occurrence, ...]:
    """Return the next occurrences that run."""
    found = coming(schedule, window, now=clock.now) if window else iter(())
    return tuple(islice(found, SHOWN))


def runs_facts(word: str, found: Sequence[Occurrence], clock: Clock) -> list[Fact]:
    """Return a fact for each occurrence, the first behind a word; `never` if there is none."""
    if not found:
        return [(word, "never")]
    texts = [describe(each, clock) for each in found]
    return [(word, texts[0]), *(("", each) for each in texts[1:])]


def describe(occurrence: Occurrence, clock: Clock) -> str:
    """Return an occurrence on the clocks of the window, of the stack and of the operator."""
    begins, ends = occurrence.begins, occurrence.ends
    own = replace(clock, zone=occurrence.window.starts.zone)
    text = own.span(begins, ends)
    if (shown := clock.span(begins, ends)) != text:
        text += f" = {shown}"
    is_open = begins <= clock.now
    distance = "open now" if is_open else clock.distance(begins)
    return f"{text}{clock.time_here(begins)}, {distance}"


def render_facts(facts: Sequence[Fact], width: int | None) -> str:
    """Return the facts, a line each, folded to a width unless that is None."""
    lines = (f"  {label:<{_LABEL}}{text}" for label, text in facts)
    if width is None:
        return "\n".join(lines)
    indent = " " * (_LABEL + 2)
    return "\n".join(
        fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for line in lines
    )


def warnings(change: WindowChange) -> Iterator[str]:
    """Yield what an operator should know about the new window."""
    if change.new is None:
        return
    now = change.clock.now
    for overlap in overlaps(change.after, change.new, now=now):
        yield _overlap(overlap, change)
    for note in clock_notes(change.after, change.new, now=now):
        yield _clock_note(note, change.new)
    if change.new.skip and change.new.skip.until > now:
        until = change.clock.time(change.new.skip.until)
        yield f"its skip stays: what begins up to {until} does not run"


def effect_now(change: WindowChange) -> str:
    """Return what visitors notice at once, '' for nothing."""
    found = effect(change.before, change.after, now=change.clock.now)
    match found.mode:
        case (Mode.LIVE | Mode.UNCHANGED, Mode.MAINTENANCE):
            return "This closes the site now."
        case (Mode.MAINTENANCE, Mode.LIVE):
            return "This opens the site now."
        case (Mode.MAINTENANCE, Mode.UNCHANGED):
            return "The site stays closed, because the switch does not exist: write off to open it."
        case (Mode.MAINTENANCE, Mode.MAINTENANCE) if found.until[0] != found.until[1]:
            ends = [change.clock.time(each) if each else "no known end" for each in found.until]
            return f"The site is closed now: until {ends[1]} instead of {ends[0]}."
        case _:
            return ""


def occurrence_times(occurrence: Occurrence) -> OccurrenceTimes:
    """Return an occurrence for JSON."""
    return OccurrenceTimes(occurrence.begins, occurrence.ends)


def _overlap(overlap: Overlap, change: WindowChange) -> str:
    window, other = overlap.occurrence.window, overlap.other.window
    starts = replace(change.clock, zone=other.starts.zone).span(
        overlap.other.begins, overlap.other.ends
    )
    if window.name == other.name:
        return f"it overlaps itself: it begins again at {starts}, before the run before it ends"
    return f"overlaps the window {other.name} at {starts}: the site opens when both have ended"


def _clock_note(note: ClockNote, window: Window) -> str:
    zone = window.starts.zone
    wall, day = local_start(note, window), note.start.astimezone(zone)
    if note.doubled is None:
        return (
            f"clocks in {zone.key} go forward on {day:%Y-%m-%d}: it starts at {wall:%H:%M} "
            f"{day:%Z}, the first instant after the gap"
        )
    return (
        f"{wall:%H:%M} comes twice on {day:%Y-%m-%d} in {zone.key}: it starts at {wall:%H:%M} "
        f"{day:%Z}, and not again at {wall:%H:%M} {note.doubled.astimezone(zone):%Z}"
    )
