"""What the controller's runs leave in CloudWatch, read back over HTTP."""

import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.aws.operator.run_history import REACH, RunHistory
from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reporting.report import Report
from maintenance.reporting.telemetry import count_report
from maintenance.schedule.decision import Decision

from tests.cloud import Cloud, eventually

GROUP = "/site/controller"
STREAM = "2026/12/01/[$LATEST]1"
NOW = datetime.now(UTC)


@pytest.fixture
def history(cloud: Cloud) -> RunHistory:
    """Give the history of a controller that has not run yet."""
    cloud.logs.create_log_group(logGroupName=GROUP)
    cloud.logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    return RunHistory(lambda: cloud.cloudwatch, lambda: cloud.logs, stack="site", log_group=GROUP)


def write(cloud: Cloud, *lines: str, at: datetime) -> None:
    """Write lines of the controller's log, as Lambda does."""
    events = [{"timestamp": int(at.timestamp() * 1000), "message": each} for each in lines]
    cloud.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=events)  # type: ignore[arg-type]  # the generator's own type


def metrics(stack: str, at: datetime) -> str:
    """Return the line by which a run counts itself."""
    line = io.StringIO()
    with redirect_stdout(line):
        count_report(Report(Decision(Mode.LIVE, "Live.")), stack_name=stack, now=at)
    document = json.loads(line.getvalue())
    document["_aws"]["Timestamp"] = int(at.timestamp() * 1000)
    return json.dumps(document)


def test_the_last_run_is_the_newest_one_of_the_stack(cloud: Cloud, history: RunHistory) -> None:
    """To the minute; other stacks of the account count for themselves."""
    write(cloud, metrics("site", NOW - timedelta(hours=2)), at=NOW)
    write(cloud, metrics("site", NOW - timedelta(minutes=20)), at=NOW)
    write(cloud, metrics("shop", NOW - timedelta(minutes=1)), at=NOW)

    last = eventually(lambda: history.last_run(NOW))

    assert last
    assert timedelta(0) <= NOW - timedelta(minutes=20) - last < timedelta(minutes=1)


def test_a_controller_that_has_not_run_for_a_day_has_no_last_run(
    cloud: Cloud, history: RunHistory
) -> None:
    """Two sweeps fit into a day."""
    write(cloud, metrics("site", NOW - REACH - timedelta(minutes=5)), at=NOW)

    assert None is history.last_run(NOW)


def test_the_errors_of_the_log_are_whole_and_each_is_there_once(
    cloud: Cloud, history: RunHistory
) -> None:
    """A run and its retries log the same error; lines of Lambda's own have none."""
    long = "access denied " * 200
    lines = [json.dumps({"level": "ERROR", "error": each}) for each in ("one", long, "one")]
    write(cloud, *lines, "START RequestId: 1", json.dumps({"error": 1}), "[]", at=NOW)

    minute = timedelta(minutes=1)
    assert ("one", long) == history.errors(NOW - minute, NOW + minute)
    assert () == history.errors(NOW - 3 * minute, NOW - 2 * minute)


def test_what_cloudwatch_refuses_is_named(cloud: Cloud) -> None:
    """The command shows the rest all the same."""
    elsewhere = RunHistory(
        lambda: cloud.cloudwatch, lambda: cloud.logs, stack="site", log_group="/nowhere"
    )
    refusal = {"code": "AccessDenied", "status": 403, "message": "not allowed"}
    cloud.sandbox.inject_fault("refuse", "monitoring:GetMetricStatistics", **refusal)

    with pytest.raises(ObservationError, match="log cannot be read"):
        elsewhere.errors(NOW, NOW)
    with pytest.raises(ObservationError, match="metrics cannot be read"):
        elsewhere.last_run(NOW)
