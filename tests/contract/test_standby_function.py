"""The adapter of the standby function's code, over HTTP against the sandbox."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.aws.standby_function import StandbyFunctionCode
from maintenance.errors import (
    ApplyError,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)

from tests.cloud import Cloud
from tests.sandbox.builders import a_function, a_store

NAME = "standby"
_FIRST, _SECOND = b"function handler() { return 1; }", b"function handler() { return 2; }"


def _sleep_not(_: float) -> None:
    """Go on at once."""


def _adapter(
    cloud: Cloud, pauses: list[float] | None = None, name: str = NAME
) -> StandbyFunctionCode:
    return StandbyFunctionCode(
        lambda: cloud.cloudfront,
        name=name,
        sleep=_sleep_not if pauses is None else pauses.append,
        jitter=lambda: 0.5,
    )


def _error(act: Callable[[], object]) -> tuple[type[MaintenanceError], str]:
    with pytest.raises(MaintenanceError) as caught:
        act()
    return type(caught.value), str(caught.value)


def test_what_is_published_is_read_with_its_time(cloud: Cloud) -> None:
    """An update that is not published yet does not count."""
    a_function(cloud, NAME, code=_FIRST.decode())
    described = cloud.cloudfront.describe_function(Name=NAME, Stage="DEVELOPMENT")
    config = described["FunctionSummary"]["FunctionConfig"]
    cloud.cloudfront.update_function(
        Name=NAME, IfMatch=described["ETag"], FunctionConfig=config, FunctionCode=_SECOND
    )

    live = _adapter(cloud).read_live()

    assert _FIRST == live.code
    assert abs(datetime.now(UTC) - live.published) < timedelta(minutes=1)


def test_a_published_code_keeps_the_store_and_the_comment(cloud: Cloud) -> None:
    """An update without them would remove the store from the function (doc: update-function)."""
    store = a_store(cloud)
    a_function(cloud, NAME, code=_FIRST.decode(), store=store)
    before = cloud.cloudfront.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]

    _adapter(cloud).publish(lambda: _SECOND)

    after = cloud.cloudfront.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]
    assert _SECOND == _adapter(cloud).read_live().code
    assert before["FunctionConfig"] == after["FunctionConfig"]
    stores = after["FunctionConfig"]["KeyValueStoreAssociations"]["Items"]
    assert [store] == [each["KeyValueStoreARN"] for each in stores]


def test_after_a_conflict_the_code_is_made_again(cloud: Cloud) -> None:
    """What it was made of may be older than what the other writer has published."""
    a_function(cloud, NAME, code=_FIRST.decode())
    pauses: list[float] = []
    made: list[bytes] = []

    def make() -> bytes:
        if not made:
            _adapter(cloud).publish(lambda: b"function handler() { return 'other'; }")
        made.append(_SECOND)
        return _SECOND

    _adapter(cloud, pauses).publish(make)

    assert [_SECOND, _SECOND] == made
    assert [0.1] == pauses
    assert _SECOND == _adapter(cloud).read_live().code


def test_who_never_comes_first_fails_and_changes_nothing(cloud: Cloud) -> None:
    """After five tries; the next run continues."""
    a_function(cloud, NAME, code=_FIRST.decode())
    stale = {"code": "PreconditionFailed", "status": 412, "times": 99}
    cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateFunction", **stale)

    kind, sentence = _error(lambda: _adapter(cloud).publish(lambda: _SECOND))

    assert StaleObservation is kind
    assert "the CloudFront Function standby was not published" in sentence
    assert 5 == len(cloud.sandbox.calls("cloudfront:UpdateFunction"))
    assert _FIRST == _adapter(cloud).read_live().code


@pytest.mark.parametrize(
    ("operation", "code", "kind", "words"),
    [
        ("UpdateFunction", "AccessDenied", ApplyError, "give the controller's role that"),
        ("PublishFunction", "AccessDenied", ApplyError, "give the controller's role that"),
        ("DescribeFunction", "AccessDenied", ObservationError, "cannot be read"),
        ("UpdateFunction", "Throttling", Throttled, "was not published"),
        ("UpdateFunction", "FunctionSizeLimitExceeded", ApplyError, "standby compose"),
    ],
)
def test_an_error_says_what_to_do(
    cloud: Cloud, operation: str, code: str, kind: type[MaintenanceError], words: str
) -> None:
    """And its kind whether a retry helps."""
    a_function(cloud, NAME, code=_FIRST.decode())
    cloud.sandbox.inject_fault("refuse", f"cloudfront:{operation}", code=code, status=403, times=99)

    caught, sentence = _error(lambda: _adapter(cloud).publish(lambda: _SECOND))

    assert kind is caught
    assert words in sentence


def test_a_function_that_someone_deleted_is_named_with_the_remedy(cloud: Cloud) -> None:
    """Its store may still be there."""
    kind, sentence = _error(lambda: _adapter(cloud, name="missing").read_live())

    assert ObservationError is kind
    assert "the CloudFront Function missing cannot be read" in sentence
    assert "deploy the stack again, which creates it" in sentence


def test_what_the_maker_of_the_code_raises_passes(cloud: Cloud) -> None:
    """Nothing is written then."""
    a_function(cloud, NAME, code=_FIRST.decode())

    def make() -> bytes:
        raise ObservationError("the store cannot be read")

    assert (ObservationError, "the store cannot be read") == _error(
        lambda: _adapter(cloud).publish(make)
    )
    assert [] == cloud.sandbox.calls("cloudfront:UpdateFunction")
