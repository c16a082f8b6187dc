"""Contract: CloudWatch counts what services record by themselves, and evaluates alarms on it."""

import time
from typing import Any

import httpx
import pytest

from sandbox.process import SandboxError
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_store,
    a_version,
    functions,
)
from tests.sandbox.failing import a_failing_function
from tests.sandbox.metrics import alarm_on, an_embedded_metric, log_events, state

_TILL = {"Name": "service", "Value": "till"}


def _sum(cloud: Cloud, namespace: str, metric: str, *dimensions: dict[str, str]) -> float:
    """Return the sum of all values, 0 without any."""
    now = time.time()
    statistics: dict[str, Any] = cloud.cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=dimensions,
        StartTime=now - 3600,
        EndTime=now + 60,
        Period=86400,
        Statistics=["Sum"],
    )
    return float(sum(each["Sum"] for each in statistics["Datapoints"]))


def test_a_metric_in_a_log_line_is_counted(cloud: Cloud) -> None:
    """Each of its values, with its dimensions."""
    log_events(cloud, "nothing to count", an_embedded_metric("Orders", 1, 2))

    assert 3 == _sum(cloud, "Shop", "Orders", _TILL)


def test_each_try_of_an_asynchronous_invocation_is_counted(cloud: Cloud) -> None:
    """Errors too: the alarm on failed runs relies on them."""
    a_failing_function(cloud)
    cloud.functions.put_function_event_invoke_config(FunctionName="failing", MaximumRetryAttempts=1)
    cloud.functions.invoke(FunctionName="failing", InvocationType="Event")

    failing = {"Name": "FunctionName", "Value": "failing"}
    assert eventually(lambda: _sum(cloud, "AWS/Lambda", "Errors", failing) == 2)
    assert 2 == _sum(cloud, "AWS/Lambda", "Invocations", failing)


def test_a_successful_invocation_is_no_error(cloud: Cloud) -> None:
    """It is counted once."""
    a_version(cloud, "working")
    cloud.functions.invoke(FunctionName="working")

    working = {"Name": "FunctionName", "Value": "working"}
    counted = [_sum(cloud, "AWS/Lambda", name, working) for name in ("Invocations", "Errors")]
    assert [1, 0] == counted


_READS = """import cf from 'cloudfront';
    async function handler(event) {
        const kvs = cf.kvs();
        try { await kvs.get('state') } catch (error) {}
        await kvs.exists('state').catch(() => 0);
        if (event.request.uri === '/fails') throw new Error('no luck');
        return event.request.uri === '/invalid' ? 1 : { statusCode: 204 };
    }"""


@pytest.mark.parametrize(
    ("path", "setting", "status", "counted"),
    [
        ("/", "", 204, {"FunctionInvocations": 1, "KvsReadRequests": 2}),
        ("/", "failing_reads", 204, {"FunctionInvocations": 1, "KvsReadErrors": 2}),
        (
            "/fails",
            "",
            503,
            {"FunctionInvocations": 1, "KvsReadRequests": 2, "FunctionExecutionErrors": 1},
        ),
        (
            "/invalid",
            "",
            502,
            {"FunctionInvocations": 1, "KvsReadRequests": 2, "FunctionValidationErrors": 1},
        ),
        ("/", "throttled_functions", 503, {"FunctionThrottles": 1}),
    ],
)
def test_a_cloudfront_function_is_counted(
    cloud: Cloud, path: str, setting: str, status: int, counted: dict[str, int]
) -> None:
    """By its name, in us-east-1 (doc: CloudFront Developer Guide, viewing-cloudfront-metrics)."""
    if setting:
        cloud.sandbox.set(**{setting: 1})
    arn = a_function(cloud, code=_READS, store=a_store(cloud))
    used = a_behavior(FunctionAssociations=functions(viewer_request=arn))
    distribution_id = a_distribution(cloud, DefaultCacheBehavior=used)
    cloud.sandbox.finish_deployments()
    domain = cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]["DomainName"]

    answer = httpx.get(f"{cloud.sandbox.endpoint_url}{path}", headers={"Host": domain})

    of = ({"Name": "FunctionName", "Value": "rewrite"}, {"Name": "Region", "Value": "Global"})
    names = [
        each["MetricName"]
        for each in cloud.cloudwatch.list_metrics(Namespace="AWS/CloudFront")["Metrics"]
    ]
    sums = {name: _sum(cloud, "AWS/CloudFront", name, *of) for name in names}
    assert (status, counted) == (answer.status_code, {name: n for name, n in sums.items() if n})


def test_a_queue_is_measured_while_messages_wait_in_it(cloud: Cloud) -> None:
    """And when it is empty again: its alarm lasts exactly as long as messages wait."""
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


def test_an_alarm_counts_only_its_own_dimensions(cloud: Cloud) -> None:
    """The metrics of other stacks have the same name."""
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


def test_alarms_are_evaluated_at_each_minute_of_an_advance(cloud: Cloud) -> None:
    """An alarm that began and ended in between is in the history."""
    alarm_on(cloud, "Orders", TreatMissingData="notBreaching")
    cloud.sandbox.advance(0)
    log_events(cloud, an_embedded_metric("Orders", 1))

    cloud.sandbox.advance(30)

    history = cloud.cloudwatch.describe_alarm_history(
        AlarmName="alarm", HistoryItemType="StateUpdate"
    )
    changes = {each["HistorySummary"] for each in history["AlarmHistoryItems"]}
    assert {"Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"} <= changes


def test_an_alarm_is_evaluated_by_itself(cloud: Cloud) -> None:
    """Without new data, and without an advance."""
    alarm_on(cloud, "Orders", TreatMissingData="breaching")

    assert eventually(lambda: state(cloud) == "ALARM")


def test_an_advance_moves_deployments_too(cloud: Cloud) -> None:
    """They are that much longer ago, and that much nearer to their end."""
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
def test_an_invalid_advance_is_refused(cloud: Cloud, minutes: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """The message says what is valid."""
    with pytest.raises(SandboxError, match="minutes is a whole number from 0 to 1440"):
        cloud.sandbox.advance(minutes)
