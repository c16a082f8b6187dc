"""The token buckets: full at first, emptied by their own calls, filled again by time."""

from dataclasses import dataclass

from sandbox.api.operations import Operation
from sandbox.api.throttling import Throttle
from sandbox.settings import CurrentSettings, Settings

_UPDATE = Operation("cloudfront:UpdateDistribution", "/2020-05-31/distribution/E1/config", "test")
_READ = Operation("cloudfront:GetDistributionConfig", "/2020-05-31/distribution/E1/config", "test")
_GET = Operation("ssm:GetParameter", "/site/maintenance", "test")
_PAGE = Operation("ssm:GetParametersByPath", "/site/maintenance/windows", "test")
_PUT = Operation("ssm:PutParameter", "/site/maintenance", "test")
_HISTORY = Operation("ssm:GetParameterHistory", "/site/maintenance", "test")


@dataclass
class _Clock:
    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


def _accepted(throttle: Throttle, *operations: Operation) -> list[bool]:
    return [throttle.refusal(each) is None for each in operations]


def test_without_the_setting_every_update_is_accepted() -> None:
    """There is no bucket."""
    throttle = Throttle(CurrentSettings(Settings()), _Clock())

    assert [True] * 3 == _accepted(throttle, *[_UPDATE] * 3)


def test_no_more_than_the_burst_is_accepted() -> None:
    """Reads and refused updates take no token."""
    clock = _Clock()
    settings = Settings(updates_per_minute=60, update_burst=2)
    throttle = Throttle(CurrentSettings(settings), clock)

    calls = (_UPDATE, _READ, _UPDATE, _UPDATE, _READ)
    assert [True, True, True, False, True] == _accepted(throttle, *calls)
    clock.seconds += 1
    assert [True, False] == _accepted(throttle, _UPDATE, _UPDATE)


def test_the_bucket_holds_no_more_than_the_burst() -> None:
    """Even after a quiet hour."""
    clock = _Clock()
    settings = Settings(updates_per_minute=60, update_burst=2)
    throttle = Throttle(CurrentSettings(settings), clock)
    clock.seconds += 3600

    assert [True, True, False] == _accepted(throttle, *[_UPDATE] * 3)


def test_a_cleared_bucket_is_full() -> None:
    """After a reset, no test feels what an earlier one took."""
    throttle = Throttle(CurrentSettings(Settings(updates_per_minute=1, update_burst=1)), _Clock())
    _accepted(throttle, _UPDATE)

    throttle.clear()

    assert [True] == _accepted(throttle, _UPDATE)


def test_parameter_reads_share_a_bucket_and_writes_and_history_another() -> None:
    """Neither takes from the other, or from CloudFront's."""
    clock = _Clock()
    settings = Settings(parameter_reads_per_second=2, parameter_writes_per_second=1)
    throttle = Throttle(CurrentSettings(settings), clock)

    calls = (_GET, _PAGE, _GET, _PUT, _HISTORY, _UPDATE)
    assert [True, True, False, True, False, True] == _accepted(throttle, *calls)
    clock.seconds += 1
    assert [True, True, True] == _accepted(throttle, _HISTORY, _GET, _PAGE)


def test_parameter_store_has_its_own_error_code() -> None:
    """Other than CloudFront's."""
    throttle = Throttle(CurrentSettings(Settings(parameter_writes_per_second=1)), _Clock())
    throttle.refusal(_PUT)

    refusal = throttle.refusal(_PUT)

    assert refusal is not None
    assert "ThrottlingException" == refusal.code
