"""
Alarms of CloudWatch over ministack: judged each minute, by AWS's rules, whatever data there is.

    ministack                                     here
    --------------------------------------------  --------------------------------------------------
    judges when somebody calls PutMetricData      each second, and once for each minute that is let
                                                    pass
    takes the metric of everybody for the alarm's only that with the alarm's dimensions
    one window of all periods; no TreatMissing-   `sandbox.patches.alarm_evaluation`
      Data, no DatapointsToAlarm

What an alarm does when its state changes is ministack's own SetAlarmState. Alarms on percentiles
and on bands stay ministack's whole.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is asked and surrounded here

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from ministack.core import responses
from ministack.services import cloudwatch, sqs

from sandbox.patches import seam
from sandbox.patches.alarm_evaluation import MINUTE, Alarm, Sample, State
from sandbox.patches.cloudwatch_metrics import Queues

type _Record = dict[str, Any]

_TICK_SECONDS = 1


class Alarms:
    """Judges the alarms of all accounts and regions; `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queues = Queues()
        # One judges at a time: each second, and when minutes are let pass.
        self._lock = threading.Lock()

    def install(self) -> None:
        """Take the place of ministack's judgement, and begin to judge each second."""
        seam.surround(cloudwatch, "_evaluate_alarm", self._evaluating)
        threading.Thread(target=self._watch, daemon=True).start()

    def advance(self, minutes: int) -> None:
        """
        Let minutes pass for CloudWatch, each judged; 0 judges now.

        What was counted becomes that much older, which to an alarm is the same.
        """
        with self._lock:
            for _ in range(minutes):
                _grow_older()
                self._queues.forget()
                self._judge_all()
            if not minutes:
                self._judge_all()

    def clear(self) -> None:
        """Measure all queues anew, those of the same name too."""
        self._queues.forget()

    def _watch(self) -> None:
        while True:
            time.sleep(_TICK_SECONDS)
            with self._lock:
                self._judge_all()

    def _judge_all(self) -> None:
        places = {key[:2] for key in [*sqs._queues._data, *cloudwatch._alarms._data]}
        for account_id, region in places:
            with responses.request_scope(account_id, region):
                self._queues.measure(self._clock())
                for record in list(cloudwatch._alarms.values()):
                    if _is_judged(record):
                        self._judge(record)

    def _evaluating(self, evaluate: Callable[[_Record], None]) -> Callable[[_Record], None]:
        def evaluate_unless_judged(record: _Record) -> None:
            if not _is_judged(record):
                evaluate(record)

        return evaluate_unless_judged

    def _judge(self, record: _Record) -> None:
        was = State(record["StateValue"])
        now = Alarm.of(record).evaluate(list(_samples(record)), at=self._clock(), state=was)
        if now is not was:
            told = {
                "AlarmName": record["AlarmName"],
                "StateValue": now.value,
                "StateReason": f"The metric {record['MetricName']} says {now}.",
            }
            cloudwatch._set_alarm_state({}, told, is_cbor=False, is_json=True)


def _is_judged(record: _Record) -> bool:
    return not record.get("ExtendedStatistic") and Alarm.of(record).is_understood


def _samples(record: _Record) -> Iterator[Sample]:
    dimensions = cloudwatch._dims_from_list(record["Dimensions"])
    key = (record["Namespace"], record["MetricName"], cloudwatch._dims_key(dimensions))
    for point in list(cloudwatch._metrics.get(key) or []):
        count, total, lowest, highest = cloudwatch._point_stats(point)
        if count:
            yield Sample(point["Timestamp"], count, total, lowest, highest)


def _grow_older() -> None:
    for points in list(cloudwatch._metrics._data.values()):
        for point in list(points):
            point["Timestamp"] -= MINUTE
