"""A run that could do nothing puts its error into the status."""

import json
from collections.abc import Sequence
from copy import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ApplyError, ObservationError
from maintenance.model import Mode
from maintenance.reporting.announce import Announcer
from maintenance.reporting.events import Event
from maintenance.reporting.plans import ComingOccurrence
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.requesters import Requesters
from maintenance.reporting.status import ModeChange, PersistedState, Planned, Status
from maintenance.reporting.status_document import encode_status
from maintenance.schedule.history import Version
from maintenance.schedule.request import Request
from maintenance.schedule.switch import Off

from tests.builders import NOW, SITE, a_decision, a_distribution, no_requesters

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
    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.refuses = False

    def send(self, events: Sequence[Event]) -> None:
        if self.refuses:
            raise ApplyError("EventBridge refuses it")
        self.sent += events


OFF = Off(NOW, NOW)
REMEMBERING = encode_status(Status(Mode.LIVE, "so", persisted=PersistedState(last_off=OFF)))


@pytest.mark.parametrize(
    ("texts", "off"), [([], None), (["oops"], None), ([REMEMBERING], OFF)], ids=str
)
def test_the_last_off_is_read_from_the_status(texts: list[str], off: Off | None) -> None:
    """A text of somebody else remembers nothing."""
    parameter = _StatusParameter()
    parameter.written = texts
    announcer = Announcer(parameter, _EventBus(), no_requesters(), SITE)

    assert off == announcer.read_last_off()


def test_a_change_that_another_run_has_announced_since_is_not_announced_again() -> None:
    """Two runs wake at the same off; the slower one has read the status before the other wrote."""
    parameter, bus = _StatusParameter(), _EventBus()
    closed = PersistedState(ModeChange(Mode.MAINTENANCE, Mode.LIVE, NOW, NOW, NOW))
    parameter.write(encode_status(Status(Mode.MAINTENANCE, "so", persisted=closed)))
    announcer = Announcer(parameter, bus, no_requesters(), SITE)
    report = Report(
        a_decision(Mode.LIVE),
        (Outcome("E1", "InProgress", ()),),
        targets=(replace(a_distribution("E1"), status="InProgress"),),
    )
    previous = announcer.read_previous()

    announcer.announce(report, now=NOW + timedelta(minutes=1))
    left = parameter.read()
    announcer.announce(report, now=NOW + timedelta(minutes=2), previous=previous)

    assert (1, left) == (len(bus.sent), parameter.read())


def test_a_run_without_news_looks_once_for_who_asked() -> None:
    """A sweep of a site whose switch has no readable history asks Parameter Store each time."""
    read: list[str] = []

    def history(name: str) -> Sequence[Version]:
        read.append(name)
        return ()

    requesters = Requesters(history, "/site/maintenance", ZoneInfo("UTC"), "")
    announcer = Announcer(_StatusParameter(), _EventBus(), requesters, SITE)
    report = Report(a_decision(Mode.LIVE), request=Request(NOW))
    announcer.announce(report, now=NOW)
    read.clear()

    announcer.announce(report, now=NOW, previous=announcer.read_previous())

    assert ["/site/maintenance"] == read


def test_the_same_error_is_written_once() -> None:
    """It keeps the instant since which it lasts, and a parameter has few versions."""
    parameter = _StatusParameter()
    announcer = Announcer(parameter, _EventBus(), no_requesters(), SITE)

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
    announcer = Announcer(_SilentParameter(), _EventBus(), no_requesters(), SITE)

    assert announcer.read_previous() is None


def an_announcer(bus: _EventBus, parameter: _StatusParameter) -> Announcer:
    """Return an announcer of these."""
    return Announcer(parameter, bus, no_requesters(), SITE)


def test_a_run_that_could_do_nothing_is_announced_once_until_one_recovers() -> None:
    """However many runs fail, and whatever the error."""
    bus, parameter = _EventBus(), _StatusParameter()
    announcer = an_announcer(bus, parameter)
    for error in (ERROR, ERROR, ObservationError("CloudFront does not answer")):
        assert () == announcer.announce_failure(error, now=NOW)

    report = announcer.announce(Report(a_decision(Mode.LIVE)), now=NOW)

    assert ["Maintenance Run Failed", "Maintenance Run Recovered"] == [
        each.detail_type for each in bus.sent
    ]
    assert ("The controller works again",) == report.announced


def test_a_failure_that_could_not_be_announced_is_announced_by_the_next_run() -> None:
    """The status has the error all the same."""
    bus, parameter = _EventBus(), _StatusParameter()
    announcer = an_announcer(bus, parameter)
    bus.refuses = True
    assert ("EventBridge refuses it",) == announcer.announce_failure(ERROR, now=NOW)
    left = json.loads(parameter.written[-1])["last_error"]
    assert ("SSM does not answer", False) == (left["message"], left["announced"])

    bus.refuses = False
    assert () == announcer.announce_failure(ERROR, now=NOW)

    assert ["Maintenance Run Failed"] == [each.detail_type for each in bus.sent]


def test_a_plan_names_who_asked_for_the_window() -> None:
    """By the window's own history."""
    user = "arn:aws:iam::123456789012:user/ana"
    history = [Version("cron(0 2 ? * SUN *) for 2h", NOW, 1, user=user)]
    requesters = Requesters(lambda _name: history, "/site/maintenance", ZoneInfo("UTC"), "")
    bus = _EventBus()
    announcer = Announcer(_StatusParameter(), bus, requesters, SITE)
    planned = Planned("sunday", NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    coming = ComingOccurrence(planned, NOW, request=Request(NOW, "sunday"))

    report = Report(a_decision(Mode.LIVE), planned=(coming,))
    announced = announcer.announce(report, now=NOW).announced

    (event,) = bus.sent
    assert ("Maintenance planned: Tue 01 Dec 2026 04:00 CET",) == announced
    assert "Requested by window 'sunday', written by ana." in event.detail.text
