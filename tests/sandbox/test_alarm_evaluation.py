"""The state of an alarm, by the tables of CloudWatch's documentation."""

from collections.abc import Sequence

import pytest

from sandbox.patches.cloudwatch.alarm_evaluation import Alarm, Sample, State

OK, ALARM, NO_DATA = State.OK, State.ALARM, State.INSUFFICIENT_DATA
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
# Midnight, so that windows of any length would start here if they were aligned to the clock.
MIDNIGHT = 1_764_547_200.0


def an_alarm(**members: object) -> Alarm:
    """Return an alarm for a sum of 1 or more in the last five minutes."""
    defaults = {
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    return Alarm.of({**defaults, **members})


def a_sample(minutes: float, *values: float) -> Sample:
    """Return values of so many minutes after midnight."""
    at = MIDNIGHT + minutes * 60
    return Sample(at, len(values), sum(values), min(values), max(values))


def states(alarm: Alarm, samples: Sequence[Sample], *, minutes: Sequence[float]) -> list[State]:
    """Return the alarm's state at each of these minutes after midnight, one after the other."""
    state, seen = NO_DATA, []
    for minute in minutes:
        state = alarm.evaluate(samples, at=MIDNIGHT + minute * 60, state=state)
        seen.append(state)
    return seen


# In the documentation's notation: 0 does not breach, X breaches, - is missing, newest last.
@pytest.mark.parametrize(
    ("needed", "range_", "expected"),
    [
        (3, "0-X-X", (OK, OK, OK, OK)),
        (3, "0----", (OK, OK, OK, OK)),
        (3, "-----", (NO_DATA, None, ALARM, OK)),
        (3, "0XX-X", (ALARM, ALARM, ALARM, ALARM)),
        (3, "--X--", (ALARM, None, ALARM, OK)),
        (2, "0-X-X", (ALARM, ALARM, ALARM, ALARM)),
        (2, "00X0X", (ALARM, ALARM, ALARM, ALARM)),
        (2, "0-X--", (OK, OK, ALARM, OK)),
        (2, "----0", (OK, OK, ALARM, OK)),
        (2, "---X-", (ALARM, None, ALARM, OK)),
    ],
)
def test_an_alarm_follows_each_row_of_the_documentation(
    needed: int, range_: str, expected: tuple[State | None, ...]
) -> None:
    """None stands for "retain current state" (alarms-and-missing-data)."""
    breaching = [{"0": False, "X": True, "-": None}[each] for each in reversed(range_)]

    for state in State:
        states_found = tuple(
            an_alarm(
                EvaluationPeriods=3, DatapointsToAlarm=needed, TreatMissingData=missing
            ).decide(breaching, state)
            for missing in TREATMENTS
        )
        assert tuple(each or state for each in expected) == states_found


def test_a_breach_that_is_too_recent_is_no_alarm_yet() -> None:
    """The next data point may be fine (alarms-and-missing-data, premature transitions)."""
    alarm = an_alarm(EvaluationPeriods=3, DatapointsToAlarm=3)

    assert OK is alarm.decide([True, None, None, None, None], OK)


def test_a_window_slides_each_minute() -> None:
    """It is not aligned to the clock (alarm-evaluation-window, SlidingWindow)."""
    alarm = an_alarm(Threshold=2, TreatMissingData="notBreaching")
    samples = [a_sample(4.5, 1), a_sample(5.5, 1)]

    assert [OK, ALARM, ALARM, OK] == states(alarm, samples, minutes=[5, 6, 9, 15])


def test_the_current_minute_does_not_count_yet() -> None:
    """CloudWatch evaluates up to the last whole minute."""
    samples = [a_sample(2.2, 1)]

    assert [OK, ALARM] == states(
        an_alarm(TreatMissingData="notBreaching"), samples, minutes=[2.9, 3]
    )


def test_missing_data_count_only_if_the_range_has_no_data() -> None:
    """The range is two periods longer than EvaluationPeriods."""
    alarm = an_alarm(TreatMissingData="notBreaching")

    seen = states(alarm, [a_sample(0.5, 1)], minutes=[1, 6, 15, 16])
    assert [ALARM, ALARM, ALARM, OK] == seen


def test_an_alarm_that_ignores_missing_data_stays_as_it_was() -> None:
    """For any time, until the next data point."""
    alarm = an_alarm(TreatMissingData="ignore")
    samples = [a_sample(0.5, 1), a_sample(600.5, 0)]

    assert [NO_DATA, ALARM, ALARM, OK] == states(alarm, samples, minutes=[0, 1, 600, 601])


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [("SampleCount", 3), ("Sum", 12), ("Average", 4), ("Minimum", 1), ("Maximum", 8)],
)
def test_a_statistic_is_that_of_all_values_in_the_window(statistic: str, expected: float) -> None:
    """A sample may hold several values."""
    samples = [a_sample(1, 1, 3), a_sample(2, 8)]

    for threshold, state in ((expected, ALARM), (expected + 0.5, OK)):
        alarm = an_alarm(Statistic=statistic, Threshold=threshold)
        assert [state] == states(alarm, samples, minutes=[5])


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("GreaterThanOrEqualToThreshold", [OK, ALARM, ALARM]),
        ("GreaterThanThreshold", [OK, OK, ALARM]),
        ("LessThanOrEqualToThreshold", [ALARM, ALARM, OK]),
        ("LessThanThreshold", [ALARM, OK, OK]),
    ],
)
def test_a_comparison_is_with_the_threshold(comparison: str, expected: list[State]) -> None:
    """Values below, equal to and above it."""
    alarm = an_alarm(Threshold=5, ComparisonOperator=comparison)

    seen = [states(alarm, [a_sample(1, value)], minutes=[5])[0] for value in (4, 5, 6)]
    assert expected == seen
