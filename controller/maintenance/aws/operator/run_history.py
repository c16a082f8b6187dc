"""
What the controller's runs leave in CloudWatch: when one ended last, and the errors in their log.

    source                                  moves                     why it is used, or not
    --------------------------------------  ------------------------  ------------------------------
    the metric InMaintenance                with each run, within     one call shows a day, to the
                                            a minute or so            minute
    the date of the status parameter        only if it changes        days may pass
    the last event of a log stream          within an hour            too late
    AWS/Lambda Invocations                  with each request         `status` is one too

Sources: CloudWatch API Reference, GetMetricStatistics (at most 1,440 data points a call);
CloudWatch Logs API Reference, LogStream (lastEventTimestamp) and FilterLogEvents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from maintenance.aws.errors import translate_errors
from maintenance.errors import ObservationError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# A day of minutes is as much as one call returns.
REACH = timedelta(days=1)
_MINUTE = 60
_NAMESPACE, _METRIC = "SiteMaintenance", "InMaintenance"
# JSON logs have a level (doc: Lambda Developer Guide, monitoring-cloudwatchlogs-logformat).
_ERRORS = '{ $.level = "ERROR" }'


class Metrics(Protocol):
    """The part of CloudWatch's client that is used; its types are not installed."""

    def get_metric_statistics(self, **request: Any) -> Any:  # noqa: ANN401, D102 - boto3's own signature
        ...


class RunHistory:
    """Reads what the runs of one stack have left. Both clients are made when they are needed."""

    def __init__(
        self,
        metrics: Callable[[], Metrics],
        logs: Callable[[], CloudWatchLogsClient],
        *,
        stack: str,
        log_group: str,
    ) -> None:
        self._metrics = metrics
        self._logs = logs
        self._stack = stack
        self._log_group = log_group

    def last_run(self, now: datetime) -> datetime | None:
        """
        Return the minute in which a run ended last, None if none did within REACH.

        Raises ObservationError.
        """
        with translate_errors(ObservationError, "the controller's metrics cannot be read"):
            found = self._metrics().get_metric_statistics(
                Namespace=_NAMESPACE,
                MetricName=_METRIC,
                Dimensions=[{"Name": "service", "Value": self._stack}],
                StartTime=now - REACH,
                EndTime=now + timedelta(minutes=1),
                Period=_MINUTE,
                Statistics=["SampleCount"],
            )
        return max((each["Timestamp"] for each in found["Datapoints"]), default=None)

    def errors(self, since: datetime, until: datetime) -> tuple[str, ...]:
        """Return each error in the log of that time once, newest last; raise ObservationError."""
        with translate_errors(ObservationError, "the controller's log cannot be read"):
            pages = (
                self._logs()
                .get_paginator("filter_log_events")
                .paginate(
                    logGroupName=self._log_group,
                    startTime=int(since.timestamp() * 1000),
                    endTime=int(until.timestamp() * 1000),
                    filterPattern=_ERRORS,
                )
            )
            lines = [each["message"] for page in pages for each in page["events"]]
        return tuple(dict.fromkeys(found for line in lines for found in _errors(line)))


def _errors(line: str) -> Iterator[str]:
    """Yield the error of a line of the log, if it is one that the controller has written."""
    try:
        error = json.loads(line)["error"]
    except (ValueError, TypeError, KeyError):
        return
    if isinstance(error, str):
        yield error
