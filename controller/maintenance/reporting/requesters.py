"""
Look up who asked for what the site does, after everything else is done.

GetParameter does not say who wrote a value (model: ssm Parameter), and SSM answers three calls for
the history a second (doc: AWS General Reference, Systems Manager quotas). So it is read once for
each version, and nothing fails if it cannot be read.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reporting.status import PersistedState
from maintenance.schedule.history import Version, readable_writes
from maintenance.schedule.request import (
    WINDOW_GONE,
    Request,
    Requester,
    switch_requester,
    window_gone,
    window_requester,
)


def known_requester(
    request: Request, mode: Mode, before: PersistedState | None
) -> Requester | None:
    """Return who asked if no history is needed for it; `before` is by the status before the run."""
    last = before.last_change if before else None
    if last and last.due and last.mode is Mode.MAINTENANCE and mode is Mode.LIVE:
        return None if request.is_later_than(last.due) else window_gone(request)
    known = before.requester if before else None
    if known is None or not known.request.is_same(request):
        return None
    return known if known.arn or known.name == WINDOW_GONE else None


class Requesters:
    """
    Finds who wrote a version of the switch or a window.

    `history` returns the versions of a parameter, or raises ObservationError. `controller_arn` is
    that of the controller's function.
    """

    def __init__(
        self,
        history: Callable[[str], Sequence[Version]],
        switch_parameter: str,
        zone: ZoneInfo,
        controller_arn: str,
    ) -> None:
        self._history = history
        self._switch = switch_parameter
        self._zone = zone
        # Lambda names the sessions of a function's role after the function.
        self._controller = controller_arn.rpartition(":")[2]
        self._last: Requester | None = None

    def read(self, request: Request) -> Requester:
        """Return who wrote this version, as far as its history can be read and has it."""
        if self._last and self._last.request.is_same(request):
            return self._last
        found = self._of_window(request) if request.window else self._of_switch(request)
        self._last = found if found.arn else None
        return found

    def _of_switch(self, request: Request) -> Requester:
        writes = tuple(readable_writes(self._read(self._switch), self._zone))
        return switch_requester(request, writes, controller=self._controller)

    def _of_window(self, request: Request) -> Requester:
        history = self._read(f"{self._switch}/windows/{request.window}")
        users = (each.user for each in history if each.written == request.written)
        return window_requester(request, next(users, ""))

    def _read(self, name: str) -> Sequence[Version]:
        try:
            return self._history(name)
        except ObservationError:
            return ()
