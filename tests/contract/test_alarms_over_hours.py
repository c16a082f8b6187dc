"""The alarms of the template over hours: CloudWatch's rules, and runs that are minutes apart."""

from collections.abc import Sequence
from copy import replace

import pytest
from maintenance.reporting import telemetry

from sandbox.patches.alarm_evaluation import Alarm, Sample, State
from tests.contract.template import load_template

TEMPLATE = load_template()
PARAMETERS = TEMPLATE["Parameters"]
ALARMS = {
    name: each["Properties"]
    for name, each in TEMPLATE["Resources"].items()
    if each["Type"] == "AWS::CloudWatch::Alarm"
}
# Those that each run gives a number, 0 when all is well.
OF_RUNS = [
    name
    for name, given in ALARMS.items()
    if given["Namespace"] in {telemetry.NAMESPACE, "AWS/Lambda"}
]
SWEEP_MINUTES = PARAMETERS["SweepMinutes"]
EVERY = (SWEEP_MINUTES["MinValue"], SWEEP_MINUTES["Default"], SWEEP_MINUTES["MaxValue"])
# How far CloudWatch looks back when data are missing is not documented.
LOOKS_BACK = (0, 2, 20)


def alarm_of(name: str, extra_periods: int) -> Alarm:
    """Return an alarm of the template; a threshold that is a parameter has its default."""
    threshold = ALARMS[name]["Threshold"]
    if isinstance(threshold, dict):
        threshold = PARAMETERS[threshold["Ref"]]["Default"]
    return replace(Alarm.of({**ALARMS[name], "Threshold": threshold}), extra_periods=extra_periods)


def counted(minutes: Sequence[int], value: float) -> list[Sample]:
    """Return what runs at these minutes count, 59 seconds late."""
    return [Sample(minute * 60 + 59.0, 1, value, value, value) for minute in minutes]


def states(alarm: Alarm, samples: Sequence[Sample], minutes: int) -> list[State]:
    """Return the state at each minute, from the one after the first run on."""
    state, seen = State.OK, []
    for minute in range(1, minutes + 1):
        state = alarm.evaluate(samples, at=minute * 60 + 1, state=state)
        seen.append(state)
    return seen


@pytest.mark.parametrize("looks_back", LOOKS_BACK)
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("name", OF_RUNS)
def test_an_alarm_lasts_as_long_as_every_run_finds_the_fault(
    name: str, every: int, looks_back: int
) -> None:
    """Whatever SweepMinutes is: nobody is told that it is over before it is."""
    alarm = alarm_of(name, looks_back)

    samples = counted(range(0, every * 3, every), alarm.threshold + 1)
    assert {State.ALARM} == set(states(alarm, samples, every * 3))


@pytest.mark.parametrize("looks_back", LOOKS_BACK)
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("name", OF_RUNS)
def test_an_alarm_ends_with_the_runs_that_find_all_well(
    name: str, every: int, looks_back: int
) -> None:
    """Its period after the last fault at the latest, or with the next sweep."""
    alarm = alarm_of(name, looks_back)

    samples = counted([0], alarm.threshold + 1) + counted(range(every, every * 10, every), 0)
    over = max(every, alarm.period // 60) + every
    assert State.OK is states(alarm, samples, over)[-1]


def test_an_answered_question_between_two_sweeps_does_not_end_the_alarm() -> None:
    """It succeeds while every run fails; by default there is always one of those in sight."""
    alarm, every = alarm_of("FailedRuns", 2), SWEEP_MINUTES["Default"]

    questions = [minute for minute in range(every * 3) if minute % every]
    samples = counted(range(0, every * 3, every), 1) + counted(questions, 0)
    assert {State.ALARM} == set(states(alarm, samples, every * 3))
