"""TODO docstring of maintenance.app."""

import functools
import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from copy import replace
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from msgspec import Struct
from urllib3 import PoolManager, Timeout

from maintenance.aws.bucket import PageFiles, RecordStore
from maintenance.aws.cloudfront import CloudFront
from maintenance.aws.errors import reject_truncated_responses
from maintenance.aws.event_bus import EventBus
from maintenance.aws.functions import EdgeVersions
from maintenance.aws.parameters import Parameters, StatusParameter
from maintenance.aws.scheduler import AlarmClock, WakeupTarget
from maintenance.aws.throttling import ThrottledConfigs
from maintenance.errors import RunFailed
from maintenance.lambda_edge.check import PackageCheck, Preflight
from maintenance.lambda_edge.publish import VersionPublisher
from maintenance.lambda_edge.select import VersionSelector
from maintenance.model import Timer
from maintenance.reconcile.command import check_command
from maintenance.reconcile.controller import Controller
from maintenance.reconcile.desired_state import DesiredStateReader
from maintenance.reconcile.distribution import DistributionReconciler
from maintenance.reconcile.housekeeping import Housekeeping
from maintenance.reconcile.site import SiteReconciler
from maintenance.reporting.announce import Announcer
from maintenance.reporting.report import Report
from maintenance.reporting.telemetry import count_report, log_report
from maintenance.settings import Settings
from maintenance.wakeup import Command, PlanRequested, StatusRequested, Wakeup

# Standard mode backs off with jitter, up to 20 seconds; what is left is the invocation's retry.
_CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=5, read_timeout=30
)


# What a page needs is not waited for as long: a site that should be closed waits for it.
_HURRIED = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=10
)


_DOWNLOAD = Timeout(connect=3, read=10)


TIMER = Timer(elapsed=time.monotonic, sleep=time.sleep)


class App(Struct, frozen=True):
    """Everything that a wakeup may need."""

    settings: Settings
    parameters: Parameters
    status_parameter: StatusParameter
    controller: Controller
    housekeeping: Housekeeping
    clock: Callable[[], datetime]

    def run(self, wakeup: Wakeup) -> dict[str, Any]:
        """Return the report as JSON values; raise MaintenanceError where something failed."""
        match wakeup:
            case PlanRequested():
                return self.housekeeping.dry_run(self.controller.plan()).answer()
            case StatusRequested():
                return self.housekeeping.dry_run(self.controller.status()).answer()
            case Command():
                return self._finish(self._command(wakeup))
            case _:
                return self._finish(self.controller.reconcile(wakeup))

    def _command(self, command: Command) -> Report:
        switch = self.parameters.read_switch().switch
        checked = check_command(
            command, switch=switch, now=self.clock(), zone=self.settings.time_zone
        )
        changed = self.parameters.write_switch(checked.value) if checked.value else None
        report = self.controller.reconcile(changed or command)
        notices = (checked.notice,) if checked.notice else ()
        return replace(report, notices=(*notices, *report.notices))

    def _finish(self, report: Report) -> dict[str, Any]:
        log_report(report)
        count_report(report, stack_name=self.settings.stack_name, now=self.clock())
        if report.errors:
            raise RunFailed(report.failure)
        return report.answer()


def assemble(
    settings: Settings,
    *,
    own_arn: str,
    clock: Callable[[], datetime],
    timer: Timer = TIMER,
    session: boto3.Session | None = None,
) -> App:
    """
    Put everything together; `own_arn` is this function's, `clock` returns the present, aware.

    All clients are made of `session`, of a new one in us-east-1 where none is given.
    """
    session = session or boto3.Session(region_name="us-east-1")
    reject_truncated_responses(session.events)
    ssm = session.client("ssm", config=_CLIENT)
    status_parameter = StatusParameter(ssm, switch_parameter=settings.switch_parameter)
    parameters = Parameters(
        ssm,
        switch_parameter=settings.switch_parameter,
        zone=settings.time_zone,
        clock=clock,
        pause=time.sleep,
    )
    cloudfront = CloudFront(session.client("cloudfront", config=_CLIENT))
    configs = ThrottledConfigs(cloudfront, timer, jitter=random.random)
    records = RecordStore(
        _lazy(lambda: session.client("s3", config=_CLIENT)),
        bucket=settings.state_bucket,
        stack=settings.stack_name,
        new_write_id=lambda: uuid.uuid4().hex,
    )
    versions = _versions(session, settings)
    selector = _chooser(session, settings, versions, timer)
    distribution_reconciler = DistributionReconciler(configs, records, configs.is_still_wanted)
    preflight = Preflight(versions, base_arn=settings.edge.base_arn)
    housekeeping = Housekeeping(
        preview=settings.preview_distribution,
        engine=settings.edge,
        selector=selector,
        distributions=cloudfront,
        distribution_reconciler=distribution_reconciler,
        versions=versions,
        clock=clock,
    )
    controller = Controller(
        preview=settings.preview_distribution,
        desired_state=DesiredStateReader(parameters, settings.lead_time, clock),
        distributions=cloudfront,
        page_files=selector.page_files,
        site=SiteReconciler(settings, settings.edge, distribution_reconciler, selector, preflight),
        housekeeping=housekeeping,
        alarm_clock=AlarmClock(
            session.client("scheduler", config=_CLIENT), _ring(settings, own_arn)
        ),
        announcer=_announcer(session, status_parameter, settings),
        throttling=configs,
        clock=clock,
    )
    return App(settings, parameters, status_parameter, controller, housekeeping, clock)


def _announcer(
    session: boto3.Session, status_parameter: StatusParameter, settings: Settings
) -> Announcer:
    return Announcer(
        status_parameter,
        EventBus(_lazy(lambda: session.client("events", config=_CLIENT))),
        stack=settings.stack_name,
        switch_parameter=settings.switch_parameter,
    )


def _versions(session: boto3.Session, settings: Settings) -> EdgeVersions:
    client = _lazy(lambda: session.client("lambda", config=_HURRIED))
    http = PoolManager(timeout=_DOWNLOAD, retries=2)
    return EdgeVersions(client, http, page_function=settings.edge.page_name)


def _chooser(
    session: boto3.Session, settings: Settings, versions: EdgeVersions, timer: Timer
) -> VersionSelector:
    s3 = _lazy(lambda: session.client("s3", config=_HURRIED))
    page_files = PageFiles(s3, bucket=settings.state_bucket)
    check = PackageCheck(_own_library())
    publisher = VersionPublisher(settings.edge.base_arn, versions, check, timer)
    return VersionSelector(settings.edge, page_files, publisher)


def _own_library() -> dict[str, str]:
    """Return where Python's own library is, if it has to be told; a check needs to see no more."""
    name = "LD_LIBRARY_PATH"
    return {name: os.environ[name]} if name in os.environ else {}


def _ring(settings: Settings, own_arn: str) -> WakeupTarget:
    return WakeupTarget(
        group=settings.schedule_group,
        target_arn=own_arn,
        role_arn=settings.scheduler_role_arn,
        dead_letter_queue_arn=settings.dead_letter_queue_arn,
    )


def _lazy[Made](make: Callable[[], Made]) -> Callable[[], Made]:
    """Return what makes something when it is first needed, whichever thread needs it."""
    lock, made = threading.Lock(), functools.cache(make)

    def give() -> Made:
        with lock:
            return made()

    return give
