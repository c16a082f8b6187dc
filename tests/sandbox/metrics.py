"""Metrics and an alarm of a shop's till, for the sandbox's tests."""

import json
import time
from typing import Any

from tests.cloud import Cloud


def an_embedded_metric(name: str, *values: float) -> str:
    """Return a log line that counts values now, for the service `till`."""
    directive = {
        "Namespace": "Shop",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    at = int(time.time() * 1000)
    metadata = {"Timestamp": at, "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": metadata, "service": "till", name: list(values)})


def log_events(cloud: Cloud, *lines: str) -> None:
    """Write lines to a log."""
    stream = {"logGroupName": "group", "logStreamName": "stream"}
    cloud.logs.create_log_group(logGroupName="group")
    cloud.logs.create_log_stream(**stream)
    at = int(time.time() * 1000)
    events = [{"timestamp": at, "message": line} for line in lines]
    cloud.logs.put_log_events(**stream, logEvents=events)  # type: ignore[arg-type]  # built by parts


def alarm_on(cloud: Cloud, metric: str, **members: Any) -> None:  # noqa: ANN401 - boto3 checks them
    """Create the alarm `alarm` for a sum of 1 or more in five minutes, for the service `till`."""
    defaults = {
        "Namespace": "Shop",
        "MetricName": metric,
        "Dimensions": [{"Name": "service", "Value": "till"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    cloud.cloudwatch.put_metric_alarm(AlarmName="alarm", **{**defaults, **members})


def state(cloud: Cloud) -> str:
    """Return the state of the alarm."""
    (alarm,) = cloud.cloudwatch.describe_alarms(AlarmNames=["alarm"])["MetricAlarms"]
    return str(alarm["StateValue"])
