"""What a run needs from its surroundings: a protocol for each adapter that `app.py` provides."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord
from maintenance.cloudfront.engine import PreflightResult, Selection
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.lambda_edge.version import EdgeVersion
from maintenance.model import Distribution
from maintenance.reporting.report import Report
from maintenance.reporting.status import PersistedState
from maintenance.schedule.announcement import Announcement
from maintenance.schedule.history import CommandOrigin, Write
from maintenance.schedule.switch import Off, ReadSwitch
from maintenance.schedule.window import ReadWindows
from maintenance.wakeup import ParameterChanged, Wakeup

if TYPE_CHECKING:
    from maintenance.reconcile.desired_state import DesiredState
    from maintenance.reconcile.observation import Observation

type Listing = tuple[Distribution, ...]
type ReadPage = Callable[[], StoredFiles]


class Site(Protocol):
    """
    The distributions of the site, closed and opened by one engine.

    `previous` is what an earlier run left, None if that was not read: closing does not wait for it.
    Raises ConfigurationError if more distributions would be closed than the owner allows. Other
    errors are in the report.
    """

    def apply(self, observed: "Observation", previous: PersistedState | None) -> Report:
        """Bring the site to its desired state, and return what became of it."""

    def dry_run(self, observed: "Observation", previous: PersistedState | None) -> Report:
        """Return what `apply` would do, having only read."""

    def summarize(self, observed: "Observation", previous: PersistedState | None) -> Report:
        """Return what was observed and what it lacks, without another call."""

    def is_same(self, one: "DesiredState", other: "DesiredState") -> bool:
        """Return whether both make the same site, now and by what is prepared for later."""

    def for_installation(self) -> "Site":
        """Return a site that is complete as soon as `apply` returns."""

    def without_limit(self) -> "Site":
        """Return a site that also looks at more distributions than it may close."""


class Housekeeping(Protocol):
    """The work of a run after the site has reached its desired state."""

    def run(self, report: Report, wakeup: Wakeup) -> Report:
        """Do what is due after a run, and return its report with what came of it."""

    def dry_run(self, report: Report) -> Report:
        """Return the report with what `run` would do, having only read."""


class Parameters(Protocol):
    """The switch and the windows, read no older than `changed`."""

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:
        """Return the switch; raise ObservationError."""

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return the windows; raise ObservationError."""

    def read_last_off(self) -> Off | None:
        """Return the newest off in the switch's history, if any; raise ObservationError."""


class WritableSwitch(Protocol):
    """The switch, for the stack's custom resource."""

    def read_switch(self) -> ReadSwitch:
        """Return the switch; raise ObservationError."""

    def write_switch(self, value: str) -> ParameterChanged:
        """Write it, and return the change for the next read; raise ApplyError."""


class ReadableStatus(Protocol):
    """The parameter of the status."""

    @property
    def name(self) -> str:
        """Its name in Parameter Store."""

    def read(self) -> str | None:
        """Return its text, None if it does not exist; raise ObservationError."""


class CommandedSwitch(Protocol):
    """The switch, for commands."""

    def read_switch(self) -> ReadSwitch:
        """Return the switch; raise ObservationError."""

    def read_writes(self) -> tuple[Write, ...]:
        """
        Return its readable versions, newest first; raise ObservationError.

        They contain what was read or written last.
        """

    def write_switch(self, value: str, origin: CommandOrigin | None = None) -> ParameterChanged:
        """Write it for the command, and return the change for the next read; raise ApplyError."""


class Distributions(Protocol):
    """The distributions of the account."""

    def list_distributions(self) -> Listing:
        """Return all of them; raise ObservationError."""


class Configs(Protocol):
    """The configurations of the distributions."""

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration; raise ObservationError."""

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """Replace it; raise StaleObservation if it has changed since, or another ApplyError."""


class Records(Protocol):
    """The records of displaced functions."""

    def read(self, distribution_id: str) -> ReadRecord:
        """Return the record, an empty one if there is none; raise ObservationError."""

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        """
        Replace `over`, and return what is stored now.

        Raises StaleObservation if it has changed since, or another ApplyError.
        """


class Throttling(Protocol):
    """The retries of what CloudFront throttles."""

    def begin(self) -> None:
        """Begin a run: forget the throttling of the last one."""

    def continue_while(self, is_wanted: Callable[[], bool]) -> None:
        """Retry only while `is_wanted` returns True."""


class StoredFilesReader(Protocol):
    """The owner's page and the bypass tokens in the state bucket."""

    def read(self) -> StoredFiles:
        """Return both, or the error of each."""


class VersionSelector(Protocol):
    """Selects the version of the maintenance function to attach; each engine has its own."""

    def select(
        self,
        announcement: Announcement,
        *,
        publish: bool = True,
        attached: Collection[str] = (),
        read_page: ReadPage | None = None,
    ) -> Selection:
        """
        Return the version to attach, with the errors of selecting it.

        Without `publish` nothing is written. `attached` are the versions of ours that serve
        visitors now. `read_page` returns the stored files if a read of them has begun.
        """

    def begins(self, versions: Collection[str]) -> Mapping[str, datetime]:
        """Return since when each of these closes a site, if not at once; raise ObservationError."""


class Preflight(Protocol):
    """Finds before any update what CloudFront would refuse."""

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:
        """Return whether the version can be attached; `attached` are those that sites have."""


class Versions(Protocol):
    """The versions of MaintenancePage."""

    def list_versions(self) -> tuple[EdgeVersion, ...]:
        """Return all of them; raise ObservationError."""

    def delete(self, version: EdgeVersion) -> bool:
        """Delete one; return False if a replica still uses it; raise ApplyError."""


class AlarmClock(Protocol):
    """The one schedule that wakes the controller."""

    def set_wakeup(self, at: datetime | None, *, read_at: datetime, now: datetime) -> bool:
        """
        Set it to an instant, or to none, as of a read that began then; raise ApplyError.

        Returns False if it was stopped because the stack is being deleted.
        """


class Reconciler(Protocol):
    """The controller, for the stack's custom resource."""

    def reconcile(self, wakeup: Wakeup) -> Report:
        """Do one run; raise MaintenanceError."""

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        """Return what a run would do; raise MaintenanceError."""


class FormerStandby(Protocol):
    """The standby function and the store of a stack that gets another engine."""

    def open_for_good(self) -> None:
        """Write a state that never closes, and publish it at once; raise MaintenanceError."""
