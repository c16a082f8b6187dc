"""The desired state of a site whose switch or windows cannot be read."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from maintenance.model import Mode
from maintenance.reconcile.desired_state import DesiredState
from maintenance.schedule.decision import Decision
from maintenance.wakeup import ParameterChanged


class UnknownState(Struct, frozen=True):
    """What was asked for cannot be read; the error says why."""

    now: datetime
    error: str

    def read(self, changed: ParameterChanged | None = None) -> DesiredState:  # noqa: ARG002 - nothing can be read
        """Return a state in which the site stays as it is."""
        decision = Decision(Mode.UNCHANGED, "What was asked for cannot be read.")
        return DesiredState(self.now, decision, upcoming=None, errors=(self.error,), due=None)
