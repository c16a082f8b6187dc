"""What would be if the switch said something else: all but the switch is as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from maintenance.reconcile.desired_state import HypotheticalSwitch
from maintenance.schedule.switch import ReadSwitch, Says, Switch
from maintenance.schedule.window import ReadWindows
from maintenance.wakeup import ParameterChanged

from tests.builders import NOW

SUPPOSED = Switch(Says.ON, written=NOW)
CHANGED = ParameterChanged("/site/maintenance/windows/sunday", NOW)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Windows that somebody has changed, and an hour-old `off`."""

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return a sentence about the window that changed, as one that is unreadable has it."""
        return ReadWindows(errors=(changed.name,) if changed else ())

    def read_last_off(self) -> datetime | None:
        """Return the instant of the `off`."""
        return NOW - timedelta(hours=1)


SUPPOSING = HypotheticalSwitch(Parameters(), SUPPOSED)


def test_the_switch_says_what_is_supposed() -> None:
    """Whatever was written meanwhile: the question is what would be."""
    assert ReadSwitch(SUPPOSED) == SUPPOSING.read_switch(changed=CHANGED)


def test_the_windows_are_those_that_there_are_after_the_change() -> None:
    """What woke the run is passed on, so an older answer is read again."""
    assert ReadWindows(errors=(CHANGED.name,)) == SUPPOSING.read_windows(changed=CHANGED)


def test_the_newest_off_is_the_one_that_there_is() -> None:
    """What is supposed leaves it in the history."""
    assert NOW - timedelta(hours=1) == SUPPOSING.read_last_off()
