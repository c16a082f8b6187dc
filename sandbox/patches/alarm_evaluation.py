"""
Which state an alarm of CloudWatch is in, judged by what its metric has counted. Pure.

Each minute an alarm looks back from the last whole minute over windows as long as its period. It
asks for more of them than EvaluationPeriods, its evaluation range; how many more AWS does not say,
and in its examples it is two.

    data points in the range              the alarm is
    ------------------------------------  ----------------------------------------------------------
    EvaluationPeriods or more             ALARM if DatapointsToAlarm of the newest breach, else OK
    fewer, missing ones are breaching     the same, the missing ones filled in as breaching
    fewer, missing ones are notBreaching  the same, filled in as not breaching
    fewer, missing ones are ignored       ALARM if DatapointsToAlarm breach; as it was if there is
                                          none, or all breach; else OK
    fewer, missing ones are missing       ALARM if DatapointsToAlarm breach, or if all breach, the
                                          oldest at least that many periods old;
                                          INSUFFICIENT_DATA if there is none; else OK

Sources: CloudWatch User Guide, alarm-evaluation, alarm-evaluation-window (SlidingWindow) and
alarms-and-missing-data, whose two tables are tests.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MINUTE = 60
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


class State(StrEnum):
    """CloudWatch's words."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was counted `at` an instant, in seconds since 1970: `count` values, in all `total`."""

    at: float
    count: float
    total: float
    lowest: float
    highest: float


_STATISTICS: Mapping[str, Callable[[Sequence[Sample]], float]] = {
    "SampleCount": lambda samples: sum(each.count for each in samples),
    "Sum": lambda samples: sum(each.total for each in samples),
    "Average": lambda samples: (
        sum(each.total for each in samples) / sum(each.count for each in samples)
    ),
    "Minimum": lambda samples: min(each.lowest for each in samples),
    "Maximum": lambda samples: max(each.highest for each in samples),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What decides: the members of PutMetricAlarm, and how many periods more the range has."""

    statistic: str
    period: int
    evaluation_periods: int
    datapoints_to_alarm: int
    threshold: float
    comparison: str
    missing: str
    more_periods: int = 2

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> "Alarm":
        """Return the alarm that PutMetricAlarm or a template describes so."""
        evaluation_periods = int(members["EvaluationPeriods"])
        return cls(
            statistic=members["Statistic"],
            period=int(members["Period"]),
            evaluation_periods=evaluation_periods,
            datapoints_to_alarm=int(members.get("DatapointsToAlarm") or evaluation_periods),
            threshold=float(members["Threshold"]),
            comparison=members["ComparisonOperator"],
            missing=members.get("TreatMissingData") or "missing",
        )

    @property
    def is_understood(self) -> bool:
        """Say whether its statistic and comparison are played here."""
        return self.statistic in _STATISTICS and self.comparison in _COMPARISONS

    def evaluate(self, samples: Sequence[Sample], *, at: float, state: State) -> State:
        """Return the state at an instant (seconds since 1970) of an alarm that was in `state`."""
        return self.judge([self._breaches(each) for each in self._windows(samples, at)], state)

    def judge(self, breaching: Sequence[bool | None], state: State) -> State:
        """Return the state by the evaluation range, newest first: breaches or not, None missing."""
        real = [each for each in breaching if each is not None]
        newest = real[: self.evaluation_periods]
        filled = max(0, self.evaluation_periods - len(real))
        breaches = sum(newest) + (filled if self.missing == "breaching" else 0)
        if breaches >= self.datapoints_to_alarm:
            return State.ALARM
        if filled and self.missing in {"ignore", "missing"} and all(real):
            return self._undecided(breaching, state)
        return State.OK

    def _undecided(self, breaching: Sequence[bool | None], state: State) -> State:
        if self.missing == "ignore":
            return state
        oldest = max((age for age, each in enumerate(breaching, 1) if each), default=0)
        if not oldest:
            return State.INSUFFICIENT_DATA
        return State.ALARM if oldest >= self.datapoints_to_alarm else State.OK

    def _windows(self, samples: Sequence[Sample], at: float) -> list[list[Sample]]:
        windows: list[list[Sample]] = [
            [] for _ in range(self.evaluation_periods + self.more_periods)
        ]
        end = at // MINUTE * MINUTE
        for sample in samples:
            age = math.ceil((end - sample.at) / self.period) - 1
            if 0 <= age < len(windows):
                windows[age].append(sample)
        return windows

    def _breaches(self, samples: Sequence[Sample]) -> bool | None:
        if not samples:
            return None
        return _COMPARISONS[self.comparison](_STATISTICS[self.statistic](samples), self.threshold)
