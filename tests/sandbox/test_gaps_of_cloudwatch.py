"""
Gaps of ministack that the patches fill, in metrics and alarms: a test for each.

A failure is good news: ministack has closed the gap. Then remove the patch that the test names.
"""

import time
from typing import Any

import httpx
import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions
from tests.sandbox.failing import a_failing_function
from tests.sandbox.metrics import alarm_on, an_embedded_metric, log_events, state

pytestmark = pytest.mark.gap


def _counted(cloud: Cloud, namespace: str) -> list[dict[str, Any]]:
    metrics: list[dict[str, Any]] = cloud.cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    return metrics


def test_metrics_in_logs_are_not_counted(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/embedded_metrics, patches/cloudwatch/metrics."""
    log_events(plain, an_embedded_metric("Orders", 1))

    assert [] == _counted(plain, "Shop")


def test_queues_are_not_measured(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/metrics, Queues."""
    url = plain.sqs.create_queue(QueueName="queue")["QueueUrl"]
    plain.sqs.send_message(QueueUrl=url, MessageBody="1")

    assert [] == _counted(plain, "AWS/SQS")


def test_cloudfront_functions_are_not_counted(plain: Cloud) -> None:
    """Patch: edge/triggers, patches/cloudwatch/metrics, count_function."""
    code = "function handler(event) { return { statusCode: 204 }; }"
    used = a_behavior(FunctionAssociations=functions(viewer_request=a_function(plain, code=code)))
    distribution_id = a_distribution(plain, DefaultCacheBehavior=used)
    domain = plain.cloudfront.get_distribution(Id=distribution_id)["Distribution"]["DomainName"]

    answer = httpx.get(plain.sandbox.endpoint_url, headers={"Host": domain})

    assert 204 == answer.status_code
    assert [] == _counted(plain, "AWS/CloudFront")


def test_asynchronous_invocations_count_as_successful(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/metrics, AWS/Lambda Errors."""
    name = a_failing_function(plain)
    plain.functions.invoke(FunctionName=name, InvocationType="Event")
    group = f"/aws/lambda/{name}"
    eventually(lambda: plain.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    # When the second try is in the log, the first would have been counted.
    eventually(lambda: plain.logs.describe_log_streams(logGroupName=group)["logStreams"][1:])

    statistics = plain.cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        StartTime=time.time() - 600,
        EndTime=time.time() + 600,
        Period=3600,
        Statistics=["Sum"],
    )
    assert [0.0] == [each["Sum"] for each in statistics["Datapoints"]]


def test_an_alarm_counts_other_dimensions(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/alarms, dimensions."""
    alarm_on(plain, "Orders")
    datum = {"MetricName": "Orders", "Value": 1, "Dimensions": [{"Name": "service", "Value": "x"}]}

    plain.cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])

    assert "ALARM" == state(plain)


def test_an_alarm_ignores_missing_data(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/alarms, patches/cloudwatch/alarm_evaluation: TreatMissingData."""
    alarm_on(plain, "Orders", TreatMissingData="breaching")

    plain.cloudwatch.put_metric_data(
        Namespace="Other", MetricData=[{"MetricName": "wakes", "Value": 0}]
    )

    assert "INSUFFICIENT_DATA" == state(plain)


def test_an_alarm_evaluates_its_periods_as_one(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/alarms, patches/cloudwatch/alarm_evaluation: DatapointsToAlarm."""
    alarm_on(plain, "Orders", Period=60, EvaluationPeriods=3, DatapointsToAlarm=3)
    where = [{"Name": "service", "Value": "till"}]
    data = [
        {
            "MetricName": "Orders",
            "Value": value,
            "Timestamp": time.time() - ago,
            "Dimensions": where,
        }
        for value, ago in ((0, 150), (0, 90), (5, 30))
    ]

    plain.cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)

    assert "ALARM" == state(plain)


def test_an_alarm_changes_only_when_data_are_put(plain: Cloud) -> None:
    """Patch: patches/cloudwatch/alarms, each second."""
    alarm_on(plain, "Orders", TreatMissingData="notBreaching")

    # Only waiting can show that nothing changes: the sandbox evaluates each second.
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert "INSUFFICIENT_DATA" == state(plain)
        time.sleep(0.1)
