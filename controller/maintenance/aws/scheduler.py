"""
The alarm clock: one EventBridge schedule that wakes the controller when the mode can change next.

It only wakes the controller, which then reads everything itself. Windows are never copied into
schedules, so the two cannot disagree (ADR 0006). A schedule fires within its minute, and one for
the present may be in the past when it is written, so it is never set to less than a minute ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.errors import translate_errors
from maintenance.errors import ApplyError

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

NAME = "alarm-clock"
_INPUT = '{"alarm_clock": true}'
_NEAREST = timedelta(minutes=1)
# Scheduler's own years end here (doc: EventBridge Scheduler User Guide, schedule-types).
_LAST_YEAR = 2199


class WakeupTarget(Struct, frozen=True):
    """What the alarm clock calls, with the role and the dead letters of the call, and its group."""

    group: str
    target_arn: str
    role_arn: str
    dead_letter_queue_arn: str


class AlarmClock:
    """Sets the schedule that wakes the controller, in the group of its target."""

    def __init__(self, client: EventBridgeSchedulerClient, target: WakeupTarget) -> None:
        self._client = client
        self._target = target

    def set_wakeup(self, at: datetime | None, *, now: datetime) -> None:
        """
        Set the schedule to fire at this instant, or never; write nothing if it is set already.

        Raises ApplyError if Scheduler refuses.
        """
        is_far = at is not None and at.year > _LAST_YEAR
        desired = None if at is None or is_far else self._schedule(max(at, now + _NEAREST))
        message = "the alarm clock cannot be set, so the next change waits for the sweep"
        with translate_errors(ApplyError, message):
            self._apply(desired)

    def _apply(self, desired: dict[str, Any] | None) -> None:
        errors = self._client.exceptions
        try:
            self._write(desired, over=self._read())
        except (errors.ConflictException, errors.ResourceNotFoundException):
            # It fired, or another run set it, since it was read.
            self._write(desired, over=self._read())

    def _read(self) -> Mapping[str, Any] | None:
        try:
            return self._client.get_schedule(Name=NAME, GroupName=self._target.group)
        except self._client.exceptions.ResourceNotFoundException:
            return None

    def _write(self, desired: dict[str, Any] | None, *, over: Mapping[str, Any] | None) -> None:
        if desired is None:
            if over is not None:
                self._client.delete_schedule(Name=NAME, GroupName=self._target.group)
        elif over is None:
            self._client.create_schedule(**desired)
        elif not _matches(over, desired):
            self._client.update_schedule(**desired)

    def _schedule(self, at: datetime) -> dict[str, Any]:
        target = self._target
        whole_second = at.astimezone(UTC) + timedelta(microseconds=-at.microsecond % 1_000_000)
        return {
            "Name": NAME,
            "GroupName": target.group,
            "ScheduleExpression": f"at({whole_second:%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "State": "ENABLED",
            "Target": {
                "Arn": target.target_arn,
                "RoleArn": target.role_arn,
                "Input": _INPUT,
                "DeadLetterConfig": {"Arn": target.dead_letter_queue_arn},
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 100},
            },
        }


def _matches(schedule: Mapping[str, Any], desired: Mapping[str, Any]) -> bool:
    """Return whether a schedule has every desired member; Scheduler adds members of its own."""
    return all(
        _matches(schedule.get(name, {}), each)
        if isinstance(each, dict)
        else schedule.get(name) == each
        for name, each in desired.items()
    )
