"""
The alarm clock: one schedule in EventBridge Scheduler, aimed at the next instant of change.

It only wakes the controller, which looks for itself; windows are never copied into schedules, so
there is nothing to keep in step (ADR 0006). A schedule fires within its minute, and one for the
present may be past before it is written, so it is never aimed nearer than a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS
from maintenance.errors import ApplyError

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

NAME = "alarm-clock"
_INPUT = '{"alarm_clock": true}'
_NEAREST = timedelta(minutes=1)
# Scheduler's own years end here (doc: EventBridge Scheduler User Guide, schedule-types).
_LAST_YEAR = 2199


class WakeupTarget(Struct, frozen=True):
    """Whom the alarm clock wakes, as ARNs, and the schedule group that it lives in."""

    group: str
    target_arn: str
    role_arn: str
    dead_letter_queue_arn: str


class AlarmClock:
    """The adapter."""

    def __init__(self, client: EventBridgeSchedulerClient, ring: WakeupTarget) -> None:
        self._client = client
        self._ring = ring

    def set_wakeup(self, at: datetime | None, *, now: datetime) -> None:
        """
        Make the schedule fire at this instant, or never; write nothing where it already stands so.

        Raises ApplyError if Scheduler refuses.
        """
        is_far = at is not None and at.year > _LAST_YEAR
        wanted = None if at is None or is_far else self._schedule(max(at, now + _NEAREST))
        try:
            self._bring_about(wanted)
        except CALL_ERRORS as error:
            message = f"the alarm clock cannot be set, so only the sweep will notice: {error}"
            raise ApplyError(message) from error

    def _bring_about(self, wanted: dict[str, Any] | None) -> None:
        errors = self._client.exceptions
        try:
            self._write(wanted, over=self._read())
        except (errors.ConflictException, errors.ResourceNotFoundException):
            # It rang, or another run aimed it, since it was read.
            self._write(wanted, over=self._read())

    def _read(self) -> Mapping[str, Any] | None:
        try:
            return self._client.get_schedule(Name=NAME, GroupName=self._ring.group)
        except self._client.exceptions.ResourceNotFoundException:
            return None

    def _write(self, wanted: dict[str, Any] | None, *, over: Mapping[str, Any] | None) -> None:
        if wanted is None:
            if over is not None:
                self._client.delete_schedule(Name=NAME, GroupName=self._ring.group)
        elif over is None:
            self._client.create_schedule(**wanted)
        elif not _says(over, wanted):
            self._client.update_schedule(**wanted)

    def _schedule(self, at: datetime) -> dict[str, Any]:
        ring = self._ring
        whole = at.astimezone(UTC) + timedelta(microseconds=-at.microsecond % 1_000_000)
        return {
            "Name": NAME,
            "GroupName": ring.group,
            "ScheduleExpression": f"at({whole:%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "State": "ENABLED",
            "Target": {
                "Arn": ring.target_arn,
                "RoleArn": ring.role_arn,
                "Input": _INPUT,
                "DeadLetterConfig": {"Arn": ring.dead_letter_queue_arn},
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 100},
            },
        }


def _says(schedule: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a schedule says all that is wanted; Scheduler adds members of its own."""
    return all(
        _says(schedule.get(name, {}), each)
        if isinstance(each, dict)
        else schedule.get(name) == each
        for name, each in wanted.items()
    )
