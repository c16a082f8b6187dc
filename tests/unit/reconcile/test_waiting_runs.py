"""A run that waits for throttled updates while the desired state changes."""

import pytest
from maintenance.model import Mode
from maintenance.schedule.switch import Says
from maintenance.wakeup import AlarmClockRang

from tests.unit.reconcile.world import World


class _OpenedWhileWaiting(World):
    """The operator writes off while the first update waits."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.says = Says.OFF


def test_a_waiting_run_does_not_close_a_site_that_was_opened_since() -> None:
    """The run that the off started found the distribution open and would not open it again."""
    world = _OpenedWhileWaiting(throttled=3)

    report = world.controller().reconcile(AlarmClockRang())

    assert ([], Mode.LIVE, ()) == (world.updates, report.decision.mode, report.errors)


@pytest.mark.parametrize("failing_reads", [0, 1])
def test_a_waiting_run_goes_on_while_the_desired_state_is_not_known_to_change(
    failing_reads: int,
) -> None:
    """Even if the switch cannot be read once."""
    world = World(throttled=3, failing_reads=failing_reads)

    report = world.controller().reconcile(AlarmClockRang())

    assert (1, ()) == (len(world.updates), report.errors)
