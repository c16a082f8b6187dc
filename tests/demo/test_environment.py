"""What the demo looks at while the site looks after itself."""

from concurrent.futures import ThreadPoolExecutor

from sandbox.demo.environment import alarm
from tests.cloud import Cloud, eventually


def _aim(cloud: Cloud, expression: str) -> None:
    cloud.scheduler.create_schedule(
        Name="alarm-clock",
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:sqs:us-east-1:000000000000:fired",
            "RoleArn": "arn:aws:iam::000000000000:role/runner",
        },
    )


def test_the_alarm_clock_is_shown_as_it_is_aimed(cloud: Cloud) -> None:
    """And as not set before."""
    before = alarm(cloud.scheduler)
    _aim(cloud, "at(2198-12-01T02:00:00)")

    assert (None, "at(2198-12-01T02:00:00)") == (before, alarm(cloud.scheduler))


def test_an_alarm_clock_that_is_removed_while_it_is_looked_at_is_not_set(cloud: Cloud) -> None:
    """The controller removes it when it likes, also between the two calls of a look."""
    _aim(cloud, "at(2198-12-01T02:00:00)")
    cloud.sandbox.inject_fault("hold", "scheduler:GetSchedule")
    with ThreadPoolExecutor(max_workers=1) as other:
        looked = other.submit(alarm, cloud.scheduler)
        eventually(cloud.sandbox.held)
        cloud.scheduler.delete_schedule(Name="alarm-clock")
        cloud.sandbox.release()

        assert looked.result(timeout=10) is None
