"""What the status tells of a site that is closed, and for how long."""

from datetime import timedelta

import pytest
from maintenance.model import Mode
from maintenance.reporting.status import LastError, ModeChange, PersistedState, Status

from tests.builders import NOW

LIVE, CLOSED, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED


def a_status(mode: Mode, last: Mode | None) -> Status:
    """Return a status whose last change, if it had one, was accepted at NOW."""
    change = ModeChange(last, None, NOW, NOW) if last else None
    return Status(mode, "so", persisted=PersistedState(change))


@pytest.mark.parametrize(
    ("mode", "last", "is_closed", "hours"),
    [
        (LIVE, LIVE, False, 0.0),
        (CLOSED, CLOSED, True, 1.5),
        # Accepted by nobody yet.
        (CLOSED, LIVE, True, 0.0),
        (CLOSED, None, True, 0.0),
        (LIVE, CLOSED, False, 0.0),
        # Nothing is lifted where nobody says what is wanted.
        (UNCHANGED, CLOSED, True, 1.5),
        (UNCHANGED, LIVE, False, 0.0),
        (UNCHANGED, None, False, 0.0),
    ],
)
def test_how_long_a_site_has_been_closed(
    mode: Mode, last: Mode | None, *, is_closed: bool, hours: float
) -> None:
    """Counted from when CloudFront accepted it."""
    status = a_status(mode, last)

    later = NOW + timedelta(minutes=90)
    assert (is_closed, hours) == (status.is_closed, status.hours_closed(later))


def test_a_clock_that_is_late_makes_no_negative_hours() -> None:
    """Two execution environments may differ by a moment."""
    assert 0 == a_status(CLOSED, CLOSED).hours_closed(NOW - timedelta(seconds=1))


LATER = NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("before", "error", "after"),
    [
        (None, "", None),
        (None, "a fault", LastError("a fault", LATER)),
        # What lasts is not renewed: the status would be written by every sweep.
        (LastError("a fault", NOW), "a fault", LastError("a fault", NOW)),
        (LastError("a fault", NOW), "another", LastError("another", LATER)),
        (LastError("a fault", NOW), "", LastError("a fault", NOW, LATER)),
        # What is over stays told until something else fails, be it the same once more.
        (LastError("a fault", NOW, NOW), "", LastError("a fault", NOW, NOW)),
        (LastError("a fault", NOW, NOW), "a fault", LastError("a fault", LATER)),
    ],
)
def test_the_last_error_is_remembered(
    before: LastError | None, error: str, after: LastError | None
) -> None:
    """Since which run it lasts, and which was the first without a fault again."""
    assert after == PersistedState(last_error=before).after(error, LATER).last_error
