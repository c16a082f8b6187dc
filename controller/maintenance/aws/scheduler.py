"""
The alarm clock: one EventBridge schedule that wakes the controller when the mode can change next.

It only wakes the controller, which then reads everything itself. Windows are never copied into
schedules, so the two cannot disagree (ADR 0006).

Scheduler has no conditional write. So the schedule's description says when the run that set it
began to read, and `schedule/alarm.py` decides which of two runs prevails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.errors import translate_errors
from maintenance.errors import ApplyError
from maintenance.schedule.alarm import LAST, Alarm, prevailing_alarm

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

NAME = "alarm-clock"
_INPUT = '{"alarm_clock": true}'
_DESCRIPTION = "Wakes the maintenance controller at the next change, as read at "
_STOPPED = "The stack is being deleted: nothing wakes the maintenance controller any more."
# Between attempts to write a schedule that fires, or that another run writes, at the same time.
_PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0)


class WakeupTarget(Struct, frozen=True):
    """What the alarm clock calls, with the role and the dead letters of the call, and its group."""

    group: str
    target_arn: str
    role_arn: str
    dead_letter_queue_arn: str


class AlarmClock:
    """
    Sets the schedule that wakes the controller, in the group of its target.

    `sleep` waits for a number of seconds; `jitter` returns a number from 0 to 1.
    """

    def __init__(
        self,
        client: Callable[[], EventBridgeSchedulerClient],
        target: WakeupTarget,
        *,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._client = client
        self._target = target
        self._sleep = sleep
        self._jitter = jitter

    def set_wakeup(self, at: datetime | None, *, read_at: datetime, now: datetime) -> bool:
        """
        Set the schedule to this instant, or to none, as `schedule/alarm.py` decides.

        `read_at` is when the run began to read what it decided by. Writes nothing if the schedule
        is right already. Returns False, having written nothing, if `stop` was called. Raises
        ApplyError if Scheduler refuses.
        """

        def write() -> bool:
            found = self._read()
            if _is_stopped(found):
                return False
            alarm = prevailing_alarm(
                _alarm_of(found) if found else None, at, read_at=read_at, now=now
            )
            if alarm is None:
                self._delete(found)
                return True
            description = _DESCRIPTION + alarm.read_at.astimezone(UTC).isoformat()
            self._write(self._schedule(alarm.at), description, over=found)
            return True

        return self._retry(
            write, "the alarm clock cannot be set, so the next change waits for the sweep"
        )

    def stop(self) -> None:
        """
        Never let it wake the controller again, whichever run still sets it; raise ApplyError.

        It stays as a disabled schedule, which shows such a run that the stack is being deleted.
        """

        def write() -> None:
            disabled = {**self._schedule(LAST), "State": "DISABLED"}
            self._write(disabled, _STOPPED, over=self._read())

        self._retry(write, "the alarm clock cannot be stopped")

    def restart(self) -> None:
        """Let runs set it again after `stop`; raise ApplyError."""

        def write() -> None:
            found = self._read()
            if _is_stopped(found):
                self._delete(found)

        self._retry(write, "the alarm clock cannot be read")

    def _retry[T](self, write: Callable[[], T], message: str) -> T:
        """Return what `write` returns, calling it again after conflicts with other writes."""
        errors = self._client().exceptions
        with translate_errors(ApplyError, message):
            for pause in _PAUSES_SECONDS:
                try:
                    return write()
                except (errors.ConflictException, errors.ResourceNotFoundException):
                    self._sleep(pause * (0.5 + self._jitter()))
            return write()

    def _read(self) -> Mapping[str, Any] | None:
        try:
            return self._client().get_schedule(Name=NAME, GroupName=self._target.group)
        except self._client().exceptions.ResourceNotFoundException:
            return None

    def _write(
        self, desired: dict[str, Any], description: str, *, over: Mapping[str, Any] | None
    ) -> None:
        if not over:
            self._client().create_schedule(**desired, Description=description)
        elif not _matches(over, desired):
            self._client().update_schedule(**desired, Description=description)

    def _delete(self, found: Mapping[str, Any] | None) -> None:
        if found:
            self._client().delete_schedule(Name=NAME, GroupName=self._target.group)

    def _schedule(self, at: datetime) -> dict[str, Any]:
        target = self._target
        return {
            "Name": NAME,
            "GroupName": target.group,
            "ScheduleExpression": f"at({at.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
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


def _is_stopped(schedule: Mapping[str, Any] | None) -> bool:
    return schedule is not None and schedule.get("Description") == _STOPPED


def _alarm_of(schedule: Mapping[str, Any]) -> Alarm | None:
    """Return what a schedule of ours is set to, None if it is not of that form."""
    at = schedule["ScheduleExpression"].removeprefix("at(").removesuffix(")")
    read_at = schedule.get("Description", "").removeprefix(_DESCRIPTION)
    try:
        return Alarm(_utc(at), _utc(read_at))
    except ValueError:
        return None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _matches(schedule: Mapping[str, Any], desired: Mapping[str, Any]) -> bool:
    """Return whether a schedule has every desired member; Scheduler adds members of its own."""
    return all(
        _matches(schedule.get(name, {}), each)
        if isinstance(each, dict)
        else schedule.get(name) == each
        for name, each in desired.items()
    )
