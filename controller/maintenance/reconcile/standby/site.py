"""
Close and open the site by writing the store that its function reads at each edge.

The function is attached all year, by the site's owner; no distribution is changed. One write is for
all of them, so a report has the same step for each behavior that has the function, and an error at
each distribution that has a behavior without it.

    reads of the store     before a write, and by a run that an event has woken, as another run may
                           have been slower with an older decision; else if the note of the last
                           reading is older than a day, or not yet 15 minutes younger than the
                           last write and the last change of the switch or a window
    writes of the store    `state` at once, which closes or opens; pages follow in housekeeping
"""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.plan import ExistingFunctions, Intent, unmatched_except_paths
from maintenance.cloudfront.targets import resolve_targets
from maintenance.errors import ConfigurationError, MaintenanceError
from maintenance.model import Distribution, Mode
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.observation import Observation
from maintenance.reconcile.standby.report import StoreLook, standby_outcome
from maintenance.reconcile.standby.store import StandbyStore
from maintenance.reconcile.standby.upkeep import (
    StandbyUpkeep,
    is_same_site,
    known_closures,
    note_of,
    times_name,
)
from maintenance.reporting.report import Report
from maintenance.reporting.status import PersistedState, StoreNote
from maintenance.settings import Settings
from maintenance.standby.behaviors import has_function
from maintenance.standby.closures import Closure, coming_periods, held_periods
from maintenance.standby.function import StandbyFunction
from maintenance.standby.plan import DesiredPeriod
from maintenance.standby.state import State

_READ_EVERY = timedelta(days=1)
# The longest that Lambda lets a run last, which may have an older decision (doc: Lambda Developer
# Guide, gettingstarted-limits).
_LONGEST_RUN = timedelta(minutes=15)

_FEWER = "Match fewer, detach the function, or raise MaxDistributions"


