"""
Patch CloudWatch: evaluate alarms each minute, by AWS's rules, whether or not there are new data.

    ministack                                    here
    -------------------------------------------  ---------------------------------------------------
    evaluates when PutMetricData is called       each second, and once for each minute by which the
                                                   clock is advanced
    counts a metric with any dimensions          only that with the alarm's dimensions
    one window of all periods; no TreatMissing-  `alarm_evaluation`
      Data, no DatapointsToAlarm

ministack's own SetAlarmState still does what a change of state leads to. Alarms on percentiles and
bands stay entirely ministack's.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is read and patched here

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from ministack.core import responses
from ministack.services import cloudwatch, sqs

from sandbox.patches.cloudwatch.alarm_evaluation import MINUTE, Alarm, Sample, State
from sandbox.patches.cloudwatch.metrics import Queues
from sandbox.patches.wrap import wrap_function

type _Record = dict[str, Any]

_TICK_SECONDS = 1


class Alarms:
    """Evaluates the alarms of all accounts and regions; `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queues = Queues()
        # The thread that evaluates each second and a caller that advances the clock take turns.
        self._lock = threading.Lock()

    def install(self) -> None:
        """Replace ministack's evaluation, and start to evaluate each second."""
        wrap_function(cloudwatch, "_evaluate_alarm", _patch_evaluate)
        threading.Thread(target=self._evaluate_each_second, daemon=True).start()

    def advance(self, minutes: int) -> None:
        """
        Move CloudWatch's clock and evaluate at each minute; 0 evaluates now.

        All data become that much older, which is the same to an alarm.
        """
        with self._lock:
            for _ in range(minutes):
                _age_data()
                self._queues.clear()
                self._evaluate_all()
            if not minutes:
                self._evaluate_all()

    def clear(self) -> None:
        """Measure all queues again, also a new one of the same name."""
        self._queues.clear()

    def _evaluate_each_second(self) -> None:
        while True:
            time.sleep(_TICK_SECONDS)
            with self._lock:
                self._evaluate_all()

    def _evaluate_all(self) -> None:
        scopes = {key[:2] for key in [*sqs._queues._data, *cloudwatch._alarms._data]}
        for account_id, region in scopes:
            with responses.request_scope(account_id, region):
                self._queues.measure(self._clock())
                for record in list(cloudwatch._alarms.values()):
                    if _is_supported(record):
                        self._evaluate(record)

    def _evaluate(self, record: _Record) -> None:
        before = State(record["StateValue"])
        now = Alarm.of(record).evaluate(list(_samples(record)), at=self._clock(), state=before)
        if now is not before:
            change = {
                "AlarmName": record["AlarmName"],
                "StateValue": now.value,
                "StateReason": f"The metric {record['MetricName']} says {now}.",
            }
            cloudwatch._set_alarm_state({}, change, is_cbor=False, is_json=True)


def _patch_evaluate(evaluate: Callable[[_Record], None]) -> Callable[[_Record], None]:
    def evaluate_unsupported(record: _Record) -> None:
        if not _is_supported(record):
            evaluate(record)

    return evaluate_unsupported


def _is_supported(record: _Record) -> bool:
    return not record.get("ExtendedStatistic") and Alarm.of(record).is_supported


def _samples(record: _Record) -> Iterator[Sample]:
    dimensions = cloudwatch._dims_from_list(record["Dimensions"])
    key = (record["Namespace"], record["MetricName"], cloudwatch._dims_key(dimensions))
    for point in list(cloudwatch._metrics.get(key) or []):
        count, total, lowest, highest = cloudwatch._point_stats(point)
        if count:
            yield Sample(point["Timestamp"], count, total, lowest, highest)


def _age_data() -> None:
    for points in list(cloudwatch._metrics._data.values()):
        for point in list(points):
            point["Timestamp"] -= MINUTE
