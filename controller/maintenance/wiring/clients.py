"""The adapters that both engines are made of, for one process."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from msgspec import Struct
from urllib3 import PoolManager

from maintenance.aws.bucket import PageFiles
from maintenance.aws.bypass_tokens import BypassTokens
from maintenance.aws.clients import CLIENT, PAGE_FILES_CLIENT, lazy
from maintenance.aws.functions import EdgeVersions
from maintenance.aws.scheduler import AlarmClock, WakeupTarget
from maintenance.aws.stored_files import BucketFiles
from maintenance.aws.time_limit import limited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import boto3
    from botocore.config import Config

    from maintenance.deadline import Deadline, RunTime
    from maintenance.model import Timer
    from maintenance.reconcile.desired_state import DesiredStateReader
    from maintenance.settings import Settings


class Clients(Struct, frozen=True):
    """
    Where an engine's clients come from, and the clocks that it waits by.

    Clients that not every run needs are made when they are first called (ADR 0021). `python_path`
    are the environment variables by which the Python of a package's own programs finds its library.
    """

    session: boto3.Session
    settings: Settings
    run_time: RunTime
    timer: Timer
    clock: Callable[[], datetime]
    python_path: Mapping[str, str]
    desired_state: DesiredStateReader

    def edge_versions(self, config: Config, deadline: Deadline) -> EdgeVersions:
        """Return the adapter of the edge functions' versions."""
        client = lazy(lambda: limited(self.session.client("lambda", config=config), deadline))
        page_function = self.settings.edge.page_name
        return EdgeVersions(client, PoolManager(), deadline, page_function=page_function)

    def stored_files(self, deadline: Deadline) -> BucketFiles:
        """Return the adapter of the owner's page and the bypass tokens."""
        session, bucket = self.session, self.settings.state_bucket
        client = lazy(lambda: limited(session.client("s3", config=PAGE_FILES_CLIENT), deadline))
        page_files = PageFiles(client, bucket=bucket)
        return BucketFiles(page_files, BypassTokens(client, bucket=bucket))


def make_alarm_clock(
    session: boto3.Session, settings: Settings, own_arn: str, timer: Timer
) -> AlarmClock:
    """Return the alarm clock that wakes the function `own_arn`."""
    target = WakeupTarget(
        group=settings.schedule_group,
        target_arn=own_arn,
        role_arn=settings.scheduler_role_arn,
        dead_letter_queue_arn=settings.dead_letter_queue_arn,
    )
    client = lazy(lambda: session.client("scheduler", config=CLIENT))
    return AlarmClock(client, target, sleep=timer.sleep, jitter=random.random)
