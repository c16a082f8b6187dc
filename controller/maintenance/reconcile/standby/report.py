"""What a run of the standby engine reports of each distribution. Pure."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.plan import Action, Intent
from maintenance.model import Distribution
from maintenance.reporting.report import Outcome
from maintenance.reporting.status import PersistedState, StoreNote
from maintenance.standby.behaviors import (
    StandbyIntent,
    plan_steps,
    refusals,
    steps_taken,
    warnings,
)

# AWS says seconds, and two field measurements found about 30 to an edge (live_check asks a live
# account): https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
PROPAGATION = timedelta(seconds=30)
_TOGGLING = (Action.CLOSE, Action.OPEN)
_DEPLOYED, _IN_PROGRESS = "Deployed", "InProgress"


class StoreLook(Struct, frozen=True):
    """
    What a run has found in the store and written there.

    `closed` is whether it closed the site before a write, `closes` whether it does now; `changed`
    is whether it was written, and `note` is for the next run. `error` says why it was not read or
    written. `toggled` is when it began to close or to open, None if that is long ago or unknown.
    """

    closed: bool = False
    closes: bool = False
    changed: bool = False
    note: StoreNote | None = None
    notices: tuple[str, ...] = ()
    error: str = ""
    toggled: datetime | None = None

    def since(self, previous: PersistedState | None, now: datetime) -> "StoreLook":
        """Return it with the time of the last toggle, if some edges may not have heard of it."""
        if self.changed and self.closed is not self.closes:
            toggled: datetime | None = now
        elif previous and (self.changed or self._is_noted(previous)):
            toggled = previous.toggled
        else:
            # Of the last write, whatever that was for: its run has not written the status yet.
            toggled = _written(self.note) if self.note else None
        is_recent = toggled is not None and now - toggled < PROPAGATION
        return replace(self, toggled=toggled if is_recent else None)

    def _is_noted(self, previous: PersistedState) -> bool:
        """Return whether the run that wrote the state has left its status."""
        if self.note is None or previous.standby is None:
            return self.note is None
        return self.note.generation == previous.standby.generation

    def target(self, distribution: Distribution) -> Distribution:
        """
        Return the distribution with the status of what visitors get.

        While the site is open, an update of the distribution changes nothing about that; while it
        is closed, the function may not be everywhere yet.
        """
        if self.toggled is None:
            status = distribution.status if self.closes else _DEPLOYED
            return replace(distribution, status=status)
        modified = max(distribution.last_modified, self.toggled)
        return replace(distribution, status=_IN_PROGRESS, last_modified=modified)


def standby_outcome(
    distribution: Distribution, intent: Intent, look: StoreLook, *, is_target: bool
) -> Outcome:
    """Return what became of one distribution."""
    desired = StandbyIntent(intent, look.closed)
    steps = plan_steps(distribution, desired)
    errors = refusals(distribution.distribution_id, steps) if is_target else ()
    if look.error:
        errors = (f"{distribution.distribution_id} is left as it was: {look.error}", *errors)
    found = [*warnings(distribution, steps, desired)] if is_target else [_stranger(distribution)]
    return Outcome(
        distribution.distribution_id,
        look.target(distribution).status,
        steps_taken(steps) if look.changed else steps,
        # A write of a window ahead changes nothing for visitors.
        changed=look.changed and any(each.action in _TOGGLING for each in steps),
        warnings=tuple(found),
        errors=errors,
    )


def _stranger(distribution: Distribution) -> str:
    return (
        f"{distribution.distribution_id} has the standby function and is no target, and it closes "
        "with the site: name it in Distributions, or detach the function there"
    )


def _written(note: StoreNote) -> datetime:
    return datetime.fromtimestamp(note.generation / 1_000, UTC)
