"""The adapter of the key-value store, over HTTP against the sandbox."""

import random
import time
from collections.abc import Callable, Iterator
from copy import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from maintenance.aws.standby.key_value_store import (
    STORE_CLIENT,
    KeyValueStore,
    StoreDescription,
    sign_calls,
)
from maintenance.aws.time_limit import limited
from maintenance.deadline import Deadline
from maintenance.errors import (
    ApplyError,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)
from maintenance.standby.changes import KeyChanges

from tests.cloud import Cloud
from tests.sandbox.builders import a_session, a_store, a_user, allow, put

_DATA = "cloudfront-keyvaluestore"
_MISSING = "arn:aws:cloudfront::000000000000:key-value-store/missing"


type Signer = Callable[[], Credentials | None]


def _sleep_not(_: float) -> None:
    """Go on at once."""


def _as_root() -> Credentials:
    return Credentials("test", "test")


def _adapter(cloud: Cloud, arn: str, pauses: list[float] | None = None) -> KeyValueStore:
    return KeyValueStore(
        lambda: cloud.key_values,
        arn=arn,
        sleep=_sleep_not if pauses is None else pauses.append,
        jitter=lambda: 0.5,
    )


def _client(cloud: Cloud, attempts: int, signer: Signer = _as_root) -> Any:  # noqa: ANN401 - a client
    """Return a client of its own, which makes so many attempts."""
    config = STORE_CLIENT.merge(Config(retries={"total_max_attempts": attempts}))
    client = boto3.Session("test", "test", region_name="us-east-1").client(
        "cloudfront-keyvaluestore", endpoint_url=cloud.sandbox.endpoint_url, config=config
    )
    return sign_calls(client, signer, lambda: datetime.now(UTC))


def _writes(cloud: Cloud) -> int:
    return len(cloud.sandbox.calls(f"{_DATA}:UpdateKeys"))


def _error(act: Callable[[], object]) -> tuple[type[MaintenanceError], str]:
    with pytest.raises(MaintenanceError) as caught:
        act()
    return type(caught.value), str(caught.value)


def test_a_store_is_described_with_its_size(cloud: Cloud) -> None:
    """Keys and values count, and the ETag changes with each write."""
    arn = a_store(cloud)
    before = _adapter(cloud, arn).describe()
    put(cloud, arn, {"state": "ä"})

    after = _adapter(cloud, arn).describe()

    assert StoreDescription(before.etag, 0, 0) == before
    assert StoreDescription(after.etag, 1, 7) == after
    assert before.etag != after.etag


def test_all_pages_of_keys_are_read(cloud: Cloud) -> None:
    """A page has 50 keys; values and keys are any text."""
    arn = a_store(cloud)
    written = {f"a/{number:03} ä": f"{number} ☃" for number in range(101)}
    _adapter(cloud, arn).apply(lambda: [KeyChanges(written)])

    assert written == _adapter(cloud, arn).read_keys()


def test_one_key_is_read(cloud: Cloud) -> None:
    """One that the store does not have is no error."""
    arn = a_store(cloud)
    put(cloud, arn, {"a/b c%ä": "value"})

    found = [_adapter(cloud, arn).read_key(key) for key in ("a/b c%ä", "other")]

    assert ["value", None] == found


@pytest.mark.parametrize(("keys", "requests"), [(0, 0), (1, 1), (50, 1), (51, 2)])
def test_a_request_changes_at_most_fifty_keys(cloud: Cloud, keys: int, requests: int) -> None:
    """Each with the ETag that the answer before it had; no request if there is no change."""
    arn = a_store(cloud)
    values = {f"{number}": "new" for number in range(keys)}

    _adapter(cloud, arn).apply(lambda: [KeyChanges(values)])

    assert values == _adapter(cloud, arn).read_keys()
    assert requests == _writes(cloud)


