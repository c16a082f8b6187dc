"""
The status that `<switch>/status` holds: mode, reason, next change and rollout. Pure.

Nothing in it moves with the clock, so the status of a settled site stays the same. Part of it is
for the next run: the last change of mode with the phases that were announced, the last error, the
last off, and who asked for the mode. Instants are aware.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from maintenance.model import Mode
from maintenance.schedule.decision import NextChange
from maintenance.schedule.request import Requester
from maintenance.schedule.switch import Off

_HOUR = timedelta(hours=1)

type Instant = Annotated[datetime, Meta(tz=True)]


def in_whole_seconds(instant: datetime) -> datetime:
    """Return the instant without fractions of a second: people read it."""
    return instant.replace(microsecond=0)


class Phase(StrEnum):
    """How far a change of mode is."""

    ACCEPTED = "accepted"
    DEPLOYED = "deployed"


class ModeChange(Struct, frozen=True):
    """
    The last change of mode that was announced.

    `due` is when the switch or a window asked for it, if that is known; `deployed` is None while a
    target is InProgress. `previous_mode` is None if there was no earlier status. `until` is the end
    of the maintenance as it was announced last, None if it has none.
    """

    mode: Mode
    previous_mode: Mode | None
    due: Instant | None
    accepted: Instant
    deployed: Instant | None = None
    until: Instant | None = None


class Transition(Struct, frozen=True):
    """A phase to announce; `seconds` since `due` or since the phase before, if that is known."""

    phase: Phase
    change: ModeChange
    seconds: float | None


class EndChange(Struct, frozen=True):
    """The end of a maintenance that was announced before, and the one that it has now, if any."""

    previous: datetime | None
    until: datetime | None

    @property
    def is_extension(self) -> bool:
        """Whether the site stays closed for longer than was announced."""
        return self.until is None or (self.previous is not None and self.until > self.previous)


class LastError(Struct, frozen=True):
    """
    What failed, since which run, and which run was the first without an error again.

    `announced` is whether an event was sent since runs began to fail.
    """

    message: str
    since: Instant
    until: Instant | None = None
    announced: bool = False

    @property
    def lasts(self) -> bool:
        """Whether the last run failed."""
        return self.until is None


class FailureChange(Struct, frozen=True):
    """The error with which runs began to fail, or with which they failed until this one."""

    error: LastError


class Planned(Struct, frozen=True):
    """An occurrence of a window that is to come, with the name cut to fit the status."""

    window: str
    begins: Instant
    ends: Instant


class TargetStatus(Struct, frozen=True):
    """One target: its status in CloudFront, whether that is stuck, and its errors."""

    distribution_id: str
    status: str
    is_stuck: bool = False
    errors: tuple[str, ...] = ()

    @property
    def is_deployed(self) -> bool:
        """Whether all edge locations have its configuration."""
        return self.status == "Deployed"

    @property
    def is_settling(self) -> bool:
        """Whether its status is expected to change soon."""
        return not (self.is_deployed or self.is_stuck)


class StoreNote(Struct, frozen=True):
    """
    What a run of the standby engine knows of its store and its function, which cost money to read.

    `generation` is that of the state, and `times` a digest of when it closes the site. `read` is
    when a run read the state last, `read_all` all keys, and `pages` names what these were rendered
    from. `code` is a digest of the published code, if that needs no other state. `changed` is when
    a run last read the state because the switch or a window had been changed.
    """

    generation: int
    times: str
    read: Instant
    read_all: Instant | None = None
    pages: str = ""
    code: str = ""
    changed: Instant | None = None

    def over(self, before: "StoreNote | None") -> "StoreNote":
        """
        Return this note with what it does not know from the one before, if that still holds.

        Code that was judged with other pages does not: it may have their settings.
        """
        if before is None:
            return self
        note = replace(
            self,
            read_all=self.read_all or before.read_all,
            changed=self.changed or before.changed,
        )
        if before.generation != self.generation or self.pages not in {"", before.pages}:
            return note
        return replace(note, pages=before.pages, code=self.code or before.code)


class PersistedState(Struct, frozen=True):
    """
    What one run leaves to the next.

    `settled` is the fingerprint of the targets when a run last found them live, owing nothing.
    `requester` is who asked for the mode, if that was found out. `planned` are the occurrences
    that were announced and are still to come. `toggled` is when a run last attached ours to a
    target or detached it, or when the window begins that was called off while it was armed, None
    once all targets are Deployed; other updates of a target leave it closed, or open. `standby` is
    what is known of the standby engine's store. `armed` is until when what is attached lets
    visitors through, None if it closes the site or nothing is attached.
    """

    last_change: ModeChange | None = None
    last_error: LastError | None = None
    last_off: Off | None = None
    settled: str = ""
    requester: Requester | None = None
    planned: tuple[Planned, ...] = ()
    toggled: Instant | None = None
    standby: StoreNote | None = None
    armed: Instant | None = None

    def is_armed(self, now: datetime) -> bool:
        """Return whether what the last run left attached lets visitors through."""
        return self.armed is not None and now < self.armed

    def after(self, error: str, now: datetime) -> "PersistedState":
        """
        Return the state after a run with this error, or '' for none; a lasting one stays.

        An error counts as announced from now on.
        """
        before, at = self.last_error, in_whole_seconds(now)
        lasts = before is not None and before.lasts
        if before and lasts and not error:
            return replace(self, last_error=replace(before, until=at))
        if not error:
            return self
        since = before.since if before and lasts and before.message == error else at
        return replace(self, last_error=LastError(error, since, announced=True))

    def failure_since(self, before: "PersistedState") -> FailureChange | None:
        """Return the change to announce: a first error, or the end of one that was announced."""
        last, was = self.last_error, before.last_error
        was_announced = was is not None and was.lasts and was.announced
        return None if last is None or last.lasts is was_announced else FailureChange(last)

    def unannounced(self, before: "PersistedState") -> "PersistedState":
        """Return the state if nothing could be announced since `before`: a later run does it."""
        last, was = self.last_error, before.last_error
        was_announced = was is not None and was.lasts and was.announced
        return replace(
            self,
            last_change=before.last_change,
            last_error=replace(last, announced=was_announced) if last else None,
            planned=before.planned,
        )


class Status(Struct, frozen=True):
    """What operators need to know first."""

    mode: Mode
    reason: str
    until: datetime | None = None
    message: str | None = None
    next_change: NextChange | None = None
    targets: tuple[TargetStatus, ...] = ()
    persisted: PersistedState = PersistedState()
    # Of the controller that wrote it.
    version: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether the site is in maintenance; an unchanged one is as it was announced last."""
        if self.mode is not Mode.UNCHANGED:
            return self.mode is Mode.MAINTENANCE
        last = self.persisted.last_change
        return last is not None and last.mode is Mode.MAINTENANCE

    def hours_closed(self, now: datetime) -> float:
        """Return for how long the site has been closed, 0 if it is open."""
        last = self.persisted.last_change
        if not self.is_closed or last is None or last.mode is not Mode.MAINTENANCE:
            return 0.0
        return max(0.0, (now - last.accepted) / _HOUR)
