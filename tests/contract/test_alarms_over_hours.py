"""The template's alarms over hours, by CloudWatch's rules, with runs that are minutes apart."""

from collections.abc import Sequence
from copy import replace

import pytest
from maintenance.reporting import telemetry

from sandbox.patches.cloudwatch.alarm_evaluation import Alarm, Sample, State
from tests.contract.template import load_template

TEMPLATE = load_template()
PARAMETERS = TEMPLATE["Parameters"]
ALARMS = {
    name: each["Properties"]
    for name, each in TEMPLATE["Resources"].items()
    if each["Type"] == "AWS::CloudWatch::Alarm"
}
# Alarms on errors that every run counts, 0 when there is none.
OF_RUNS = [
    name
    for name, properties in ALARMS.items()
    if properties["Namespace"] in {telemetry.NAMESPACE, "AWS/Lambda"}
    and properties["TreatMissingData"] == "ignore"
]
SWEEP_MINUTES = PARAMETERS["SweepMinutes"]
INTERVALS = (SWEEP_MINUTES["MinValue"], SWEEP_MINUTES["Default"], SWEEP_MINUTES["MaxValue"])
# CloudWatch does not document how many more periods it evaluates when data are missing.
EXTRA_PERIODS = (0, 2, 20)


def alarm_of(name: str, extra_periods: int, interval: int = SWEEP_MINUTES["Default"]) -> Alarm:
    """Return an alarm of the template, with the defaults of all parameters but SweepMinutes."""
    defaults = {each: value.get("Default") for each, value in PARAMETERS.items()}
    values = defaults | {"SweepMinutes": interval}
    members = {
        member: values[value["Ref"]] if isinstance(value, dict) and "Ref" in value else value
        for member, value in ALARMS[name].items()
    }
    return replace(Alarm.of(members), extra_periods=extra_periods)


def samples_of_runs(minutes: Sequence[int], value: float) -> list[Sample]:
    """Return the value that each run writes, 59 seconds into these minutes."""
    return [Sample(minute * 60 + 59.0, 1, value, value, value) for minute in minutes]


def states_of(alarm: Alarm, samples: Sequence[Sample], minutes: int) -> list[State]:
    """Return the state at each minute, beginning one minute after the first run."""
    state, states = State.OK, []
    for minute in range(1, minutes + 1):
        state = alarm.evaluate(samples, at=minute * 60 + 1, state=state)
        states.append(state)
    return states


@pytest.mark.parametrize("extra_periods", EXTRA_PERIODS)
@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", OF_RUNS)
def test_an_alarm_lasts_while_every_run_finds_the_error(
    name: str, interval: int, extra_periods: int
) -> None:
    """Whatever SweepMinutes is, there is no all-clear too early."""
    alarm = alarm_of(name, extra_periods)

    samples = samples_of_runs(range(0, interval * 3, interval), alarm.threshold + 1)
    assert {State.ALARM} == set(states_of(alarm, samples, interval * 3))


@pytest.mark.parametrize("extra_periods", EXTRA_PERIODS)
@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", OF_RUNS)
def test_an_alarm_ends_when_runs_find_no_error_any_more(
    name: str, interval: int, extra_periods: int
) -> None:
    """One period after the last error at the latest, or with the next sweep."""
    alarm = alarm_of(name, extra_periods)

    failed = samples_of_runs([0], alarm.threshold + 1)
    samples = failed + samples_of_runs(range(interval, interval * 10, interval), 0)
    over = max(interval, alarm.period // 60) + interval
    assert State.OK is states_of(alarm, samples, over)[-1]


def test_a_successful_request_between_two_failing_sweeps_does_not_end_the_alarm() -> None:
    """With the default SweepMinutes a failed sweep is always within the alarm's period."""
    alarm, interval = alarm_of("FailedRuns", 2), SWEEP_MINUTES["Default"]

    requests = [minute for minute in range(interval * 3) if minute % interval]
    failed = samples_of_runs(range(0, interval * 3, interval), 1)
    samples = failed + samples_of_runs(requests, 0)
    assert {State.ALARM} == set(states_of(alarm, samples, interval * 3))


@pytest.mark.parametrize("name", ALARMS)
def test_cloudwatch_accepts_the_alarm_for_every_value_of_sweep_minutes(name: str) -> None:
    """It evaluates one day, or seven if the period is an hour or more (doc: PutMetricAlarm)."""
    alarm = alarm_of(name, 0, SWEEP_MINUTES["MaxValue"])

    days = 7 if alarm.period >= 3600 else 1
    assert alarm.period * alarm.evaluation_periods <= days * 86400
    assert 0 == alarm.period % 60


@pytest.mark.parametrize("extra_periods", EXTRA_PERIODS)
@pytest.mark.parametrize("interval", INTERVALS)
def test_no_run_for_two_sweeps_sets_off_the_alarm(interval: int, extra_periods: int) -> None:
    """And only that: a single sweep that is missing waits for the next one."""
    alarm = alarm_of("MissingRuns", extra_periods, interval)

    last = interval * 3
    runs = [*range(0, last, interval * 2), last]
    states = states_of(alarm, samples_of_runs(runs, 1), last + interval * 4 + extra_periods * 2)
    over = last + interval * 2 + extra_periods * 2
    assert {State.OK} == set(states[:over])
    assert {State.ALARM} == set(states[over + 1 :])


@pytest.mark.parametrize("interval", INTERVALS)
def test_wakeups_that_each_sweep_loses_are_one_alarm(interval: int) -> None:
    """It begins with the first loss, lasts until two sweeps arrive, and ends."""
    alarm = alarm_of("LostWakeups", 2, interval)

    last = interval * 3
    losses = samples_of_runs(range(0, last + 1, interval), 1)
    states = states_of(alarm, losses, last + interval * 2 + 6)
    assert {State.ALARM} == set(states[: last + interval * 2])
    assert State.OK is states[-1]