def test_values_are_put_and_keys_deleted_in_the_order_of_the_plan(cloud: Cloud) -> None:
    """So that what `state` names is in the store before it; a missing key is deleted too."""
    arn = a_store(cloud)
    put(cloud, arn, {"old": "1", "kept": "2"})
    plan = [KeyChanges({"page": "3"}), KeyChanges({"state": "4"}, deletes=("old", "missing"))]
    cloud.sandbox.inject_fault("refuse", f"{_DATA}:UpdateKeys", every=2)

    _error(lambda: _adapter(cloud, arn).apply(lambda: plan))
    first = _adapter(cloud, arn).read_keys()
    _adapter(cloud, arn).apply(lambda: plan)

    assert {"old": "1", "kept": "2", "page": "3"} == first
    assert {"kept": "2", "page": "3", "state": "4"} == _adapter(cloud, arn).read_keys()


def test_a_conflict_starts_over_from_reading(cloud: Cloud) -> None:
    """Here another writer comes between reading and writing, twice."""
    arn = a_store(cloud)
    pauses: list[float] = []
    adapter = _adapter(cloud, arn, pauses)
    others = iter([{"other": "1"}, {"other": "2"}])

    def plan() -> Iterator[KeyChanges]:
        read = adapter.read_key("other")
        another = next(others, None)
        if another:
            put(cloud, arn, another)
        yield KeyChanges({"seen": str(read)})

    adapter.apply(plan)

    assert {"other": "2", "seen": "2"} == adapter.read_keys()
    assert [0.1, 0.3] == pauses


def test_a_lost_answer_of_a_write_is_a_conflict_with_itself(cloud: Cloud) -> None:
    """A client that tries again finds the ETag changed, and the plan finds its own keys."""
    arn = a_store(cloud)
    adapter = KeyValueStore(
        lambda: _client(cloud, attempts=2), arn=arn, sleep=_sleep_not, jitter=random.random
    )
    cloud.sandbox.inject_fault("cut-after", f"{_DATA}:UpdateKeys")

    def plan() -> Iterator[KeyChanges]:
        if "state" not in adapter.read_keys():
            yield KeyChanges({"state": "closed"})

    adapter.apply(plan)

    assert {"state": "closed"} == adapter.read_keys()
    assert 2 == _writes(cloud)


def test_other_writers_that_always_come_first_are_named(cloud: Cloud) -> None:
    """After five tries, as a stale observation: the next run continues."""
    arn = a_store(cloud)
    cloud.sandbox.inject_fault(
        "refuse", f"{_DATA}:UpdateKeys", code="ConflictException", status=409, times=5
    )

    kind, sentence = _error(lambda: _adapter(cloud, arn).apply(lambda: [KeyChanges({"a": "b"})]))

    assert StaleObservation is kind
    assert f"the key-value store {arn} was not changed" in sentence


_REFUSALS = [
    ("ThrottlingException", 429, "ThrottlingException"),
    ("TooManyRequestsException", 429, "TooManyRequestsException"),
    ("AccessDeniedException", 403, "docs/iam.md"),
    ("ResourceNotFoundException", 404, "delete the stack"),
    ("ServiceQuotaExceededException", 402, "a store has 5 MB"),
    ("ValidationException", 400, "ValidationException"),
    ("InternalServerException", 500, "injected this fault"),
]
_TOO_FAST = {"ThrottlingException", "TooManyRequestsException"}
_READS: dict[str, Callable[[KeyValueStore], object]] = {
    "describe": lambda adapter: adapter.describe(),
    "keys": lambda adapter: adapter.read_keys(),
    "key": lambda adapter: adapter.read_key("state"),
}


@pytest.mark.parametrize("read", _READS)
@pytest.mark.parametrize(("code", "status", "remedy"), _REFUSALS)
def test_a_refused_read_becomes_an_error_with_a_remedy(
    cloud: Cloud, read: str, code: str, status: int, remedy: str
) -> None:
    """It names the store, and whether to wait."""
    arn = a_store(cloud)
    cloud.sandbox.inject_fault("refuse", f"{_DATA}:*", code=code, status=status, times=2)

    kind, sentence = _error(lambda: _READS[read](_adapter(cloud, arn)))

    assert (Throttled if code in _TOO_FAST else ObservationError) is kind
    assert sentence.startswith(f"the key-value store {arn} cannot be read: ")
    assert remedy in sentence


