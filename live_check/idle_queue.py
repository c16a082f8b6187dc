"""
Whether the metrics of a queue stop that holds a message and is not used: a question of a day.

A run puts the message into a queue that it leaves behind, and the clean-up of the next day reads
the queue's metrics, which does not touch the queue, before it deletes it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from live_check.account import Account

_METRIC = "ApproximateNumberOfMessagesVisible"
# Hours, of which one call returns two months (doc: CloudWatch API Reference, GetMetricStatistics).
_PERIOD = timedelta(hours=1)


class NotIdleYetError(Exception):
    """The queue has to stay idle; the message says until when."""


def read_verdict(account: Account, queue_url: str, *, since: datetime, now: datetime) -> str:
    """Return the answer of question 16; raise NotIdleYetError if it is too early to ask."""
    ready = since + timedelta(seconds=account.timing.idle)
    if now < ready:
        raise NotIdleYetError(f"question 16 needs it idle until {ready:%Y-%m-%d %H:%M} UTC")
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName=_METRIC,
        Dimensions=[{"Name": "QueueName", "Value": queue_url.rpartition("/")[2]}],
        StartTime=since - _PERIOD,
        EndTime=now + _PERIOD,
        Period=int(_PERIOD.total_seconds()),
        Statistics=["Maximum"],
    )["Datapoints"]
    return verdict([each["Timestamp"].astimezone(UTC) for each in points], since=since, now=now)


def verdict(points: Sequence[datetime], *, since: datetime, now: datetime) -> str:
    """Return the answer, by the instants of the metric's data points."""
    if not points:
        return f"{_METRIC} was never counted"
    # A point is dated by the beginning of its hour, and arrives late.
    last = max(points) + _PERIOD
    if now - last <= _PERIOD:
        return f"{_METRIC} was still counted {_hours(now - since)} after the last use"
    return f"{_METRIC} was counted until {_hours(last - since)} after the last use"


def _hours(duration: timedelta) -> str:
    return f"{duration / timedelta(hours=1):.1f} h"
