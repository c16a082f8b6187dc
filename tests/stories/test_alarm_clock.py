"""The alarm clock when runs overlap: the next change never waits for the sweep."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.wakeup import Sweep

from tests.cloud import eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site

type LooksAfter = Callable[..., None]

HOUR = timedelta(hours=1)
NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


def expression(instant: datetime) -> str:
    """Return it as Scheduler writes it."""
    return f"at({instant:%Y-%m-%dT%H:%M:%S})"


def set_to(site: Site) -> datetime:
    """Return the instant that the alarm clock is set to."""
    alarm = site.alarm()
    assert alarm
    return datetime.fromisoformat(alarm.removeprefix("at(").removesuffix(")")).replace(tzinfo=UTC)


@pytest.mark.promise
@pytest.mark.parametrize("operation", ["scheduler:GetSchedule", "scheduler:CreateSchedule"])
def test_a_slow_run_does_not_move_the_alarm_clock_past_a_window_that_it_has_not_read(
    site: Site, looks_after: LooksAfter, operation: str
) -> None:
    """It has read only the later of two windows, and sets the alarm clock last."""
    looks_after(a_distribution(site.cloud))
    site.schedules("later", f"{expression(NOON + 2 * HOUR)} for 1h")
    site.cloud.sandbox.inject_fault("hold", operation)

    with ThreadPoolExecutor(1) as other:
        slow = other.submit(site.runs_at, NOON)
        eventually(site.cloud.sandbox.held)
        site.schedules("sooner", f"{expression(NOON + HOUR)} for 1h")
        try:
            site.runs_at(NOON + timedelta(seconds=1))
        finally:
            site.cloud.sandbox.release()
        slow.result()

    assert expression(NOON + HOUR) == site.alarm()


def test_a_run_that_needs_the_alarm_clock_later_moves_it(
    site: Site, looks_after: LooksAfter
) -> None:
    """A window was deleted, so no run is needed at its start."""
    looks_after(a_distribution(site.cloud))
    site.schedules("sooner", f"{expression(NOON + HOUR)} for 1h")
    site.schedules("later", f"{expression(NOON + 2 * HOUR)} for 1h")
    site.runs_at(NOON)

    site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/sooner")
    site.runs_at(NOON + timedelta(seconds=1))

    assert expression(NOON + 2 * HOUR) == site.alarm()


def test_the_controller_runs_again_within_a_minute_of_each_change(
    site: Site, looks_after: LooksAfter
) -> None:
    """Should two runs write the alarm clock at once, the next one still finds both windows."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.schedules("later", f"{expression(NOON)} for 1h")

    before = datetime.now(UTC)
    site.wakes()
    soon = set_to(site)
    site.controller().run(Sweep())

    assert before < soon < datetime.now(UTC) + timedelta(seconds=61)
    assert expression(NOON) == site.alarm()


def test_conflicts_with_other_writes_of_the_alarm_clock_do_not_fail_the_run(
    site: Site, looks_after: LooksAfter
) -> None:
    """Runs that overlap write it within a tenth of a second, and Scheduler refuses all but one."""
    looks_after(a_distribution(site.cloud))
    site.schedules("later", f"{expression(NOON + HOUR)} for 1h")
    refusal = {"code": "ConflictException", "status": 409, "times": 3}
    site.cloud.sandbox.inject_fault("refuse", "scheduler:CreateSchedule", **refusal)

    site.runs_at(NOON)

    assert expression(NOON + HOUR) == site.alarm()