@pytest.mark.parametrize(("code", "status", "remedy"), _REFUSALS)
def test_a_refused_write_becomes_an_error_with_a_remedy(
    cloud: Cloud, code: str, status: int, remedy: str
) -> None:
    """It names the store, and whether to wait."""
    arn = a_store(cloud)
    cloud.sandbox.inject_fault("refuse", f"{_DATA}:UpdateKeys", code=code, status=status)

    kind, sentence = _error(lambda: _adapter(cloud, arn).apply(lambda: [KeyChanges({"a": "b"})]))

    assert (Throttled if code in _TOO_FAST else ApplyError) is kind
    assert sentence.startswith(f"the key-value store {arn} was not changed: ")
    assert remedy in sentence


def test_a_missing_store_is_no_missing_key(cloud: Cloud) -> None:
    """Both are a 404."""
    kind, sentence = _error(lambda: _adapter(cloud, _MISSING).read_key("state"))

    assert ObservationError is kind
    assert "delete the stack" in sentence


def test_a_store_out_of_reach_is_named(cloud: Cloud) -> None:
    """With the address."""
    nowhere = Cloud(replace(cloud.sandbox, endpoint_url="http://127.0.0.1:1"))

    kind, sentence = _error(_adapter(nowhere, _MISSING).describe)

    assert ObservationError is kind
    assert "http://127.0.0.1:1/" in sentence


def test_calls_end_with_the_deadline(cloud: Cloud) -> None:
    """Whatever hangs: here an answer would take a minute."""
    arn = a_store(cloud)
    client = limited(_client(cloud, attempts=3), Deadline(time.monotonic, 0.3))
    adapter = KeyValueStore(lambda: client, arn=arn, sleep=time.sleep, jitter=random.random)
    cloud.sandbox.inject_fault("slow", f"{_DATA}:*", seconds=60.0, times=9)
    began = time.monotonic()

    kind, _ = _error(adapter.describe)

    assert ObservationError is kind
    # One attempt would take 30 seconds.
    assert time.monotonic() - began < 25


def test_a_user_with_the_rights_on_the_store_is_enough(cloud: Cloud) -> None:
    """The sandbox verifies users' signatures."""
    arn = a_store(cloud)
    caller = a_user(cloud, allow(f"{_DATA}:*", arn))

    _adapter(caller, arn).apply(lambda: [KeyChanges({"state": "closed"})])

    assert {"state": "closed"} == _adapter(cloud, arn).read_keys()


def test_temporary_credentials_are_enough(cloud: Cloud) -> None:
    """As a Lambda function has them; their token is signed too."""
    arn = a_store(cloud)
    caller = a_session(cloud, "controller", "run", allow(f"{_DATA}:*", arn))

    _adapter(caller, arn).apply(lambda: [KeyChanges({"state": "closed"})])

    assert {"state": "closed"} == _adapter(cloud, arn).read_keys()


def test_aws_is_called_by_the_host_name_of_the_account() -> None:
    """The request does not leave this process: it ends where it would be sent."""
    sent: list[AWSPreparedRequest] = []

    def end(request: AWSPreparedRequest, **_: object) -> None:
        sent.append(request)
        raise NoCredentialsError

    session = boto3.Session("key", "secret", region_name="us-east-1")
    client = session.client("cloudfront-keyvaluestore", config=STORE_CLIENT)
    sign_calls(client, session.get_credentials, lambda: datetime(2026, 11, 30, tzinfo=UTC))
    client.meta.events.register_last("before-send", end)

    with pytest.raises(NoCredentialsError):
        client.describe_key_value_store(KvsARN=_MISSING)

    [request] = sent
    assert request.url.startswith("https://000000000000.cloudfront-kvs.global.api.aws/")
    assert "Credential=key/20261130/cloudfront-keyvaluestore/" in request.headers["Authorization"]


def test_a_session_without_credentials_sends_nothing(cloud: Cloud) -> None:
    """The sentence is botocore's own."""
    client = _client(cloud, 1, lambda: None)
    adapter = KeyValueStore(lambda: client, arn=_MISSING, sleep=_sleep_not, jitter=random.random)

    kind, sentence = _error(adapter.describe)

    assert ObservationError is kind
    assert "Unable to locate credentials" in sentence
