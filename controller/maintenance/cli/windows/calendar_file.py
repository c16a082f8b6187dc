r"""
The coming maintenance as a calendar file, iCalendar (RFC 5545), for calendar programs. Pure.

Each occurrence is an event in UTC. Its UID is made of the window and the start, so a calendar that
imports a later file updates the event instead of adding another; one that is skipped or ended is
CANCELLED. Lines end with CR LF and are folded after 75 bytes (section 3.1); backslash, semicolon,
comma and line feed are escaped in texts (section 3.3.11).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from maintenance.schedule.forecast import Fate, Forecast, PlannedOccurrence
from maintenance.text import replace_control_characters

_LINE_BYTES = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_INSTANT = "%Y%m%dT%H%M%SZ"


class _Event(Struct, frozen=True):
    """An event: what makes its UID, when it is, and what a calendar shows."""

    cause: str
    starts: datetime
    ends: datetime
    name: str
    description: str = ""
    is_cancelled: bool = False


class CalendarFile(Struct, frozen=True):
    """A forecast as a calendar file of the stack `stack`, made at `now`."""

    forecast: Forecast
    stack: str
    now: datetime

    def text(self) -> str:
        """Return the file."""
        return "".join(f"{line}\r\n" for each in self._lines() for line in _folded(each))

    def _lines(self) -> Iterator[str]:
        yield "BEGIN:VCALENDAR"
        yield "VERSION:2.0"
        yield "PRODID:-//site-maintenance//windows//EN"
        yield "METHOD:PUBLISH"
        own = self.forecast.switch
        if own and own.ends:
            yield from self._event(_Event("switch", own.begins, own.ends, "the switch"))
        for each in self.forecast.occurrences:
            yield from self._event(self._occurrence(each))
        yield "END:VCALENDAR"

    def _occurrence(self, planned: PlannedOccurrence) -> _Event:
        occurrence = planned.occurrence
        window = occurrence.window
        return _Event(
            f"windows/{window.name}",
            occurrence.begins,
            occurrence.ends,
            window.name,
            description=window.message or "",
            is_cancelled=planned.fate is not Fate.RUNS,
        )

    def _event(self, event: _Event) -> Iterator[str]:
        yield "BEGIN:VEVENT"
        yield f"UID:{_escaped(f'{event.cause}/{_instant(event.starts)}@{self.stack}')}"
        yield f"DTSTAMP:{_instant(self.now)}"
        yield f"DTSTART:{_instant(event.starts)}"
        yield f"DTEND:{_instant(event.ends)}"
        yield f"SUMMARY:{_escaped(f'Maintenance of {self.stack}: {event.name}')}"
        if event.description:
            yield f"DESCRIPTION:{_escaped(event.description)}"
        yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
        yield "END:VEVENT"


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime(_INSTANT)


def _escaped(text: str) -> str:
    return replace_control_characters(text.replace("\r\n", "\n")).translate(_ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """Yield the lines, of at most 75 bytes each, that a line is folded into."""
    rest = line
    space = ""
    while rest:
        size = _LINE_BYTES - len(space)
        # A character of several bytes stays whole.
        head = rest.encode()[:size].decode(errors="ignore")
        yield f"{space}{head}"
        rest, space = rest[len(head) :], " "
