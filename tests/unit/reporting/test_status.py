"""Whether a site is closed and for how long, and its last error."""

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
        # Not accepted yet.
        (CLOSED, LIVE, True, 0.0),
        (CLOSED, None, True, 0.0),
        (LIVE, CLOSED, False, 0.0),
        # A site that is left unchanged stays as it was announced.
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


def test_a_clock_that_is_slow_causes_no_negative_hours() -> None:
    """Two execution environments may differ by a moment."""
    assert 0 == a_status(CLOSED, CLOSED).hours_closed(NOW - timedelta(seconds=1))


LATER = NOW + timedelta(minutes=15)


FAILING = LastError("an error", NOW, announced=True)


@pytest.mark.parametrize(
    ("before", "error", "after"),
    [
        (None, "", None),
        (None, "an error", LastError("an error", LATER, announced=True)),
        # A lasting error keeps its start, or every sweep would write the status.
        (FAILING, "an error", FAILING),
        # One that no event announced counts as announced from now on.
        (LastError("an error", NOW), "an error", FAILING),
        (LastError("an error", NOW), "another", LastError("another", LATER, announced=True)),
        (LastError("an error", NOW), "", LastError("an error", NOW, LATER)),
        # One that is over stays until something fails, even if it is the same again.
        (LastError("an error", NOW, NOW), "", LastError("an error", NOW, NOW)),
        (LastError("an error", NOW, NOW), "an error", LastError("an error", LATER, announced=True)),
    ],
)
def test_the_last_error_is_kept(
    before: LastError | None, error: str, after: LastError | None
) -> None:
    """With the run that it began in, and the first run without it."""
    assert after == PersistedState(last_error=before).after(error, LATER).last_error
