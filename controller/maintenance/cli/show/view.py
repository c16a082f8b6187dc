"""What the screens and documents of status and plan are made of."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.cli.arguments import STACK
from maintenance.reporting.report import Report
from maintenance.reporting.state import SiteStates
from maintenance.reporting.status import LastError


class ReportView(Struct, frozen=True):
    """
    A report, and the distributions' aliases by id, or the domain name of one without aliases.

    `is_decided` is whether it could be read what was asked for. `stack` is the name with which the
    operator reached the stack.
    """

    report: Report
    names: Mapping[str, str]
    is_decided: bool = True
    stack: str = STACK


class Stack(Struct, frozen=True):
    """Which stack this is: its name, and the number of its account."""

    name: str
    account: str


class LastRun(Struct, frozen=True):
    """
    When the controller ran last, to the minute; None if it did not within a day.

    `error` says why that cannot be read. `sweep` is the time between two sweeps, which begin when
    the stack is `deployed`.
    """

    at: datetime | None
    error: str = ""
    sweep: timedelta = timedelta(minutes=15)
    deployed: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Return whether two sweeps should have run since, and did not."""
        if self.error:
            return False
        known = [each for each in (self.at, self.deployed) if each]
        return not known or now - max(known) > 2 * self.sweep


class StatusView(Struct, frozen=True):
    """
    A status as operators need it.

    `view.report` has the errors of the last run too, as long as they last; `past_error` is one that
    is over or belongs to an earlier change. `last_error` is either of them, as the status has it.
    """

    view: ReportView
    states: SiteStates
    stack: Stack
    last_run: LastRun
    last_error: LastError | None = None
    past_error: LastError | None = None
