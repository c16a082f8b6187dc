"""The demo reads the alarm clock of the running stack."""

from concurrent.futures import ThreadPoolExecutor

from sandbox.demo.environment import alarm
from tests.cloud import Cloud, eventually
from tests.timing import PATIENCE


def _set_alarm(cloud: Cloud, expression: str) -> None:
    cloud.scheduler.create_schedule(
        Name="alarm-clock",
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:sqs:us-east-1:000000000000:fired",
            "RoleArn": "arn:aws:iam::000000000000:role/runner",
        },
    )


def test_the_alarm_is_the_expression_of_the_schedule(cloud: Cloud) -> None:
    """Before it is set there is none."""
    before = alarm(cloud.scheduler)
    _set_alarm(cloud, "at(2198-12-01T02:00:00)")

    assert (None, "at(2198-12-01T02:00:00)") == (before, alarm(cloud.scheduler))


def test_an_alarm_that_is_removed_during_the_read_is_none(cloud: Cloud) -> None:
    """The controller may remove it between the two calls."""
    _set_alarm(cloud, "at(2198-12-01T02:00:00)")
    cloud.sandbox.inject_fault("hold", "scheduler:GetSchedule")
    with ThreadPoolExecutor(max_workers=1) as other:
        read = other.submit(alarm, cloud.scheduler)
        eventually(cloud.sandbox.held)
        cloud.scheduler.delete_schedule(Name="alarm-clock")
        cloud.sandbox.release()

        assert read.result(timeout=PATIENCE) is None
