"""The alarm clock after a run, by the table of `maintenance.schedule.alarm`."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.schedule.alarm import Alarm, prevailing_alarm

from tests.builders import NOW

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
READ = NOW - 20 * SECOND
NEWER, OLDER = READ + SECOND, READ - SECOND


def after(found: datetime | None, needed: datetime | None, read_at: datetime) -> Alarm | None:
    """Return the alarm clock that a run at READ has set to `found`, after one with `read_at`."""
    alarm = Alarm(found, READ) if found else None
    return prevailing_alarm(alarm, needed, read_at=read_at, now=NOW)


SOON, LATER = NOW + 10 * MINUTE, NOW + 20 * MINUTE
BOTH = (NEWER, OLDER)


@pytest.mark.parametrize("read_at", BOTH)
@pytest.mark.parametrize("fired", [None, NOW - MINUTE, NOW - 20 * MINUTE])
def test_one_that_is_not_set_or_has_fired_is_set(fired: datetime | None, read_at: datetime) -> None:
    """Scheduler deletes it a while after it has fired."""
    assert Alarm(SOON, read_at) == after(fired, SOON, read_at)
    assert None is after(fired, None, read_at)


@pytest.mark.parametrize("needed", [LATER, None])
@pytest.mark.parametrize("earlier", [NOW - 59 * SECOND, NOW, NOW + MINUTE, SOON])
def test_an_older_read_never_moves_it_later(earlier: datetime, needed: datetime | None) -> None:
    """It may not know of the window that the newer one has read. Within its minute it may fire."""
    assert Alarm(earlier, READ) == after(earlier, needed, OLDER)


@pytest.mark.parametrize("read_at", [READ, NEWER])
def test_a_newer_read_moves_or_stops_it(read_at: datetime) -> None:
    """So does one at the same instant, such as a second attempt of the run that has set it."""
    assert Alarm(LATER, read_at) == after(SOON, LATER, read_at)
    assert None is after(SOON, None, read_at)


@pytest.mark.parametrize(("read_at", "names"), [(NEWER, NEWER), (OLDER, READ)])
def test_any_read_moves_it_earlier(read_at: datetime, names: datetime) -> None:
    """It keeps the newer of the two reads, so that a third run cannot move it later."""
    assert Alarm(SOON, names) == after(LATER, SOON, read_at)


@pytest.mark.parametrize("read_at", BOTH)
def test_one_that_is_right_is_left_as_it_is(read_at: datetime) -> None:
    """Sweeps write nothing."""
    assert Alarm(SOON, READ) == after(SOON, SOON, read_at)


@pytest.mark.parametrize("read_at", BOTH)
@pytest.mark.parametrize("needed", [NOW - MINUTE, NOW, NOW + 30 * SECOND])
def test_it_is_not_moved_within_the_next_minute(needed: datetime, read_at: datetime) -> None:
    """Or a sweep shortly before the start of a window would delay it."""
    assert Alarm(NOW + 30 * SECOND, READ) == after(NOW + 30 * SECOND, needed, read_at)


@pytest.mark.parametrize("needed", [NOW - MINUTE, NOW, NOW + SECOND, NOW + MINUTE])
def test_it_is_set_to_a_minute_ahead_at_least(needed: datetime) -> None:
    """Scheduler may never fire one that is in the past when it is written."""
    assert Alarm(NOW + MINUTE, NEWER) == after(None, needed, NEWER)
    assert Alarm(NOW + MINUTE, NEWER) == after(SOON, needed, NEWER)


def test_one_that_is_due_now_is_moved_by_a_newer_read() -> None:
    """That run does what the alarm clock would wake the controller for."""
    assert Alarm(NOW + MINUTE, NEWER) == after(NOW, NOW, NEWER)


def test_fractions_of_a_second_are_rounded_up() -> None:
    """So that the decision has changed when the controller wakes up."""
    now = NOW + timedelta(microseconds=1)

    assert Alarm(SOON + SECOND, NOW) == prevailing_alarm(
        None, SOON + timedelta(microseconds=1), read_at=NOW, now=NOW
    )
    assert Alarm(NOW + MINUTE + SECOND, NOW) == prevailing_alarm(None, NOW, read_at=NOW, now=now)


def test_it_is_set_to_no_year_that_scheduler_does_not_know() -> None:
    """The sweep notices such an end in time."""
    last = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)

    assert Alarm(last, NEWER) == after(None, last, NEWER)
    assert None is after(SOON, last + SECOND, NEWER)
