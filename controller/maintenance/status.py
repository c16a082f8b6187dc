"""
What `<switch>/status` tells: mode, reason, what comes next, and how far the last change is. Pure.

A change of mode goes through two phases, each told once: CloudFront has accepted it, and every
target is Deployed. Which of them was told already is what `last_change` remembers from run to run.
Instants are aware; nothing here moves with the clock, so a converged site's status stays the same.
"""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from maintenance.model import Mode

_HOUR = timedelta(hours=1)


class Phase(StrEnum):
    """How far a change of mode is."""

    ACCEPTED = "accepted"
    DEPLOYED = "deployed"


class NextChange(Struct, frozen=True):
    """When the mode changes next, whether the site then closes, and the window's name if it has."""

    at: datetime
    closes: bool
    window: str | None = None


class ModeChange(Struct, frozen=True):
    """
    The last change of mode that was told.

    `due` is when switch or window asked for it, as far as that is known; `deployed` is None while
    a target is InProgress. `previous_mode` is None where no earlier status was left.
    """

    mode: Mode
    previous_mode: Mode | None
    due: datetime | None
    accepted: datetime
    deployed: datetime | None = None


class Milestone(Struct, frozen=True):
    """A phase to be told; `seconds` it took, from `due` or from the phase before, if known."""

    phase: Phase
    change: ModeChange
    seconds: float | None


class LastError(Struct, frozen=True):
    """What failed, since which run, and which run was the first without a fault again."""

    message: str
    since: datetime
    until: datetime | None = None


class TargetStatus(Struct, frozen=True):
    """One target: CloudFront's word for it, whether it has said so for too long, and its faults."""

    distribution_id: str
    status: str
    is_stuck: bool = False
    faults: tuple[str, ...] = ()

    @property
    def is_deployed(self) -> bool:
        """Whether every edge has it."""
        return self.status == "Deployed"

    @property
    def is_settling(self) -> bool:
        """Whether looking again soon will tell something new."""
        return not (self.is_deployed or self.is_stuck)


class Memory(Struct, frozen=True):
    """What one run leaves to the next."""

    last_change: ModeChange | None = None
    last_error: LastError | None = None

    def after(self, fault: str, now: datetime) -> "Memory":
        """Return the memory after a run, whose `fault` may be empty; what lasts is not renewed."""
        before, at = self.last_error, now.replace(microsecond=0)
        lasts = before is not None and before.until is None
        if before and lasts and not fault:
            return replace(self, last_error=replace(before, until=at))
        if not fault or (before and lasts and before.message == fault):
            return self
        return replace(self, last_error=LastError(fault, at))


class Status(Struct, frozen=True):
    """What the operator reads at two in the morning."""

    mode: Mode
    reason: str
    until: datetime | None = None
    message: str | None = None
    next_change: NextChange | None = None
    targets: tuple[TargetStatus, ...] = ()
    memory: Memory = Memory()

    @property
    def is_closed(self) -> bool:
        """Whether visitors meet maintenance; where nobody says what is wanted, it stays as told."""
        if self.mode is not Mode.UNCHANGED:
            return self.mode is Mode.MAINTENANCE
        last = self.memory.last_change
        return last is not None and last.mode is Mode.MAINTENANCE

    def hours_closed(self, now: datetime) -> float:
        """Return for how long the site has been closed, 0 if it is open."""
        last = self.memory.last_change
        if not self.is_closed or last is None or last.mode is not Mode.MAINTENANCE:
            return 0.0
        return max(0.0, (now - last.accepted) / _HOUR)
