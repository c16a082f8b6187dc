"""The least time in which a fleet could have been closed."""

from typing import Any

import pytest

from benchmarks.engines.closing import UPDATE, Closing


def call(operation: str, began: float, ended: float, **members: object) -> dict[str, Any]:
    """Return a logged call."""
    return {
        "operation": operation,
        "resource": "E1",
        "status": 200,
        "began": began,
        "ended": ended,
        **members,
    }


def closing(fleet: int, *others: dict[str, Any]) -> Closing:
    """Return one whose distributions are read for a second and updated for two, from second 10."""
    calls = [*others]
    for number in range(fleet):
        calls += [
            call("cloudfront:GetDistributionConfig", 10, 11, resource=f"E{number}"),
            call(UPDATE, 11, 13, resource=f"E{number}"),
        ]
    return Closing(accepted=0, seconds=0, calls=calls)


@pytest.mark.parametrize(("fleet", "seconds"), [(1, 3), (4, 3), (5, 6), (8, 6)])
def test_four_workers_close_a_fleet_in_rounds(fleet: int, seconds: float) -> None:
    """Each round takes the calls of one distribution."""
    assert seconds == closing(fleet).bound


def test_calls_of_no_distribution_come_first() -> None:
    """Those at the same time count once."""
    both = (call("ssm:GetParameter", 0, 1), call("cloudfront:ListDistributions", 0, 2))

    assert 2 + 3 == closing(1, *both).bound


def test_throttled_updates_take_as_long_as_the_limit_says() -> None:
    """A burst is accepted at once; what comes before and after, and the last answer, are added."""
    before, after = call("ssm:GetParameter", 0, 1), call("ssm:PutParameter", 14, 15)
    refused = call(UPDATE, 11, 12, status=400)
    throttled = closing(10, before, refused, after)

    # (10 - 5) / 30 minutes, two seconds of an update, one before, one to read, one after
    assert 10 + 2 + 1 + 1 + 1 == throttled.bound_of_throttling(30, burst=5)
    assert 1 == throttled.throttled
