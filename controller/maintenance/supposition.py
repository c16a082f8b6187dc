"""
What would be if the switch said something else: the parameters, but for the switch.

A plan made with these is the plan that the controller would make after that writing, and nothing is
written to find out.
"""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from maintenance.observation import ReadSwitch, ReadWindows
from maintenance.switch import Switch
from maintenance.wakeup import ParameterChanged


class _Parameters(Protocol):
    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows: ...
    def read_last_off(self) -> datetime | None: ...


class SupposedSwitch(Struct, frozen=True):
    """Reads `switch` as if it had just been written, and everything else as it is."""

    parameters: _Parameters
    switch: Switch

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - what is supposed is never old
        """Return the supposed switch."""
        return ReadSwitch(self.switch)

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return the windows as they are."""
        return self.parameters.read_windows(changed=changed)

    def read_last_off(self) -> datetime | None:
        """Return the newest off so far, which what is supposed leaves in the history."""
        return self.parameters.read_last_off()