class StandbySite(Struct, frozen=True):
    """Everything that it needs; if `is_complete`, `apply` writes pages and code, too."""

    settings: Settings
    function: StandbyFunction
    store: StandbyStore
    upkeep: StandbyUpkeep
    is_still_wanted: Callable[[], bool]
    clock: Callable[[], datetime]
    is_complete: bool = False

    def apply(self, observed: Observation, previous: PersistedState | None) -> Report:
        """Bring the store to the desired state, and return what became of it."""
        self._limit_closing(observed)
        note = previous.standby if previous else None
        # What an installation finds may be another store and another code than the note is about.
        is_quick = observed.may_trust_notes and not self.is_complete
        if is_quick and note and self._is_trusted(note, observed):
            closes = observed.desired.decision.mode is Mode.MAINTENANCE
            return self._report(observed, previous, StoreLook(closes, closes, note=note))
        report = self._report(observed, previous, self._write(observed))
        return self.upkeep.run(report, at_once=True) if self.is_complete else report

    def dry_run(self, observed: Observation, previous: PersistedState | None) -> Report:
        """Return what `apply` would do, having only read."""
        return self.summarize(observed, previous)

    def summarize(self, observed: Observation, previous: PersistedState | None) -> Report:
        """Return what the listing and the key `state` show."""
        self._limit_closing(observed)
        return self._report(observed, previous, self._read(observed))

    def is_same(self, one: DesiredState, other: DesiredState) -> bool:
        """Return whether both close the site at the same times, with the same announcements."""
        return is_same_site(one, other)

    def for_installation(self) -> "StandbySite":
        """Return one that writes the pages and publishes the code at once."""
        return replace(self, is_complete=True)

    def without_limit(self) -> "StandbySite":
        """Return one that also looks at more distributions than it may close."""
        return replace(self, settings=replace(self.settings, max_distributions=sys.maxsize))

    def _write(self, observed: Observation) -> StoreLook:
        """Write `state` if it differs."""
        desired, now = observed.desired, self.clock().timestamp()
        try:
            written = self.store.write_times(
                lambda stored: self._periods(observed, stored),
                read_at=desired.read_at,
                is_wanted=self.is_still_wanted,
            )
        except MaintenanceError as error:
            return StoreLook(error=str(error))
        return StoreLook(
            _closes(written.before, now),
            _closes(written.state, now),
            written.changed,
            note=self._note(written.state, observed),
            notices=written.notices,
        )

    def _read(self, observed: Observation) -> StoreLook:
        try:
            state = self.store.read_effective()
        except MaintenanceError as error:
            return StoreLook(error=str(error))
        closes = _closes(state, self.clock().timestamp())
        return StoreLook(closes, closes, note=self._note(state, observed))

    def _note(self, state: State | None, observed: Observation) -> StoreNote | None:
        if state is None:
            return None
        note = note_of(state, self._noted(observed), self.clock())
        return replace(note, changed=note.read if observed.after_change else None)

    def _noted(self, observed: Observation) -> tuple[Closure, ...] | None:
        """Return what a note is about: not of a site that stays as the store has it."""
        is_unchanged = observed.desired.decision.mode is Mode.UNCHANGED
        return None if is_unchanged else self._closures(observed)

    def _closures(self, observed: Observation) -> tuple[Closure, ...] | None:
        """Return when the site is closed by the switch and windows; None if that is unknown."""
        return () if self._over_limit(observed) else known_closures(observed.desired)

    def _periods(self, observed: Observation, stored: State | None) -> Sequence[DesiredPeriod]:
        """
        Return when the site is closed.

        If windows cannot be read, the coming ones stay that no off ends or skips.
        """
        now, desired = self.clock(), observed.desired
        known, decision = self._closures(observed), desired.decision
        if known is not None:
            is_unchanged = decision.mode is Mode.UNCHANGED
            held = held_periods(stored, now.timestamp()) if is_unchanged else ()
            return [*held, *(each.period(now) for each in known)]
        running = Closure(None, decision.until, desired.visible[1])
        own = [running.period(now)] if decision.mode is Mode.MAINTENANCE else []
        ended = desired.last_off.until if desired.last_off else now
        return [*own, *coming_periods(stored, max(now, ended).timestamp())]

    def _is_trusted(self, note: StoreNote, observed: Observation) -> bool:
        """Return whether the store need not be read to know that it is as desired."""
        now = self.clock()
        written = datetime.fromtimestamp(note.generation / 1_000, UTC)
        # A run that began before may write an older decision for as long as it lasts.
        last = max(written, note.changed or written)
        is_recent = now - note.read < _READ_EVERY
        if not is_recent or note.read - last < _LONGEST_RUN:
            return False
        return bool(note.times) and note.times == times_name(self._noted(observed))

    def _limit_closing(self, observed: Observation) -> None:
        """Refuse to close more distributions than the owner allows; opening is never refused."""
        refusal = self._over_limit(observed)
        if observed.desired.decision.mode is Mode.MAINTENANCE and refusal:
            raise ConfigurationError(f"{refusal}: nothing was changed. {_FEWER}")

    def _over_limit(self, observed: Observation) -> str:
        """Return that more distributions would be closed than the owner allows; '' if not so."""
        number, most = len(self._concerned(observed)), self.settings.max_distributions
        if number <= most:
            return ""
        return (
            f"{number} distributions would be closed, those that Distributions matches and "
            f"others with the standby function, and MaxDistributions allows {most}"
        )

    def _refused_windows(self, observed: Observation) -> tuple[str, ...]:
        """Return the error of the coming windows that close too many distributions."""
        refusal = self._over_limit(observed)
        if not refusal or not known_closures(observed.desired):
            return ()
        return (f"{refusal}: no window closes the site. {_FEWER}",)

    def _concerned(self, observed: Observation) -> tuple[Distribution, ...]:
        """Return the targets, and the other distributions that have the function."""
        found = resolve_targets(self.settings.distributions, observed.listing)
        intent = self._intent(observed.desired.decision.mode)
        return tuple(
            each
            for each in observed.listing
            if each.distribution_id in found.distribution_ids or has_function(each, intent)
        )

    def _intent(self, mode: Mode) -> Intent:
        return Intent(
            mode,
            self.function,
            arn=self.function.arn,
            except_paths=self.settings.except_paths,
            existing_functions=ExistingFunctions.REFUSE,
        )

    def _report(
        self, observed: Observation, previous: PersistedState | None, look: StoreLook
    ) -> Report:
        desired, settings = observed.desired, self.settings
        found = resolve_targets(settings.distributions, observed.listing)
        look = look.since(previous, self.clock())
        intent = self._intent(desired.decision.mode)
        concerned = self._concerned(observed)
        outcomes = tuple(
            standby_outcome(
                each, intent, look, is_target=each.distribution_id in found.distribution_ids
            )
            for each in concerned
        )
        targets = [each for each in concerned if each.distribution_id in found.distribution_ids]
        behaviors = [behavior for each in targets for behavior in each.behaviors]
        notices = unmatched_except_paths(settings.except_paths, behaviors)
        report = Report(
            decision=desired.decision,
            outcomes=outcomes,
            input_errors=(*desired.errors, *found.errors, *self._refused_windows(observed)),
            notices=(*desired.notices, *notices, *look.notices),
            targets=tuple(look.target(each) for each in targets),
            read_at=desired.read_at,
            store=look.note,
            wrote_store=look.changed,
        )
        return desired.update(report)


def _closes(state: State | None, now: float) -> bool:
    """Return whether the state closes the site at this time."""
    periods = state.periods if state else ()
    return any(each.begins <= now and (not each.ends or now < each.ends) for each in periods)
