"""How much time a run has for what."""

import math

import pytest
from maintenance.deadline import Deadline, RunTime


class _Time:
    def __init__(self) -> None:
        self.seconds = 100.0

    def elapsed(self) -> float:
        return self.seconds


def test_a_deadline_that_has_not_begun_leaves_all_time() -> None:
    """Nothing ends a command that a person watches."""
    deadline = Deadline(_Time().elapsed)

    assert (math.inf, False) == (deadline.seconds_left, deadline.is_over)


@pytest.mark.parametrize(
    ("passed", "left", "is_over"), [(0, 30, False), (29, 1, False), (30, 0, True), (31, 0, True)]
)
def test_a_deadline_is_over_when_its_time_has_passed(
    passed: float, left: float, *, is_over: bool
) -> None:
    """To the second, and it never has less than no time."""
    time = _Time()
    deadline = Deadline(time.elapsed, 30)

    time.seconds += passed

    assert (left, is_over) == (deadline.seconds_left, deadline.is_over)


def test_a_deadline_can_begin_again() -> None:
    """A process outlives its runs."""
    time = _Time()
    deadline = Deadline(time.elapsed, 30)
    time.seconds += 60

    deadline.begin(10)

    assert 10 == deadline.seconds_left


def test_a_deadline_restarts_with_the_time_that_it_was_given() -> None:
    """It is for one task after another."""
    time = _Time()
    deadline = Deadline(time.elapsed)
    deadline.begin(30)
    time.seconds += 60

    deadline.restart()

    assert 30 == deadline.seconds_left


def test_a_run_reports_in_the_last_but_one_minute_and_calls_nothing_in_the_last() -> None:
    """Lambda ends it after fifteen minutes."""
    run_time = RunTime(_Time().elapsed)

    run_time.begin(900)

    assert (780, 840) == (run_time.distributions.seconds_left, run_time.calls.seconds_left)


def test_selecting_a_version_takes_half_a_minute_of_a_run_at_most() -> None:
    """Less if the run has less time."""
    run_time = RunTime(_Time().elapsed)
    left = []
    for seconds in (900, 90):
        run_time.begin(seconds)
        left.append(run_time.version.seconds_left)

    assert [30, 3] == left


def test_without_a_run_calls_may_take_their_time() -> None:
    """On the command line a person may interrupt them, and `on --wait` lasts longer than a run."""
    run_time = RunTime(_Time().elapsed)

    assert (math.inf, 30, math.inf) == (
        run_time.distributions.seconds_left,
        run_time.version.seconds_left,
        run_time.calls.seconds_left,
    )
