"""The standby function and the store of a stack that gets another engine: both open for good."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from maintenance.reconcile.standby.store import StandbyStore, WantedCode


class FormerStandby(Struct, frozen=True):
    """The store, with the function's code."""

    store: StandbyStore
    clock: Callable[[], datetime]

    def open_for_good(self) -> None:
        """
        Write a state without periods, and publish it at once; raise MaintenanceError.

        An edge that still has the function after its detachment then lets visitors through, also
        once the store is deleted.
        """
        self.store.write_times(_no_periods, read_at=self.clock(), is_wanted=_always)
        self.store.publish(WantedCode(None, ()), is_wanted=_always, at_once=True)


def _no_periods(_: object) -> tuple[()]:
    return ()


def _always() -> bool:
    return True
