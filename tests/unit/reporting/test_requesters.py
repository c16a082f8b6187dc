"""Who asked is read from the history once for each version, and never fails a run."""

from collections.abc import Sequence
from copy import replace
from datetime import timedelta

import pytest
from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reporting.requesters import Requesters, known_requester
from maintenance.reporting.status import ModeChange, PersistedState
from maintenance.schedule.history import Version
from maintenance.schedule.request import Request, Requester

from tests.builders import ACCOUNT, ANA, NOW
from tests.unit.site import SUNDAYS, ZONE

USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
SWITCH = "/site/maintenance"
HISTORY = {
    SWITCH: [Version("on", NOW, 1, user=USER)],
    f"{SWITCH}/windows/sunday": [Version(SUNDAYS, NOW, 1, user=USER)],
}


class _Histories:
    def __init__(self, *, fails: bool = False) -> None:
        self._fails = fails
        self.read: list[str] = []

    def __call__(self, name: str) -> Sequence[Version]:
        self.read.append(name)
        if self._fails:
            raise ObservationError("SSM does not answer")
        return HISTORY[name]


def requesters(histories: _Histories) -> Requesters:
    """Return requesters that read these histories."""
    return Requesters(histories, SWITCH, ZONE, "arn:aws:lambda:us-east-1:1:function:site-C")


@pytest.mark.parametrize(
    ("request_", "name"),
    [(Request(NOW), "ana"), (Request(NOW, "sunday"), "window 'sunday', written by ana")],
)
def test_the_history_is_read_once_for_each_version(request_: Request, name: str) -> None:
    """A command that watches asks again and again."""
    histories = _Histories()
    found = requesters(histories)

    assert [Requester(request_, name, USER)] * 2 == [found.read(request_), found.read(request_)]
    assert 1 == len(histories.read)


@pytest.mark.parametrize(
    ("request_", "name"), [(Request(NOW), ""), (Request(NOW, "sunday"), "window 'sunday'")]
)
def test_a_history_that_cannot_be_read_is_asked_again(request_: Request, name: str) -> None:
    """Closing and opening never wait for a name."""
    histories = _Histories(fails=True)
    found = requesters(histories)

    assert [Requester(request_, name)] * 2 == [found.read(request_), found.read(request_)]
    assert 2 == len(histories.read)


HOUR = timedelta(hours=1)
CLOSED_AT_NOW = ModeChange(Mode.MAINTENANCE, Mode.LIVE, NOW, NOW)
OLD_OFF = Request(NOW - HOUR, since=NOW - HOUR)
GONE = Requester(OLD_OFF, "someone who deleted or changed a window")


@pytest.mark.parametrize(
    ("request_", "mode", "before", "expected"),
    [
        (OLD_OFF, Mode.LIVE, None, None),
        (OLD_OFF, Mode.LIVE, PersistedState(), None),
        (OLD_OFF, Mode.LIVE, PersistedState(CLOSED_AT_NOW), GONE),
        (Request(NOW, since=NOW), Mode.LIVE, PersistedState(CLOSED_AT_NOW), None),
        (OLD_OFF, Mode.MAINTENANCE, PersistedState(CLOSED_AT_NOW), None),
        (
            OLD_OFF,
            Mode.LIVE,
            PersistedState(ModeChange(Mode.MAINTENANCE, Mode.LIVE, None, NOW)),
            None,
        ),
        # The next runs are of the same opinion.
        (
            OLD_OFF,
            Mode.LIVE,
            PersistedState(ModeChange(Mode.LIVE, Mode.MAINTENANCE, NOW, NOW), requester=GONE),
            GONE,
        ),
        (Request(NOW), Mode.LIVE, PersistedState(requester=ANA), ANA),
        (OLD_OFF, Mode.LIVE, PersistedState(requester=ANA), None),
        (Request(NOW), Mode.LIVE, PersistedState(requester=replace(ANA, arn="")), None),
    ],
)
def test_some_requesters_need_no_history(
    request_: Request, mode: Mode, before: PersistedState | None, expected: Requester | None
) -> None:
    """One that the status knows; and an old off did not open what was closed after it."""
    assert expected == known_requester(request_, mode, before)
