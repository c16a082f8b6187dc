"""What a run that waits for CloudFront does when somebody wants something else meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from maintenance.aws.throttling import ThrottledConfigs
from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
from maintenance.cloudfront.engine import PreflightResult, Selection
from maintenance.errors import MaintenanceError, ObservationError, Throttled
from maintenance.model import Distribution, Mode, Timer
from maintenance.reconcile.controller import Controller
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.distribution import DistributionReconciler
from maintenance.reconcile.ports import ReadPage
from maintenance.reconcile.site import SiteReconciler
from maintenance.reporting.report import Report
from maintenance.schedule.announcement import Announcement
from maintenance.settings import Settings
from maintenance.wakeup import ParameterChanged

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    NOW,
    PAGE_FUNCTION,
    a_decision,
    a_distribution,
    config_xml,
)

_SETTINGS = Settings.from_env(
    {
        "DEAD_LETTERS_ARN": "arn:aws:sqs:us-east-1:123456789012:dead-letters",
        "DISTRIBUTIONS": DISTRIBUTION_ID,
        "EDGE_VERSION_ARN": EDGE.base_arn,
        "PAGE_FUNCTION": PAGE_FUNCTION,
        "SCHEDULE_GROUP": "site-schedules",
        "STACK_NAME": "site",
        "STATE_BUCKET": "site-statebucket-1",
        "SWITCH_PARAMETER": "/site/maintenance",
        "WAKE_ROLE_ARN": "arn:aws:iam::123456789012:role/wake",
    }
)


class _NoPage:
    def read(self) -> dict[str, bytes]:
        return {}


class _Parameters:
    """What the switch in a world says."""

    def __init__(self, world: "_World") -> None:
        self.world = world

    def read(self, _changed: ParameterChanged | None = None) -> DesiredState:
        if self.world.seconds and self.world.unanswered_looks:
            self.world.unanswered_looks -= 1
            raise ObservationError("SSM does not answer")
        return DesiredState(a_decision(self.world.mode), None, (), None)


@dataclass
class _World:
    """A switch, a distribution whose next updates are throttled, and all that a run needs."""

    mode: Mode = Mode.MAINTENANCE
    refusals: int = 3
    seconds: float = 0.0
    unanswered_looks: int = 0
    updates: list[bytes] = field(default_factory=list)

    def controller(self) -> Controller:
        timer = Timer(elapsed=lambda: self.seconds, sleep=self.pause)
        configs = ThrottledConfigs(self, timer, jitter=lambda: 1.0)
        return Controller(
            preview=None,
            desired_state=_Parameters(self),
            distributions=self,
            page_files=_NoPage(),
            site_reconciler=SiteReconciler(
                _SETTINGS, EDGE, DistributionReconciler(configs, self), self, self
            ),
            alarm_clock=self,
            announcer=self,
            pace=configs,
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
        _said: Announcement,
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
    """Somebody writes off while the first update waits."""

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        self.mode = Mode.LIVE


def test_a_run_that_waits_does_not_close_what_was_opened_meanwhile() -> None:
    """The run that the off woke found the distribution open, so nobody else would open it soon."""
    world = _OpenedWhileWaiting()

    report = world.controller().reconcile()

    assert ([], Mode.LIVE, ()) == (world.updates, report.decision.mode, report.errors)


@pytest.mark.parametrize("unanswered_looks", [0, 1])
def test_a_run_that_waits_goes_on_while_nothing_else_is_known_to_be_wanted(
    unanswered_looks: int,
) -> None:
    """Also where the switch cannot be read in between."""
    world = _World(unanswered_looks=unanswered_looks)

    report = world.controller().reconcile()

    assert (1, ()) == (len(world.updates), report.errors)
