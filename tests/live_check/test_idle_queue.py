"""The question that takes a day: when the metrics of an idle queue stop."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from live_check.account import Account, run_name, start_of
from live_check.clean_up import Left
from live_check.idle_queue import NotIdleYetError, read_verdict, verdict

HOUR = timedelta(hours=1)
SINCE = datetime(2026, 12, 1, 12, 20, tzinfo=UTC)
NAME = "ApproximateNumberOfMessagesVisible"


def points(hours: int) -> list[datetime]:
    """Return so many data points, each dated by the beginning of its hour."""
    first = SINCE.replace(minute=0)
    return [first + number * HOUR for number in range(hours)]


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (points(0), f"{NAME} was never counted"),
        (points(7), f"{NAME} was counted until 6.7 h after the last use"),
        (points(24), f"{NAME} was still counted 24.0 h after the last use"),
        (points(25), f"{NAME} was still counted 24.0 h after the last use"),
    ],
)
def test_the_answer_says_until_when_the_metric_was_counted(
    counted: list[datetime], expected: str
) -> None:
    """To the hour, and the last hour may be late."""
    assert expected == verdict(counted, since=SINCE, now=SINCE + 24 * HOUR)


def test_a_queue_that_was_not_idle_for_long_is_left() -> None:
    """On AWS that takes eight hours; it is no failure of the run."""
    account = Account(boto3.Session(), None, "123456789012")

    with pytest.raises(NotIdleYetError, match="idle until 2026-12-01 20:20 UTC") as found:
        read_verdict(account, "https://sqs/1/queue", since=SINCE, now=SINCE + 7 * HOUR)

    assert Left("queue", str(found.value), is_idle_queue=True).can_wait


def test_a_run_is_named_after_its_start() -> None:
    """The queue is idle since then."""
    assert SINCE == start_of(run_name(SINCE.timestamp()))
