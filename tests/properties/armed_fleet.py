"""A fleet in memory whose controller runs at random times, for the laws of arming."""

from collections.abc import Collection, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maintenance.cloudfront.config import ReadConfig, read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
from maintenance.cloudfront.engine import PreflightResult, Selection, attached_version
from maintenance.errors import ApplyError, StaleObservation
from maintenance.model import Association, Behavior, Distribution, Feature
from maintenance.reconcile.attach.distribution import DistributionReconciler
from maintenance.reconcile.attach.site import SiteReconciler
from maintenance.reconcile.desired_state import DesiredState, DesiredStateReader
from maintenance.reconcile.observation import Observation
from maintenance.reporting.report import Report
from maintenance.reporting.status import PersistedState
from maintenance.reporting.transitions import next_wakeup, update_status
from maintenance.schedule.announcement import Announcement
from maintenance.schedule.history import last_off, last_readable
from maintenance.schedule.switch import Off, ReadSwitch
from maintenance.schedule.window import ReadWindows
from maintenance.wakeup import ParameterChanged

from tests.builders import (
    EDGE,
    a_behavior,
    a_distribution,
    a_function,
    a_lambda,
    config_xml,
    edge_arn,
)
from tests.properties.sites import UTC_ZONE, Site
from tests.unit.reconcile.version_selector import VersionSelector
from tests.unit.reconcile.world import SETTINGS

LEAD_TIME = timedelta(minutes=15)
PLAIN, WITH_FUNCTION, WITH_GRPC = "EPLAIN1", "EFUNCTION1", "EGRPC1"
BEHAVIORS: Mapping[str, tuple[Behavior, ...]] = {
    PLAIN: (a_behavior(None, a_lambda("origin-request")), a_behavior("/a")),
    WITH_FUNCTION: (a_behavior(), a_behavior("/x", a_function())),
    WITH_GRPC: (a_behavior(), a_behavior("/grpc/*", features={Feature.GRPC})),
}


@dataclass
class Fleet:
    """
    Three distributions, and what a schedule says about them.

    The update number `crashes_at`, counted from 1, is done, and its run ends there.
    """

    site: Site
    now: datetime
    crashes_at: int = 0
    updates: int = 0
    persisted: PersistedState = field(default_factory=PersistedState)
    versions: list[Announcement] = field(default_factory=list)
    configs: dict[str, bytes] = field(
        default_factory=lambda: {key: config_xml(*each) for key, each in BEHAVIORS.items()}
    )
    records: dict[str, ReadRecord] = field(default_factory=dict)
    _starts: dict[str, datetime] = field(default_factory=dict)

    @property
    def selector(self) -> VersionSelector:
        """Publishes a version for each announcement."""
        return VersionSelector(self._publish, self._starts)

    def runs(self) -> Report:
        """Run the controller now; what it leaves in the status is lost if it crashes."""
        report = self._reconciler().apply(
            Observation(self.desired(), self._listing()), self.persisted
        )
        if not report.has_failures:
            self.persisted = update_status(report, self.persisted, now=self.now).status.persisted
        return report

    def wakeup(self, report: Report) -> datetime | None:
        """Return when the controller runs next after a run that it reports on."""
        return next_wakeup(report, self.now)

    def desired(self) -> DesiredState:
        """Return what the site should do now."""
        return DesiredStateReader(self, lambda: None, LEAD_TIME, lambda: self.now).read()

    def gets_page(self, distribution_id: str, at: datetime) -> set[bool]:
        """Return whether visitors of what maintenance closes get the page at an instant."""
        return {
            self._closes(each, at) for each in self._behaviors(distribution_id) if not each.features
        }

    def existing(self, distribution_id: str) -> list[set[Association]]:
        """Return the functions of each behavior that are not ours."""
        return [
            {one for one in each.associations if not EDGE.owns(one.arn)}
            for each in self._behaviors(distribution_id)
        ]

    def _closes(self, behavior: Behavior, at: datetime) -> bool:
        ours = attached_version(behavior.associations, EDGE)
        begins = self._starts.get(ours) if ours else None
        return ours is not None and not (begins and at < begins)

    def _behaviors(self, distribution_id: str) -> list[Behavior]:
        return [each.behavior for each in read_config(self.configs[distribution_id]).behaviors]

    def _listing(self) -> tuple[Distribution, ...]:
        return tuple(
            replace(
                a_distribution(key, behaviors=tuple(self._behaviors(key))),
                etag=self._etag(key),
                last_modified=self.now - timedelta(hours=1),
            )
            for key in self.configs
        )

    def _etag(self, distribution_id: str) -> str:
        return str(hash(self.configs[distribution_id]))

    def _reconciler(self) -> SiteReconciler:
        settings = replace(SETTINGS, distributions=tuple(self.configs))
        reconciler = DistributionReconciler(self, self)
        return SiteReconciler(settings, EDGE, reconciler, self.selector, self, shuffle=tuple)

    def _publish(self, announcement: Announcement) -> Selection:
        """Return the version with this announcement, published now if it is new."""
        if announcement not in self.versions:
            self.versions.append(announcement)
        arn = edge_arn(1 + self.versions.index(announcement), function="Page")
        if announcement.begins:
            self._starts[arn] = announcement.begins
        return Selection(arn)

    # The adapters of a run.

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - the protocol's
        """Return what the switch says, as far as it has been written."""
        return ReadSwitch(last_readable(self.site.frozen(self.now).history, UTC_ZONE))

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:  # noqa: ARG002 - the protocol's
        """Return the windows."""
        return ReadWindows(tuple(self.site.windows))

    def read_last_off(self) -> Off | None:
        """Return the newest off of the history."""
        return last_off(self.site.frozen(self.now).history, UTC_ZONE)

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:  # noqa: ARG002 - the protocol's
        """Return that the version can be attached."""
        return PreflightResult()

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration."""
        return ReadConfig(self.configs[distribution_id], self._etag(distribution_id))

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """Replace the configuration."""
        if etag != self._etag(distribution_id):
            raise StaleObservation("it has changed")
        self.configs[distribution_id] = xml
        self.updates += 1
        if self.updates == self.crashes_at:
            raise ApplyError("the run crashes")

    def read(self, distribution_id: str) -> ReadRecord:
        """Return the record of displaced functions."""
        empty = empty_record(stack="site", distribution_id=distribution_id)
        return self.records.get(distribution_id, ReadRecord(empty, None))

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        """Replace the record."""
        del over
        written = ReadRecord(record, str(self.updates), is_fresh=False)
        self.records[record.distribution_id] = written
        return written
