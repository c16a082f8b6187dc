"""The record store against a bucket that evaluates the conditions of a write."""

import json
from collections.abc import Iterator
from copy import replace
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from maintenance.aws.bucket import RecordStore
from maintenance.cloudfront.displaced import empty_record
from maintenance.errors import ApplyError, RecordUnreadable, StaleObservation

from tests.cloud import Cloud

BUCKET = "site-state"
KEY = "displaced/E1.json"
WHERE = f"s3://{BUCKET}/{KEY}"


@dataclass
class _Numbers:
    """Write ids, each used once."""

    left: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    def __call__(self) -> str:
        return f"write-{next(self.left)}"


def _new_store(cloud: Cloud) -> RecordStore:
    """Return a store with a new bucket."""
    cloud.s3.create_bucket(Bucket=BUCKET)
    return RecordStore(lambda: cloud.s3, bucket=BUCKET, stack="site", new_write_id=_Numbers())


def test_a_record_that_was_never_written_is_empty(cloud: Cloud) -> None:
    """It has no ETag."""
    read = _new_store(cloud).read("E1")

    assert (empty_record(stack="site", distribution_id="E1"), None) == (read.record, read.etag)


def test_a_record_is_written_over_the_one_that_was_read(cloud: Cloud) -> None:
    """The first over none, the next over the first. Each has its own ETag."""
    store = _new_store(cloud)
    seen = set()
    for _ in range(3):
        read = store.read("E1")
        seen.add(read.etag)
        store.write(read.record, over=read)

    assert 3 == len(seen)
    assert store.read("E1").etag not in seen


def test_a_write_returns_what_is_stored(cloud: Cloud) -> None:
    """So that the next write needs no read in between."""
    store = _new_store(cloud)

    written = store.write(store.read("E1").record, over=store.read("E1"))

    assert written == store.read("E1")


@pytest.mark.parametrize(("minutes", "is_fresh"), [(0, True), (15, True), (17, False)])
def test_a_record_is_fresh_while_the_run_that_wrote_it_may_go_on(
    cloud: Cloud, minutes: int, *, is_fresh: bool
) -> None:
    """By S3's own clock: Lambda ends a run after 15 minutes."""
    store = _new_store(cloud)
    store.write(store.read("E1").record, over=store.read("E1"))

    def written_earlier(parsed: dict[str, Any], **_: object) -> None:
        parsed["LastModified"] -= timedelta(minutes=minutes)

    event = "after-call.s3.GetObject"
    cloud.s3.meta.events.register(event, written_earlier)
    try:
        assert is_fresh == store.read("E1").is_fresh
    finally:
        cloud.s3.meta.events.unregister(event, written_earlier)


def test_the_second_of_two_first_writes_is_stale(cloud: Cloud) -> None:
    """If-None-Match: of two runs that attach at once, only one may write."""
    store = _new_store(cloud)
    read = store.read("E1")
    store.write(read.record, over=read)

    with pytest.raises(StaleObservation, match=f"{WHERE} was not written"):
        store.write(read.record, over=read)


def test_a_write_after_another_one_is_stale(cloud: Cloud) -> None:
    """If-Match fails even if the other record has the same content: its write id differs."""
    store = _new_store(cloud)
    read = store.read("E1")
    store.write(read.record, over=read)
    first = store.read("E1")
    store.write(first.record, over=first)

    with pytest.raises(StaleObservation):
        store.write(first.record, over=first)


def test_a_write_over_a_deleted_record_is_stale(cloud: Cloud) -> None:
    """S3 answers 404 to If-Match on a missing object (doc: S3 User Guide, conditional-writes)."""
    store = _new_store(cloud)
    read = store.read("E1")
    store.write(read.record, over=read)
    first = store.read("E1")
    cloud.s3.delete_object(Bucket=BUCKET, Key=KEY)

    with pytest.raises(StaleObservation):
        store.write(first.record, over=first)


def test_a_write_that_meets_another_one_is_stale(cloud: Cloud) -> None:
    """S3 answers 409 (doc: S3 User Guide, conditional-writes)."""
    store = _new_store(cloud)
    read = store.read("E1")
    conflict = {"code": "ConditionalRequestConflict", "status": 409}
    cloud.sandbox.inject_fault("refuse", "s3:PutObject", **conflict)

    with pytest.raises(StaleObservation):
        store.write(read.record, over=read)


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("SlowDown", 503)])
def test_any_other_refusal_is_not_stale(cloud: Cloud, code: str, status: int) -> None:
    """Nothing is attached without a record, and the error says why."""
    store = _new_store(cloud)
    read = store.read("E1")
    cloud.sandbox.inject_fault("refuse", "s3:PutObject", code=code, status=status)

    with pytest.raises(ApplyError, match=code) as caught:
        store.write(read.record, over=read)

    assert not isinstance(caught.value, StaleObservation)


def test_a_bucket_that_does_not_answer_is_not_stale(cloud: Cloud) -> None:
    """The next run reads whether the record was written."""
    read = _new_store(cloud).read("E1")
    gone = Cloud(replace(cloud.sandbox, endpoint_url="http://127.0.0.1:1")).s3
    store = RecordStore(lambda: gone, bucket=BUCKET, stack="site", new_write_id=_Numbers())

    with pytest.raises(ApplyError, match="was not written: Could not connect"):
        store.write(read.record, over=read)


@pytest.mark.parametrize(
    "body",
    [
        b"not a record",
        json.dumps(
            {"format": 1, "stack": "other", "distribution_id": "E1", "write": "w", "behaviors": []}
        ).encode(),
        b"[" * 5_000_001,
    ],
    ids=["no record", "another stack's", "larger than any record"],
)
def test_an_unusable_record_is_named_with_the_remedy(cloud: Cloud, body: bytes) -> None:
    """Nothing is restored from it, and it is not overwritten."""
    store = _new_store(cloud)
    cloud.s3.put_object(Bucket=BUCKET, Key=KEY, Body=body)

    with pytest.raises(RecordUnreadable, match=f"{WHERE} cannot be used") as caught:
        store.read("E1")

    assert "Restore its last good version" in str(caught.value)


def test_a_write_whose_answer_was_lost_is_found_by_the_next_read(
    cloud: Cloud,
) -> None:
    """The same write again fails on its condition, so the run reads again."""
    store = _new_store(cloud)
    read = store.read("E1")
    cloud.sandbox.inject_fault("lose", "s3:PutObject")

    with pytest.raises(ApplyError):
        store.write(read.record, over=read)

    with pytest.raises(StaleObservation):
        store.write(read.record, over=read)
    assert store.read("E1").etag
