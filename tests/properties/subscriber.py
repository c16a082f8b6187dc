"""
What a subscriber of the controller's events believes, by nothing but the events.

A subscriber that hears of a change twice believes the same as one that hears of it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from maintenance.errors import ApplyError
from maintenance.model import Mode
from maintenance.reporting.events import (
    EndChanged,
    Event,
    MaintenancePlanned,
    ModeChanged,
)


@dataclass
class Subscriber:
    """An event bus with one subscriber; while it `refuses`, no event arrives."""

    mode: Mode | None = None
    until: datetime | None = None
    fails: bool = False
    planned: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    heard: list[Event] = field(default_factory=list)
    refuses: bool = False

    def send(self, events: Sequence[Event]) -> None:
        """Hear of events."""
        if self.refuses:
            raise ApplyError("EventBridge refuses it")
        for event in events:
            self.heard.append(event)
            self._hear(event)

    def _hear(self, event: Event) -> None:
        match event.detail:
            case ModeChanged(mode=mode, until=until):
                self.mode, self.until = mode, until
            case EndChanged(until=until, previous_until=before):
                assert before == self.until
                self.until = until
            case MaintenancePlanned(window=window, begins=begins, ends=ends):
                self.planned.pop(window, None)
                if begins and ends:
                    self.planned[window] = begins, ends
            case _:
                self.fails = event.detail_type == "Maintenance Run Failed"
