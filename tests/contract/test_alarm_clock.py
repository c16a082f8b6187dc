"""The alarm clock in EventBridge Scheduler, with other runs that write it at the same time."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.aws.scheduler import AlarmClock, WakeupTarget
from maintenance.errors import ApplyError

from tests.cloud import Cloud
from tests.sandbox.builders import a_role

GROUP = "site"
# The sandbox fires schedules by the real clock: none of these is due.
NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
MINUTE = timedelta(minutes=1)
CONFLICT = {"code": "ConflictException", "status": 409}


class _Alarm:
    """An alarm clock in a group of its own; `pauses` has how long it has waited."""

    def __init__(self, cloud: Cloud) -> None:
        cloud.scheduler.create_schedule_group(Name=GROUP)
        role = a_role(cloud, "wake", trusting=("scheduler.amazonaws.com",))
        target = WakeupTarget(
            group=GROUP,
            target_arn="arn:aws:lambda:us-east-1:000000000000:function:c",
            role_arn=role,
            dead_letter_queue_arn="arn:aws:sqs:us-east-1:000000000000:d",
        )
        self.cloud = cloud
        self.pauses: list[float] = []
        self.alarm_clock = AlarmClock(
            lambda: cloud.scheduler, target, sleep=self.pauses.append, jitter=lambda: 0.5
        )

    def set(self, at: datetime | None, *, read_at: datetime = NOW) -> bool:
        return self.alarm_clock.set_wakeup(at, read_at=read_at, now=NOW)

    def expression(self) -> str | None:
        """Return what the alarm clock is set to, None for nothing."""
        if not self.cloud.scheduler.list_schedules(GroupName=GROUP)["Schedules"]:
            return None
        found = self.cloud.scheduler.get_schedule(Name="alarm-clock", GroupName=GROUP)
        return found["ScheduleExpression"]


@pytest.fixture
def alarm(cloud: Cloud) -> _Alarm:
    """Give an alarm clock that is not set."""
    return _Alarm(cloud)


def _at(minutes: int) -> str:
    return f"at({NOW + minutes * MINUTE:%Y-%m-%dT%H:%M:%S})"


def test_a_run_with_an_older_read_moves_it_earlier_and_never_later(alarm: _Alarm) -> None:
    """Whichever of two runs comes last, also if a third one had the older read too."""
    seen = []
    for minutes, age in ((30, 0), (40, 1), (20, 1), (40, 1), (50, 0), (None, 1), (None, 0)):
        alarm.set(NOW + minutes * MINUTE if minutes else None, read_at=NOW - age * MINUTE)
        seen.append(alarm.expression())

    assert [_at(30), _at(30), _at(20), _at(20), _at(50), _at(50), None] == seen


@pytest.mark.parametrize("description", ["", "mine", "as read at noon"])
def test_one_that_someone_else_described_is_set(alarm: _Alarm, description: str) -> None:
    """Nothing says that its read was newer."""
    alarm.set(NOW + 30 * MINUTE)
    found = alarm.cloud.scheduler.get_schedule(Name="alarm-clock", GroupName=GROUP)
    alarm.cloud.scheduler.update_schedule(
        Name="alarm-clock",
        GroupName=GROUP,
        Description=description,
        ScheduleExpression=_at(10),
        FlexibleTimeWindow=found["FlexibleTimeWindow"],
        Target=found["Target"],
    )

    alarm.set(NOW + 40 * MINUTE, read_at=NOW - MINUTE)

    assert _at(40) == alarm.expression()


@pytest.mark.parametrize("operation", ["CreateSchedule", "UpdateSchedule", "DeleteSchedule"])
def test_conflicts_are_retried_with_growing_pauses(alarm: _Alarm, operation: str) -> None:
    """Scheduler refuses a write while another one, or the alarm clock itself, is at work."""
    if operation != "CreateSchedule":
        alarm.set(NOW + 30 * MINUTE)
    at = None if operation == "DeleteSchedule" else NOW + 20 * MINUTE
    alarm.cloud.sandbox.inject_fault("refuse", f"scheduler:{operation}", times=4, **CONFLICT)

    alarm.set(at)

    assert (_at(20) if at else None) == alarm.expression()
    assert [0.1, 0.3, 1.0, 3.0] == alarm.pauses


def test_conflicts_that_last_are_an_error(alarm: _Alarm) -> None:
    """The sweep makes up for it."""
    alarm.cloud.sandbox.inject_fault("refuse", "scheduler:CreateSchedule", times=9, **CONFLICT)

    with pytest.raises(ApplyError, match="the alarm clock cannot be set, so the next change waits"):
        alarm.set(NOW + MINUTE)


@pytest.mark.parametrize("at", [None, NOW + 30 * MINUTE])
def test_one_that_is_stopped_is_never_set_again(alarm: _Alarm, at: datetime | None) -> None:
    """Whatever run still needs it, also if the deletion of the stack is repeated."""
    before = alarm.set(at)
    alarm.alarm_clock.stop()
    alarm.alarm_clock.stop()

    after = [alarm.set(NOW + 20 * MINUTE), alarm.set(None)]
    found = alarm.cloud.scheduler.get_schedule(Name="alarm-clock", GroupName=GROUP)

    assert (True, [False, False], "DISABLED") == (before, after, found["State"])


@pytest.mark.parametrize("is_set", [True, False])
def test_a_new_installation_restarts_it(alarm: _Alarm, is_set: bool) -> None:  # noqa: FBT001 - a case
    """And otherwise leaves it as it is."""
    alarm.alarm_clock.stop()
    alarm.alarm_clock.restart()
    unset = alarm.expression()
    if is_set:
        alarm.set(NOW + 30 * MINUTE)
    alarm.alarm_clock.restart()

    assert (None, _at(30) if is_set else None) == (unset, alarm.expression())
