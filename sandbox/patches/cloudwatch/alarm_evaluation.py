"""
Evaluate an alarm of CloudWatch: its state, by what its metric has counted. Pure.

Each minute CloudWatch evaluates an alarm over windows as long as its period, back from the last
whole minute. It looks at more windows than EvaluationPeriods: that is the evaluation range. AWS
does not say how many more; in its examples it is two.

    data points in the range              the alarm is
    ------------------------------------  ----------------------------------------------------------
    EvaluationPeriods or more             ALARM if DatapointsToAlarm of the newest breach, else OK
    fewer, missing ones are breaching     the same, with the missing ones counted as breaching
    fewer, missing ones are notBreaching  the same, with the missing ones counted as not breaching
    fewer, missing ones are ignored       ALARM if DatapointsToAlarm breach; unchanged if there are
                                          no data points, or all breach; else OK
    fewer, missing ones are missing       ALARM if DatapointsToAlarm breach, or if all breach and
                                          the oldest is at least that many periods old;
                                          INSUFFICIENT_DATA without data points; else OK

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
    """The states of an alarm, in CloudWatch's words."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class Sample:
    """The `count` values of one instant, `at` seconds since 1970; they add up to `total`."""

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
    """The members of PutMetricAlarm that decide; the range is `extra_periods` longer than asked."""

    statistic: str
    period: int
    evaluation_periods: int
    datapoints_to_alarm: int
    threshold: float
    comparison: str
    missing: str
    extra_periods: int = 2

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> "Alarm":
        """Return the alarm that these members of PutMetricAlarm or of a template describe."""
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
    def is_supported(self) -> bool:
        """Return whether its statistic and comparison are implemented here."""
        return self.statistic in _STATISTICS and self.comparison in _COMPARISONS

    def evaluate(self, samples: Sequence[Sample], *, at: float, state: State) -> State:
        """Return the state of an alarm that was in `state`; `at` is in seconds since 1970."""
        return self.decide([self._breaches(each) for each in self._windows(samples, at)], state)

    def decide(self, breaching: Sequence[bool | None], state: State) -> State:
        """Return the state by the range, newest first: whether each breaches, None if missing."""
        present = [each for each in breaching if each is not None]
        newest = present[: self.evaluation_periods]
        missing = max(0, self.evaluation_periods - len(present))
        breaches = sum(newest) + (missing if self.missing == "breaching" else 0)
        if breaches >= self.datapoints_to_alarm:
            return State.ALARM
        if missing and self.missing in {"ignore", "missing"} and all(present):
            return self._decide_without_data(breaching, state)
        return State.OK

    def _decide_without_data(self, breaching: Sequence[bool | None], state: State) -> State:
        if self.missing == "ignore":
            return state
        oldest = max((age for age, each in enumerate(breaching, 1) if each), default=0)
        if not oldest:
            return State.INSUFFICIENT_DATA
        return State.ALARM if oldest >= self.datapoints_to_alarm else State.OK

    def _windows(self, samples: Sequence[Sample], at: float) -> list[list[Sample]]:
        windows: list[list[Sample]] = [
            [] for _ in range(self.evaluation_periods + self.extra_periods)
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
