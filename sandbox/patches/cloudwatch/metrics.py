"""
Patch CloudWatch: count the metrics that AWS's services record by themselves.

    metric                       ministack                          here
    ---------------------------  ---------------------------------  -------------------------------
    embedded in a log line       not counted                        counted: `embedded_metrics`
    AWS/Lambda Invocations,      asynchronous ones as successful    each try, with its result
      Errors, Duration             when they are accepted
    AWS/SQS Approximate-         not counted                        when it changes, and each minute
      NumberOfMessagesVisible
    AWS/CloudFront Function*     not counted                        by function: `edge/triggers`
      and Kvs*

Sources: Lambda Developer Guide, monitoring-metrics-types ("Errors: the number of invocations that
result in a function error", retries are invocations); SQS Developer Guide,
sqs-available-cloudwatch-metrics; CloudFront Developer Guide, viewing-cloudfront-metrics and
programming-cloudwatch-metrics. A queue never becomes inactive here, and compute utilization is not
measured.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is read and patched here

import time
from collections.abc import Callable
from typing import Any

from ministack.core import responses
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc, sqs

from sandbox.patches.cloudwatch.alarm_evaluation import MINUTE
from sandbox.patches.cloudwatch.embedded_metrics import read_data
from sandbox.patches.wrap import wrap_function

type _Record = dict[str, Any]

_MILLISECONDS = 1000


def install() -> None:
    """Patch what writes a log and what runs an invocation."""
    wrap_function(cloudwatch_logs, "_append_log_events", _patch_append)
    wrap_function(lambda_svc, "_execute_function_dispatch", _patch_dispatch)
    wrap_function(lambda_svc, "_emit_lambda_metrics", _patch_emit_metrics)


def _patch_append(append: Callable[..., None]) -> Callable[..., None]:
    def append_and_count(stream: _Record, events: list[_Record]) -> None:
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

    return append_and_count


def _patch_dispatch(dispatch: Callable[..., _Record]) -> Callable[..., _Record]:
    def dispatch_and_count(function: _Record, config: _Record, *arguments: Any) -> _Record:  # noqa: ANN401 - ministack's own signature
        began = time.time()
        result = dispatch(function, config, *arguments)
        of = {"FunctionName": config.get("FunctionName", "")}
        counted = (
            ("Invocations", 1.0, "Count"),
            ("Errors", float(bool(result.get("error"))), "Count"),
            ("Duration", (time.time() - began) * _MILLISECONDS, "Milliseconds"),
        )
        for name, value, unit in counted:
            cloudwatch._store_datum("AWS/Lambda", name, of, began, unit, value, None, None, None)
        return result

    return dispatch_and_count


def _patch_emit_metrics(_: Callable[..., None]) -> Callable[..., None]:
    def count_throttle(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:  # noqa: FBT001 - ministack's own signature
        # ministack reports a throttled synchronous invocation twice, the second time with its
        # duration. Errors are counted where they happen.
        if throttle and not (duration_ms or error):
            of = {"FunctionName": function_name}
            cloudwatch.record_metric("AWS/Lambda", "Throttles", 1, "Count", of)

    return count_throttle


def count_function(function_arn: str, metric: str, number: int) -> None:
    """Count what a CloudFront Function did at the edge, in its account and in us-east-1."""
    *_, account_id, name = function_arn.split(":")
    of = {"FunctionName": name.removeprefix("function/"), "Region": "Global"}
    with responses.request_scope(account_id, "us-east-1"):
        cloudwatch.record_metric("AWS/CloudFront", metric, number, "Count", of)


class Queues:
    """Measures the queues of the account and region being served."""

    def __init__(self) -> None:
        # The minute and the number that were counted last, by account, region and URL.
        self._measured: AccountRegionScopedDict = AccountRegionScopedDict()

    def measure(self, at: float) -> None:
        """Count the visible messages of each queue, if their number or the minute has changed."""
        for url, queue in list(sqs._queues.items()):
            sqs._refresh_counts(queue)
            number = float(queue["attributes"]["ApproximateNumberOfMessages"])
            measured = (at // MINUTE, number)
            if self._measured.get(url) != measured:
                self._measured[url] = measured
                name = "ApproximateNumberOfMessagesVisible"
                of = {"QueueName": url.rpartition("/")[2]}
                cloudwatch._store_datum("AWS/SQS", name, of, at, "Count", number, None, None, None)

    def clear(self) -> None:
        """Measure all again."""
        self._measured = AccountRegionScopedDict()
