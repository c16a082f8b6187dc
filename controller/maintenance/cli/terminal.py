"""
How the command line speaks: answers on standard output, progress and faults on standard error.

Colours only say again what words say, and are left out where nobody sees them: when the output is
no terminal, or NO_COLOR is set. Instants are shown on the clocks of one zone, with how far away
they are. Values, names and answers are what others wrote: no terminal obeys anything in them.
"""

import re
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
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
# A weekday alone, or a day without its year, would be read as a nearer one.
_WEEKDAYS = 6 * _DAY
_FAR = 300 * _DAY
_WIDEST = 100
_ARN = re.compile(r"arn:aws[a-z-]*:(?:lambda|cloudfront):[a-z0-9-]*:[0-9]*:function[:/]")


class _Harmless(Struct, frozen=True):
    """What it holds, with a mark where its text would be obeyed; rich's own controls stay."""

    held: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self.held, options):
            yield Segment(text if control else replace_control_characters(text), style, control)


class _AllHarmless(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Harmless(each) for each in renderables]


def console(*, stderr: bool = False) -> Console:
    """Return what writes to one stream, and to no terminal what it would obey."""
    made = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    made.width = min(made.width, _WIDEST)
    made.push_render_hook(_AllHarmless())
    return made


def named(text: str) -> str:
    """Return the text with functions by their names, for an ARN fills a line; JSON has it."""
    return _ARN.sub("", text)


class Terminal(Struct, frozen=True):
    """The two streams. With `as_json`, answers are documents and nothing else is on the first."""

    as_json: bool
    out: Console = field(default_factory=console)
    err: Console = field(default_factory=lambda: console(stderr=True))

    @property
    def is_interactive(self) -> bool:
        """Whether somebody can be asked."""
        return sys.stdin.isatty() and self.err.is_terminal

    def answer(self, document: Mapping[str, Any], *renderables: RenderableType) -> None:
        """Give an answer in the form that was asked for."""
        if self.as_json:
            self.out.out(to_json(document, indent=2))
            return
        for each in renderables:
            self.out.print(each)

    def tell(self, sentence: str, *, style: str = "") -> None:
        """Say something beside the answer."""
        self.err.print(Text(sentence, style=style), soft_wrap=not self.err.is_terminal)


class Clock(Struct, frozen=True):
    """The present, and the zone whose clocks people read."""

    now: datetime
    zone: ZoneInfo

    def shown(self, instant: datetime) -> str:
        """Return `Sun 6 Dec 02:00 CET`, with the year where it is far away."""
        return f"{self.day(instant)} {instant.astimezone(self.zone):%H:%M %Z}"

    def day(self, instant: datetime) -> str:
        """Return `Sun 6 Dec`, with the year where it is far away."""
        local = instant.astimezone(self.zone)
        year = "" if abs(instant - self.now) < _FAR else f" {local.year}"
        return f"{local:%a} {local.day} {local:%b}{year}"

    def span(self, begins: datetime, ends: datetime) -> str:
        """Return `Sun 6 Dec 02:00-04:00 CET`, or with both days and offsets where they differ."""
        first, last = begins.astimezone(self.zone), ends.astimezone(self.zone)
        name = f" {first:%Z}" if first.utcoffset() != last.utcoffset() else ""
        if first.date() == last.date():
            dash = " - " if name else "-"
        else:
            dash = f" - {last:%a} " if ends - begins < _WEEKDAYS else f" - {self.day(ends)} "
        return f"{self.day(begins)} {first:%H:%M}{name}{dash}{last:%H:%M %Z}"

    def away(self, instant: datetime) -> str:
        """Return `in 1h12m` or `1h12m ago`; nobody counts minutes when it is days."""
        distance = abs(instant - self.now)
        unit = _MINUTE if distance < 2 * _DAY else 60 * _MINUTE
        rounded = (distance + unit / 2) // unit * unit
        if not rounded:
            return "now"
        told = format_duration(rounded)
        return f"in {told}" if instant > self.now else f"{told} ago"

    def shown_with_distance(self, instant: datetime) -> str:
        """Return `Sun 6 Dec 02:00 CET, in 1h12m`."""
        return f"{self.shown(instant)}, {self.away(instant)}"
