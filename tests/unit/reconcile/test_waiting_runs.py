"""A run that waits for throttled updates while the desired state changes."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from maintenance.aws.throttling import ThrottledConfigs
from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
from maintenance.cloudfront.engine import PreflightResult, Selection
from maintenance.errors import MaintenanceError, ObservationError, Throttled
from maintenance.model import Distribution, Mode, Timer
from maintenance.reconcile.controller import Controller
from maintenance.reconcile.desired_state import DesiredStateReader
from maintenance.reconcile.distribution import DistributionReconciler
from maintenance.reconcile.ports import ReadPage
from maintenance.reconcile.site import SiteReconciler
from maintenance.reporting.report import Report
from maintenance.schedule.announcement import Announcement
from maintenance.schedule.switch import ReadSwitch, Says
from maintenance.schedule.window import ReadWindows
from maintenance.settings import Settings
from maintenance.wakeup import AlarmClockRang, ParameterChanged

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    NOW,
    PAGE_FUNCTION,
    a_distribution,
    a_switch,
    config_xml,
)

_SETTINGS = Settings.from_env(
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


class _NoPage:
    def read(self) -> dict[str, bytes]:
        return {}


class _Parameters:
    """A switch, and no windows."""

    def __init__(self, world: "_World") -> None:
        self._world = world

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - the protocol's
        if self._world.seconds and self._world.failing_reads:
            self._world.failing_reads -= 1
            raise ObservationError("SSM does not answer")
        return ReadSwitch(a_switch(self._world.says))

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:  # noqa: ARG002 - the protocol's
        return ReadWindows()

    def read_last_off(self) -> datetime | None:
        return None


@dataclass
class _World:
    """A switch, a distribution whose next updates are throttled, and all else that a run needs."""

    says: Says = Says.ON
    refusals: int = 3
    seconds: float = 0.0
    failing_reads: int = 0
    updates: list[bytes] = field(default_factory=list)

    def controller(self) -> Controller:
        timer = Timer(elapsed=lambda: self.seconds, sleep=self.pause)
        configs = ThrottledConfigs(self, timer, jitter=lambda: 1.0)
        return Controller(
            preview=None,
            desired_state=DesiredStateReader(_Parameters(self), timedelta(0), lambda: NOW),
            distributions=self,
            page_files=_NoPage(),
            site=SiteReconciler(_SETTINGS, EDGE, DistributionReconciler(configs, self), self, self),
            housekeeping=None,
            alarm_clock=self,
            announcer=self,
            throttling=configs,
            clock=lambda: NOW,
        )

    def pause(self, seconds: float) -> None:
        self.seconds += seconds

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:  # noqa: ARG002 - the protocol's
        return PreflightResult()

    def list_distributions(self) -> tuple[Distribution, ...]:
        return (a_distribution(),)

    def read_config(self, _id: str) -> ReadConfig:
        return ReadConfig(self.updates[-1] if self.updates else config_xml(), "E1")

    def update_config(self, _id: str, *, xml: bytes, etag: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Throttled(f"Rate exceeded, {etag}")
        self.updates.append(xml)

    def read(self, distribution_id: str) -> ReadRecord:
        return ReadRecord(empty_record(stack="site", distribution_id=distribution_id), None)

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None: ...

    def set_wakeup(self, at: datetime | None, *, now: datetime) -> None: ...

    def select(
        self,
        _announcement: Announcement,
        *,
        publish: bool = True,
        attached: Collection[str] = (),
        read_page: ReadPage | None = None,
    ) -> Selection:
        del publish, attached, read_page
        return Selection(EDGE.base_arn)

    def announce(self, report: Report, *, now: datetime) -> Report:
        assert now == NOW
        return report

    def announce_failure(self, error: MaintenanceError, *, now: datetime) -> tuple[str, ...]:
        return (f"{error} at {now}",)


class _OpenedWhileWaiting(_World):
    """The operator writes off while the first update waits."""

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        self.says = Says.OFF


def test_a_waiting_run_does_not_close_a_site_that_was_opened_since() -> None:
    """The run that the off started found the distribution open and would not open it again."""
    world = _OpenedWhileWaiting()

    report = world.controller().reconcile(AlarmClockRang())

    assert ([], Mode.LIVE, ()) == (world.updates, report.decision.mode, report.errors)


@pytest.mark.parametrize("failing_reads", [0, 1])
def test_a_waiting_run_goes_on_while_the_desired_state_is_not_known_to_change(
    failing_reads: int,
) -> None:
    """Even if the switch cannot be read once."""
    world = _World(failing_reads=failing_reads)

    report = world.controller().reconcile(AlarmClockRang())

    assert (1, ()) == (len(world.updates), report.errors)
