"""The adapter of the standby function's code, over HTTP against the sandbox."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.aws.function_code import FunctionCode, LiveCode
from maintenance.errors import ApplyError, MaintenanceError, ObservationError, StaleObservation

from tests.cloud import Cloud
from tests.sandbox.builders import a_function, a_store

NAME = "standby"
_FIRST, _SECOND = b"function handler() { return 1; }", b"function handler() { return 2; }"


@pytest.fixture
def store(cloud: Cloud) -> str:
    """Give the ARN of a store."""
    return a_store(cloud)


def _adapter(cloud: Cloud, store: str, name: str = NAME) -> FunctionCode:
    return FunctionCode(lambda: cloud.cloudfront, name=name, store_arn=store)


def _publish(cloud: Cloud, store: str, code: bytes = _SECOND) -> None:
    adapter = _adapter(cloud, store)
    adapter.publish(code, over=adapter.read_development())


def _error(act: Callable[[], object]) -> tuple[type[MaintenanceError], str]:
    with pytest.raises(MaintenanceError) as caught:
        act()
    return type(caught.value), str(caught.value)


def test_what_is_published_is_read_with_its_time(cloud: Cloud, store: str) -> None:
    """An update that is not published yet does not count."""
    a_function(cloud, NAME, code=_FIRST.decode(), store=store)
    described = cloud.cloudfront.describe_function(Name=NAME, Stage="DEVELOPMENT")
    config = described["FunctionSummary"]["FunctionConfig"]
    cloud.cloudfront.update_function(
        Name=NAME, IfMatch=described["ETag"], FunctionConfig=config, FunctionCode=_SECOND
    )

    live = _adapter(cloud, store).read_live()

    assert _FIRST == live.code
    assert live.published
    assert abs(datetime.now(UTC) - live.published) < timedelta(minutes=1)


def test_a_function_that_was_never_published_has_no_code(cloud: Cloud, store: str) -> None:
    """Visitors do not meet it."""
    a_function(cloud, NAME, code=_FIRST.decode(), published=False)

    assert LiveCode(b"", None) == _adapter(cloud, store).read_live()


def test_a_published_code_keeps_the_store_and_the_comment(cloud: Cloud, store: str) -> None:
    """An update without them would remove the store from the function (doc: update-function)."""
    a_function(cloud, NAME, code=_FIRST.decode(), store=store)
    before = cloud.cloudfront.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]

    _publish(cloud, store)

    after = cloud.cloudfront.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]
    assert _SECOND == _adapter(cloud, store).read_live().code
    assert before["FunctionConfig"] == after["FunctionConfig"]
    stores = after["FunctionConfig"]["KeyValueStoreAssociations"]["Items"]
    assert [store] == [each["KeyValueStoreARN"] for each in stores]


def test_a_code_that_cannot_read_the_store_does_not_count(cloud: Cloud, store: str) -> None:
    """Somebody took the store off the function; a publish puts it there again."""
    a_function(cloud, NAME, code=_FIRST.decode())
    before = _adapter(cloud, store).read_live()

    _publish(cloud, store)

    after = cloud.cloudfront.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]
    stores = after["FunctionConfig"]["KeyValueStoreAssociations"]["Items"]
    assert (b"", _SECOND) == (before.code, _adapter(cloud, store).read_live().code)
    assert before.published
    assert [store] == [each["KeyValueStoreARN"] for each in stores]


def test_of_two_writers_the_second_one_gets_a_conflict(cloud: Cloud, store: str) -> None:
    """What it was made of may be older than what the other writer has published."""
    a_function(cloud, NAME, code=_FIRST.decode(), store=store)
    slow = _adapter(cloud, store)
    read = slow.read_development()
    _publish(cloud, store, _SECOND)

    kind, sentence = _error(lambda: slow.publish(_FIRST, over=read))

    assert StaleObservation is kind
    assert "standby was not published" in sentence
    assert _SECOND == slow.read_live().code


@pytest.mark.parametrize(
    ("operation", "code", "kind", "words"),
    [
        ("UpdateFunction", "AccessDenied", ApplyError, "give the controller's role that"),
        ("PublishFunction", "AccessDenied", ApplyError, "give the controller's role that"),
        ("DescribeFunction", "AccessDenied", ObservationError, "cannot be read"),
        ("UpdateFunction", "FunctionSizeLimitExceeded", ApplyError, "what is composed with it"),
    ],
)
def test_an_error_says_what_to_do(
    cloud: Cloud, operation: str, code: str, kind: type[MaintenanceError], words: str
) -> None:
    """And its kind whether it was reading or writing."""
    a_function(cloud, NAME, code=_FIRST.decode())
    cloud.sandbox.inject_fault("refuse", f"cloudfront:{operation}", code=code, status=403, times=99)

    caught, sentence = _error(lambda: _publish(cloud, a_store(cloud)))

    assert kind is caught
    assert words in sentence


def test_a_function_that_someone_deleted_is_named_with_the_remedy(cloud: Cloud, store: str) -> None:
    """An update of the stack would not create it again: CloudFormation takes it to exist."""
    kind, sentence = _error(_adapter(cloud, store, "missing").read_development)

    assert ObservationError is kind
    assert "missing cannot be read" in sentence
    assert "delete the stack (docs/remove.md) and deploy it again" in sentence
