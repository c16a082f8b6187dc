"""A run that could do nothing puts its error into the status."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reporting.announce import Announcer
from maintenance.reporting.status import PersistedState, Status
from maintenance.reporting.status_document import encode_status
from maintenance.schedule.switch import Off

from tests.builders import NOW, no_requesters

ERROR = ObservationError("SSM does not answer")


class _StatusParameter:
    name = "/site/maintenance/status"

    def __init__(self) -> None:
        self.written: list[str] = []

    def read(self) -> str | None:
        return self.written[-1] if self.written else None

    def write(self, text: str) -> None:
        self.written.append(text)


class _EventBus:
    def send(self, details: Sequence[Mapping[str, Any]]) -> None:
        raise NotImplementedError(details)


OFF = Off(NOW, NOW)
REMEMBERING = encode_status(Status(Mode.LIVE, "so", persisted=PersistedState(last_off=OFF)))


@pytest.mark.parametrize(
    ("texts", "off"), [([], None), (["oops"], None), ([REMEMBERING], OFF)], ids=str
)
def test_the_last_off_is_read_from_the_status(texts: list[str], off: Off | None) -> None:
    """A text of somebody else remembers nothing."""
    parameter = _StatusParameter()
    parameter.written = texts
    announcer = Announcer(parameter, _EventBus(), no_requesters(), "site", "/site/maintenance")

    assert off == announcer.read_last_off()


def test_the_same_error_is_written_once() -> None:
    """It keeps the instant since which it lasts, and a parameter has few versions."""
    parameter = _StatusParameter()
    announcer = Announcer(parameter, _EventBus(), no_requesters(), "site", "/site/maintenance")

    for minutes in (0, 15):
        assert () == announcer.announce_failure(ERROR, now=NOW + timedelta(minutes=minutes))

    (status,) = parameter.written
    assert {"message": "SSM does not answer", "since": "2026-12-01T02:00:00Z"} == {
        name: json.loads(status)["last_error"][name] for name in ("message", "since")
    }


class _SilentParameter(_StatusParameter):
    def read(self) -> str | None:
        raise ObservationError("SSM does not answer")


def test_an_unreadable_status_says_nothing_of_the_run_before() -> None:
    """The end of the run reads it again, and reports why that fails."""
    announcer = Announcer(
        _SilentParameter(), _EventBus(), no_requesters(), "site", "/site/maintenance"
    )

    assert announcer.read_previous() is None
