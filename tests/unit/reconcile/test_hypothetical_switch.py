"""A hypothetical switch: everything else is as it is."""

from dataclasses import dataclass
from datetime import timedelta

from maintenance.reconcile.desired_state import HypotheticalSwitch
from maintenance.schedule.switch import Off, ReadSwitch, Says, Switch
from maintenance.schedule.window import ReadWindows
from maintenance.wakeup import ParameterChanged

from tests.builders import NOW, a_switch

SWITCH = Switch(Says.ON, written=NOW)
OFF = Off(NOW - timedelta(hours=1), NOW - timedelta(hours=1))
CHANGED = ParameterChanged("/site/maintenance/windows/sunday", NOW)


@dataclass(frozen=True, slots=True)
class Parameters:
    """A changed window, and a switch that has said `off` for an hour."""

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:
        """Return the `off`."""
        return ReadSwitch(a_switch(Says.OFF), changed.name if changed else None)

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return the name of the change in the place of an error, to show that it was passed on."""
        return ReadWindows(errors=(changed.name,) if changed else ())

    def read_last_off(self) -> Off | None:
        """Return the `off`."""
        return OFF


HYPOTHETICAL = HypotheticalSwitch(Parameters(), SWITCH)


def test_the_hypothetical_switch_replaces_the_real_one() -> None:
    """As the run would read it that its write would wake."""
    assert ReadSwitch(SWITCH, is_own_change=True) == HYPOTHETICAL.read_switch(changed=CHANGED)


def test_the_windows_are_read_no_older_than_the_change() -> None:
    """The change that woke the run is passed on, so an older answer is read again."""
    assert ReadWindows(errors=(CHANGED.name,)) == HYPOTHETICAL.read_windows(changed=CHANGED)


def test_the_newest_off_is_that_of_the_history() -> None:
    """The hypothetical write would leave it there."""
    assert OFF == HYPOTHETICAL.read_last_off()
