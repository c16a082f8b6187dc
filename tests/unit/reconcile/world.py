"""All that a run needs, in memory: a switch, one distribution, and adapters that record calls."""

from collections.abc import Collection, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maintenance.aws.throttling import ThrottledConfigs
from maintenance.cloudfront.config import ReadConfig, read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
from maintenance.cloudfront.engine import PreflightResult, Selection
from maintenance.deadline import Deadline
from maintenance.errors import ApplyError, ObservationError, Throttled
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.lambda_edge.version import EdgeVersion
from maintenance.model import Distribution, Timer
from maintenance.reconcile.attach.distribution import DistributionReconciler
from maintenance.reconcile.attach.housekeeping import Housekeeping
from maintenance.reconcile.attach.site import SiteReconciler
from maintenance.reconcile.controller import Controller
from maintenance.reconcile.desired_state import DesiredStateReader
from maintenance.reconcile.ports import ReadPage
from maintenance.reporting.announce import Announcer
from maintenance.reporting.events import Event
from maintenance.schedule.announcement import Announcement
from maintenance.schedule.switch import Off, ReadSwitch, Says
from maintenance.schedule.window import ReadWindows
from maintenance.settings import Settings
from maintenance.wakeup import ParameterChanged

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    NOW,
    PAGE_FUNCTION,
    SITE,
    a_distribution,
    a_switch,
    config_xml,
    no_requesters,
)

SETTINGS = Settings.from_env(
    {
        "DEAD_LETTER_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:dead-letters",
        "DISTRIBUTIONS": DISTRIBUTION_ID,
        "EDGE_VERSION_ARN": EDGE.base_arn,
        "PAGE_FUNCTION": PAGE_FUNCTION,
        "SCHEDULE_GROUP": "site-schedules",
        "STACK_NAME": "site",
        "STATE_BUCKET": "site-statebucket-1",
        "SWITCH_PARAMETER": "/site/maintenance",
        "SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/wake",
    }
)


@dataclass
class World:
    """
    The first `throttled` updates are throttled; after `seconds`, `failing_reads` reads fail.

    `done` records the calls in their order, except for reads of a record or the status, which are
    counted. `status` is what the status parameter holds.
    """

    says: Says = Says.ON
    throttled: int = 0
    failing_reads: int = 0
    status: str | None = None
    seconds: float = 0.0
    is_stopped: bool = False
    records_read: int = 0
    statuses_read: int = 0
    updates: list[bytes] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def controller(self, *, max_distributions: int = 25) -> Controller:
        """Return a controller whose every adapter is this world."""
        settings = replace(SETTINGS, max_distributions=max_distributions)
        timer = Timer(elapsed=lambda: self.seconds, sleep=self.sleep)
        deadline = Deadline(timer.elapsed, 600)
        configs = ThrottledConfigs(self, timer, deadline, jitter=lambda: 1.0)
        reconciler = DistributionReconciler(configs, _Records(self))
        return Controller(
            preview=None,
            desired_state=DesiredStateReader(self, lambda: None, timedelta(0), self.clock),
            distributions=self,
            stored_files=_StoredFiles(),
            site=SiteReconciler(settings, EDGE, reconciler, self, self, shuffle=tuple),
            housekeeping=Housekeeping(
                None, EDGE, self, self, reconciler, self, self.clock, lambda: deadline.is_over
            ),
            alarm_clock=self,
            announcer=Announcer(_StatusParameter(self), self, no_requesters(), SITE),
            throttling=configs,
            clock=self.clock,
        )

    def clock(self) -> datetime:
        """Return the present."""
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Let this time pass."""
        self.seconds += seconds

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - the protocol's
        """Return what the switch says, unless this is a failing read."""
        if self.seconds and self.failing_reads:
            self.failing_reads -= 1
            raise ObservationError("SSM does not answer")
        return ReadSwitch(a_switch(self.says))

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:  # noqa: ARG002 - the protocol's
        """Return no windows."""
        return ReadWindows()

    def read_last_off(self) -> Off | None:
        """Return that there was no off."""
        return None

    def list_distributions(self) -> tuple[Distribution, ...]:
        """Return the distribution as it was written last."""
        self.done.append("list distributions")
        config = read_config(self.read_config(DISTRIBUTION_ID).xml)
        behaviors = tuple(each.behavior for each in config.behaviors)
        return (replace(a_distribution(behaviors=behaviors), etag=f"E{len(self.updates)}"),)

    def select(
        self,
        _announcement: Announcement,
        *,
        publish: bool = True,
        attached: Collection[str] = (),
        read_page: ReadPage | None = None,
    ) -> Selection:
        """Return the next version."""
        del publish, attached, read_page
        self.done.append("select a version")
        return Selection(self.next_version())

    def begins(self, _versions: Collection[str]) -> Mapping[str, datetime]:
        """Return that every version closes a site at once."""
        return {}

    def next_version(self) -> str:
        """Return the version to select."""
        return EDGE.base_arn

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:  # noqa: ARG002 - the protocol's
        """Return that the version can be attached."""
        return PreflightResult()

    def read_config(self, _id: str) -> ReadConfig:
        """Return what was written last."""
        xml = self.updates[-1] if self.updates else config_xml()
        return ReadConfig(xml, f"E{len(self.updates)}")

    def update_config(self, _id: str, *, xml: bytes, etag: str) -> None:
        """Take the configuration, unless this update is throttled."""
        if self.throttled:
            self.throttled -= 1
            raise Throttled(f"Rate exceeded, {etag}")
        self.done.append("update a distribution")
        self.updates.append(xml)

    def set_wakeup(self, at: datetime | None, *, read_at: datetime, now: datetime) -> bool:  # noqa: ARG002 - the protocol's
        """Record the wakeup, in seconds from now, unless it is stopped."""
        seconds = (at - now).total_seconds() if at else None
        self.done.append(f"set the wakeup in {seconds} seconds")
        return not self.is_stopped

    def list_versions(self) -> tuple[EdgeVersion, ...]:
        """Return no versions, after some time."""
        self.done.append("list versions")
        self.sleep(20)
        return ()

    def delete(self, version: EdgeVersion) -> bool:
        """Refuse to delete anything."""
        raise ApplyError(f"{version.arn} was not deleted")

    def write_status(self, text: str) -> None:
        """Take the text."""
        self.done.append("write the status")
        self.status = text

    def send(self, events: Sequence[Event]) -> None:
        """Record the titles."""
        self.done.append(f"announce {' and '.join(each.detail.title for each in events)}")


@dataclass
class _Records:
    world: World
    stored: ReadRecord = field(
        default_factory=lambda: ReadRecord(
            empty_record(stack="site", distribution_id=DISTRIBUTION_ID), None
        )
    )

    def read(self, _distribution_id: str) -> ReadRecord:
        self.world.records_read += 1
        return self.stored

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:  # noqa: ARG002 - the protocol's
        self.world.done.append("write a record")
        self.stored = ReadRecord(record, "E1")
        return self.stored


class _StoredFiles:
    def read(self) -> StoredFiles:
        return StoredFiles()


@dataclass
class _StatusParameter:
    world: World
    name: str = "/site/maintenance/status"

    def read(self) -> str | None:
        self.world.statuses_read += 1
        return self.world.status

    def write(self, text: str) -> None:
        self.world.write_status(text)
