"""Contract: what services count by themselves reaches CloudWatch, and alarms judge it."""

import time
from typing import Any

import pytest

from sandbox.process import SandboxError
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution, a_version
from tests.sandbox.failing import a_failing_function
from tests.sandbox.metrics import alarm_on, an_embedded_metric, log_events, state

_TILL = {"Name": "service", "Value": "till"}


def _sum(cloud: Cloud, namespace: str, metric: str, dimension: dict[str, str]) -> float:
    """Return what was counted in all, 0 if nothing."""
    now = time.time()
    told: dict[str, Any] = cloud.cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[dimension],
        StartTime=now - 3600,
        EndTime=now + 60,
        Period=86400,
        Statistics=["Sum"],
    )
    return float(sum(each["Sum"] for each in told["Datapoints"]))


def test_a_line_of_a_log_is_counted(cloud: Cloud) -> None:
    """Each of its values, under its dimensions."""
    log_events(cloud, "nothing to count", an_embedded_metric("Orders", 1, 2))

    assert 3 == _sum(cloud, "Shop", "Orders", _TILL)


def test_each_try_of_an_asynchronous_invocation_is_counted(cloud: Cloud) -> None:
    """With its error: the alarm about failed runs leans on it."""
    a_failing_function(cloud)
    cloud.functions.put_function_event_invoke_config(FunctionName="failing", MaximumRetryAttempts=1)
    cloud.functions.invoke(FunctionName="failing", InvocationType="Event")

    failing = {"Name": "FunctionName", "Value": "failing"}
    assert eventually(lambda: _sum(cloud, "AWS/Lambda", "Errors", failing) == 2)
    assert 2 == _sum(cloud, "AWS/Lambda", "Invocations", failing)


def test_an_invocation_that_succeeds_is_no_error(cloud: Cloud) -> None:
    """And is counted once."""
    a_version(cloud, "saying")
    cloud.functions.invoke(FunctionName="saying")

    saying = {"Name": "FunctionName", "Value": "saying"}
    counted = [_sum(cloud, "AWS/Lambda", name, saying) for name in ("Invocations", "Errors")]
    assert [1, 0] == counted


def test_a_queue_is_measured_while_messages_wait_in_it(cloud: Cloud) -> None:
    """And when they are gone: its alarm rings for just so long."""
    url = cloud.sqs.create_queue(QueueName="queue")["QueueUrl"]
    alarm_on(
        cloud,
        "ApproximateNumberOfMessagesVisible",
        Namespace="AWS/SQS",
        Dimensions=[{"Name": "QueueName", "Value": "queue"}],
        Statistic="Maximum",
    )
    cloud.sandbox.advance(2)
    empty = state(cloud)
    cloud.sqs.send_message(QueueUrl=url, MessageBody="1")
    cloud.sandbox.advance(10)
    waiting = state(cloud)
    cloud.sqs.purge_queue(QueueUrl=url)
    cloud.sandbox.advance(10)

    assert ("OK", "ALARM", "OK") == (empty, waiting, state(cloud))


def test_an_alarm_hears_only_its_own_dimensions(cloud: Cloud) -> None:
    """Another stack's metric has the same name."""
    alarm_on(cloud, "Orders", TreatMissingData="notBreaching")
    other = [{"Name": "service", "Value": "other"}]
    datum = {"MetricName": "Orders", "Value": 1}
    cloud.cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{**datum, "Dimensions": other}])
    cloud.sandbox.advance(1)
    others = state(cloud)
    cloud.cloudwatch.put_metric_data(
        Namespace="Shop", MetricData=[{**datum, "Dimensions": [_TILL]}]
    )
    cloud.sandbox.advance(1)

    assert ("OK", "ALARM") == (others, state(cloud))


def test_each_minute_that_passes_is_judged(cloud: Cloud) -> None:
    """An alarm that rang and ended in between has its history."""
    alarm_on(cloud, "Orders", TreatMissingData="notBreaching")
    cloud.sandbox.advance(0)
    log_events(cloud, an_embedded_metric("Orders", 1))

    cloud.sandbox.advance(30)

    history = cloud.cloudwatch.describe_alarm_history(
        AlarmName="alarm", HistoryItemType="StateUpdate"
    )
    said = {each["HistorySummary"] for each in history["AlarmHistoryItems"]}
    assert {"Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"} <= said


def test_an_alarm_is_judged_without_anybody_asking(cloud: Cloud) -> None:
    """As time goes by."""
    alarm_on(cloud, "Orders", TreatMissingData="breaching")

    assert eventually(lambda: state(cloud) == "ALARM")


def test_minutes_pass_for_a_deployment_too(cloud: Cloud) -> None:
    """It is that much longer ago, and that much nearer to its end."""
    cloud.sandbox.set(deploy_seconds=1800)
    distribution_id = a_distribution(cloud)

    def seen() -> tuple[str, float]:
        found = cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
        return found["Status"], time.time() - found["LastModifiedTime"].timestamp()

    cloud.sandbox.advance(20)
    status, ago = seen()
    cloud.sandbox.advance(10)

    assert "InProgress" == status
    assert 1200 <= ago < 1800
    assert "Deployed" == seen()[0]


@pytest.mark.parametrize("minutes", [-1, 1441, 0.5, "1", None])
def test_minutes_that_are_none_are_refused(cloud: Cloud, minutes: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """With the sentence that says what they are."""
    with pytest.raises(SandboxError, match="minutes is a whole number from 0 to 1440"):
        cloud.sandbox.advance(minutes)
