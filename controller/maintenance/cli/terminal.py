"""
The command line's output: answers on standard output, progress and errors on standard error.

Colors repeat what the words say, can be read on light and dark grounds, and are left out if the
output is not a terminal or NO_COLOR is set. Instants are shown on the clocks of the site's zone
and, where those differ, on the operator's, with their distance from now. Values and names come from
other people, so their control characters are replaced.
"""

import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field, to_builtins
from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    Group,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.segment import Segment
from rich.text import Text

from maintenance.schedule.times import format_duration
from maintenance.text import replace_control_characters, to_json

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
# Beyond these a weekday alone, or a day without its year, would be read as a nearer one.
_WEEKDAY_IS_CLEAR = 6 * _DAY
_YEAR_IS_CLEAR = 300 * _DAY
_WIDEST = 100
_TRAILING_BLANKS = re.compile(" +$", re.MULTILINE)
_ARN_PREFIX = re.compile(r"arn:aws[a-z-]*:(?:lambda|cloudfront):[a-z0-9-]*:[0-9]*:function[:/]")


class _WithoutControlCharacters(Struct, frozen=True):
    """A renderable with the control characters of its text replaced; rich's own controls stay."""

    wrapped: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self.wrapped, options):
            yield Segment(text if control else replace_control_characters(text), style, control)


class _ReplaceControlCharacters(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_WithoutControlCharacters(each) for each in renderables]


def console(*, stderr: bool = False) -> Console:
    """Return a console for one stream, which replaces control characters in what it prints."""
    made = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    made.width = min(made.width, _WIDEST)
    made.push_render_hook(_ReplaceControlCharacters())
    return made


def shorten_arns(text: str) -> str:
    """Return the text with functions by their names, because an ARN fills a line."""
    return _ARN_PREFIX.sub("", text)


class Terminal(Struct, frozen=True):
    """Both streams. With `as_json` an answer is one JSON document."""

    as_json: bool
    out: Console = field(default_factory=console)
    err: Console = field(default_factory=lambda: console(stderr=True))

    @property
    def is_interactive(self) -> bool:
        """Whether a person can be asked."""
        # A job may have no standard input at all.
        return sys.stdin is not None and sys.stdin.isatty() and self.err.is_terminal

    def answer(self, document: object, *renderables: RenderableType) -> None:
        """Print an answer on standard output: the document as JSON, or the screen for people."""
        if self.as_json:
            self.out.out(to_json(to_builtins(document), indent=2))
            return
        _print(self.out, Group(*renderables))

    def explain(self, *renderables: RenderableType) -> None:
        """Print what people read before they decide, on standard error."""
        _print(self.err, Group(*renderables))

    def info(self, text: str, *, style: str = "") -> None:
        """Print a message on standard error."""
        self.err.print(Text(text, style=style), soft_wrap=not self.err.is_terminal)

    def error(self, text: str) -> None:
        """Print an error on standard error."""
        self.info(text, style="bold red")


def _print(console: Console, screen: RenderableType) -> None:
    if console.is_terminal:
        console.print(screen)
        return
    with console.capture() as captured:
        console.print(screen)
    # Tables are padded to their width, which only clutters a file or a pipe.
    console.out(_TRAILING_BLANKS.sub("", captured.get()), end="")


class Clock(Struct, frozen=True):
    """
    The present, and the zone whose clocks people read.

    `here` returns an instant on the operator's own clock.
    """

    now: datetime
    zone: ZoneInfo
    here: Callable[[datetime], datetime] = datetime.astimezone

    def time(self, instant: datetime) -> str:
        """Return `Sun 6 Dec 02:00 CET`, with the year if it is far away."""
        return f"{self.day(instant)} {instant.astimezone(self.zone):%H:%M %Z}"

    def day(self, instant: datetime) -> str:
        """Return `Sun 6 Dec`, with the year if it is far away."""
        local = instant.astimezone(self.zone)
        year = "" if abs(instant - self.now) < _YEAR_IS_CLEAR else f" {local.year}"
        return f"{local:%a} {local.day} {local:%b}{year}"

    def span(self, begins: datetime, ends: datetime) -> str:
        """Return `Sun 6 Dec 02:00-04:00 CET`, or with both days and offsets if they differ."""
        first, last = begins.astimezone(self.zone), ends.astimezone(self.zone)
        name = f" {first:%Z}" if first.utcoffset() != last.utcoffset() else ""
        if first.date() == last.date():
            dash = " - " if name else "-"
        else:
            is_clear = ends - begins < _WEEKDAY_IS_CLEAR
            dash = f" - {last:%a} " if is_clear else f" - {self.day(ends)} "
        return f"{self.day(begins)} {first:%H:%M}{name}{dash}{last:%H:%M %Z}"

    def distance(self, instant: datetime) -> str:
        """Return `in 1h12m` or `1h12m ago`, in whole hours from two days on."""
        distance = abs(instant - self.now)
        unit = _MINUTE if distance < 2 * _DAY else 60 * _MINUTE
        rounded = (distance + unit / 2) // unit * unit
        if not rounded:
            return "now"
        duration = format_duration(rounded)
        return f"in {duration}" if instant > self.now else f"{duration} ago"

    def distance_of_minute(self, minute: datetime) -> str:
        """Return the distance of what is known to the minute; below two it is `just now`."""
        return "just now" if self.now - minute < 2 * _MINUTE else self.distance(minute)

    def time_here(self, instant: datetime) -> str:
        """Return ` (01:00 UTC here)`, with the day if it is another, '' if both clocks agree."""
        there, here = instant.astimezone(self.zone), self.here(instant)
        if there.utcoffset() == here.utcoffset():
            return ""
        day = "" if there.date() == here.date() else f"{here:%a} "
        return f" ({day}{here:%H:%M %Z} here)"

    def time_and_distance(self, instant: datetime) -> str:
        """Return `Sun 6 Dec 02:00 CET (01:00 UTC here), in 1h12m`."""
        return f"{self.time(instant)}{self.time_here(instant)}, {self.distance(instant)}"

    def minute_and_distance(self, minute: datetime) -> str:
        """Return the same of what is known to the minute."""
        return f"{self.time(minute)}{self.time_here(minute)}, {self.distance_of_minute(minute)}"
