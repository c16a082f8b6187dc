"""The announcement of a decision."""

from copy import replace
from datetime import timedelta

import pytest
from maintenance.model import Mode
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement, announcement_of

from tests.builders import NOW, a_decision


def test_a_decision_without_message_and_end_announces_nothing() -> None:
    """A bare `on`."""
    assert NO_ANNOUNCEMENT == announcement_of(a_decision())


def test_the_end_is_in_whole_seconds() -> None:
    """SSM's instants have fractions, which no visitor reads."""
    decision = a_decision(ends_in=timedelta(minutes=5, milliseconds=700))

    assert Announcement(until=NOW + timedelta(minutes=5)) == announcement_of(decision)


def test_a_start_between_two_seconds_is_rounded_up() -> None:
    """So that no visitor is turned away before it."""
    half, whole = (
        announcement_of(replace(a_decision(), begins=NOW + timedelta(milliseconds=each)))
        for each in (500, 1000)
    )

    assert (NOW + timedelta(seconds=1),) * 2 == (half.begins, whole.begins)


@pytest.mark.parametrize(
    ("message", "line"),
    [("one\ntwo", "one two"), ("  one \t\r\n two ", "one two"), ("a\u00a0b", "a\u00a0b")],
)
def test_a_message_becomes_one_line(message: str, line: str) -> None:
    """The page shows it in one line; a no-break space is part of the text."""
    announcement = announcement_of(replace(a_decision(Mode.MAINTENANCE), message=message))

    assert line == announcement.message
