"""
What AWS's services count in CloudWatch by themselves, over ministack.

    metric                       ministack                          here
    ---------------------------  ---------------------------------  -------------------------------
    those that a log line holds  stays a line                       counted, `embedded_metrics`
    AWS/Lambda Invocations,      asynchronous ones as successful    each try, with what became of
      Errors, Duration             when they are accepted             it
    AWS/SQS Approximate-         not counted                        when it changes, and each minute
      NumberOfMessagesVisible

Sources: Lambda Developer Guide, monitoring-metrics-types ("Errors: the number of invocations that
result in a function error", retries are invocations); SQS Developer Guide,
sqs-available-cloudwatch-metrics. A queue never becomes inactive here.
"""

import json

# ruff: noqa: SLF001 - ministack has no public names for what is asked and surrounded here
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc, sqs

from sandbox.patches import seam
from sandbox.patches.alarm_evaluation import MINUTE

type _Record = dict[str, Any]

_VISIBLE = "ApproximateNumberOfMessagesVisible"


def install() -> None:
    """Surround what writes a log and what carries an invocation out."""
    seam.surround(cloudwatch_logs, "_append_log_events", _extracting)
    seam.surround(lambda_svc, "_execute_function_dispatch", _counting)
    seam.surround(lambda_svc, "_emit_lambda_metrics", _counting_throttles)


def _extracting(append: Callable[..., None]) -> Callable[..., None]:
    def append_and_extract(stream: _Record, events: list[_Record]) -> None:
        append(stream, events)
        for event in events:
            for datum in read_data(event["message"]):
                cloudwatch._store_datum(
                    datum.namespace,
                    datum.name,
                    dict(datum.dimensions),
                    datum.at,
                    datum.unit,
                    None,
                    list(datum.values),
                    None,
                    None,
                )

    return append_and_extract


def _counting(dispatch: Callable[..., _Record]) -> Callable[..., _Record]:
    def dispatch_and_count(function: _Record, config: _Record, *parts: Any) -> _Record:  # noqa: ANN401 - ministack's own signature
        began = time.time()
        result = dispatch(function, config, *parts)
        of = {"FunctionName": config.get("FunctionName", "")}
        counted = (
            ("Invocations", 1.0, "Count"),
            ("Errors", float(bool(result.get("error"))), "Count"),
            ("Duration", (time.time() - began) * 1000, "Milliseconds"),
        )
        for name, value, unit in counted:
            cloudwatch._store_datum("AWS/Lambda", name, of, began, unit, value, None, None, None)
        return result

    return dispatch_and_count


def _counting_throttles(_: Callable[..., None]) -> Callable[..., None]:
    def count_throttle(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:  # noqa: FBT001 - ministack's own signature
        # ministack tells of a throttled synchronous invocation twice, the second time with how
        # long that took; an error is counted where it happens.
        if throttle and not (duration_ms or error):
            of = {"FunctionName": function_name}
            cloudwatch.record_metric("AWS/Lambda", "Throttles", 1, "Count", of)

    return count_throttle


class Queues:
    """Measures the queues of the account and region that are being served."""

    def __init__(self) -> None:
        # The minute and the number that were counted last, by place and URL.
        self._measured: AccountRegionScopedDict = AccountRegionScopedDict()

    def measure(self, at: float) -> None:
        """Count the visible messages of each queue, if there is news or another minute."""
        for url, queue in list(sqs._queues.items()):
            sqs._refresh_counts(queue)
            number = float(queue["attributes"]["ApproximateNumberOfMessages"])
            seen = (at // MINUTE, number)
            if self._measured.get(url) != seen:
                self._measured[url] = seen
                of = {"QueueName": url.rpartition("/")[2]}
                cloudwatch._store_datum(
                    "AWS/SQS", _VISIBLE, of, at, "Count", number, None, None, None
                )

    def forget(self) -> None:
        """Measure all anew."""
        self._measured = AccountRegionScopedDict()


_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """Values of one metric with one set of dimensions, at an instant in seconds since 1970."""

    namespace: str
    name: str
    unit: str
    dimensions: Mapping[str, str]
    at: float
    values: tuple[float, ...]


def read_data(message: str) -> list[Datum]:
    """Return what a line of a log counts."""
    if '"_aws"' not in message:
        return []
    try:
        document = json.loads(message)
        return list(_data(document))
    except (ValueError, KeyError, TypeError, AttributeError):
        # CloudWatch, too, takes nothing from a line that is not to the specification.
        return []


def _data(document: Mapping[str, Any]) -> Iterator[Datum]:
    at = document["_aws"]["Timestamp"] / _MILLISECONDS
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                told = document[metric["Name"]]
                yield Datum(
                    namespace=directive["Namespace"],
                    name=metric["Name"],
                    unit=metric.get("Unit", "None"),
                    dimensions={name: document[name] for name in names},
                    at=at,
                    values=tuple(map(float, told if isinstance(told, list) else [told])),
                )
