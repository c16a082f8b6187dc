"""What the status tells of a site that is closed, and for how long."""

from datetime import timedelta

import pytest
from maintenance.model import Mode
from maintenance.status import Memory, ModeChange, Status

from tests.builders import NOW

LIVE, CLOSED, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED


def a_status(mode: Mode, last: Mode | None) -> Status:
    """Return a status whose last change, if it had one, was accepted at NOW."""
    change = ModeChange(last, None, NOW, NOW) if last else None
    return Status(mode, "so", memory=Memory(change))


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
