"""Notes in a bucket that really judges the conditions of a write."""

import json
from collections.abc import Iterator
from copy import replace
from dataclasses import dataclass, field

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
    """Write ids that never come twice."""

    left: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    def __call__(self) -> str:
        return f"write-{next(self.left)}"


def _notes(cloud: Cloud) -> RecordStore:
    """Return the notes in a new bucket."""
    cloud.s3.create_bucket(Bucket=BUCKET)
    return RecordStore(lambda: cloud.s3, bucket=BUCKET, stack="site", new_write_id=_Numbers())


def test_a_note_that_was_never_written_is_empty(cloud: Cloud) -> None:
    """And has no ETag."""
    read = _notes(cloud).read("E1")

    assert (empty_record(stack="site", distribution_id="E1"), None) == (read.record, read.etag)


def test_a_note_is_written_over_the_one_that_was_read(cloud: Cloud) -> None:
    """The first over none, the next over the first; each has an ETag of its own."""
    records = _notes(cloud)
    seen = set()
    for _ in range(3):
        read = records.read("E1")
        seen.add(read.etag)
        records.write(read.record, over=read)

    assert 3 == len(seen)
    assert records.read("E1").etag not in seen


def test_of_two_first_notes_the_second_is_stale(cloud: Cloud) -> None:
    """If-None-Match: two runs that attach at once must not both note."""
    records = _notes(cloud)
    read = records.read("E1")
    records.write(read.record, over=read)

    with pytest.raises(StaleObservation, match=f"the note {WHERE} was not written"):
        records.write(read.record, over=read)


def test_a_note_over_one_that_was_written_meanwhile_is_stale(cloud: Cloud) -> None:
    """If-Match, even where the other one says the same: it has another write id."""
    records = _notes(cloud)
    read = records.read("E1")
    records.write(read.record, over=read)
    first = records.read("E1")
    records.write(first.record, over=first)

    with pytest.raises(StaleObservation):
        records.write(first.record, over=first)


def test_a_note_over_one_that_was_deleted_meanwhile_is_stale(cloud: Cloud) -> None:
    """S3 answers 404 to If-Match on what is not there (doc: S3 User Guide, conditional-writes)."""
    records = _notes(cloud)
    read = records.read("E1")
    records.write(read.record, over=read)
    first = records.read("E1")
    cloud.s3.delete_object(Bucket=BUCKET, Key=KEY)

    with pytest.raises(StaleObservation):
        records.write(first.record, over=first)


def test_two_conditional_writes_that_meet_are_stale(cloud: Cloud) -> None:
    """S3 answers 409 to one of them (doc: S3 User Guide, conditional-writes)."""
    records = _notes(cloud)
    read = records.read("E1")
    conflict = {"code": "ConditionalRequestConflict", "status": 409}
    cloud.sandbox.inject_fault("refuse", "s3:PutObject", **conflict)

    with pytest.raises(StaleObservation):
        records.write(read.record, over=read)


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("SlowDown", 503)])
def test_any_other_refusal_is_no_reason_to_start_over(cloud: Cloud, code: str, status: int) -> None:
    """Nothing is attached without its note, and the sentence says why."""
    records = _notes(cloud)
    read = records.read("E1")
    cloud.sandbox.inject_fault("refuse", "s3:PutObject", code=code, status=status)

    with pytest.raises(ApplyError, match=code) as caught:
        records.write(read.record, over=read)

    assert not isinstance(caught.value, StaleObservation)


def test_a_bucket_that_does_not_answer_is_no_reason_to_start_over(cloud: Cloud) -> None:
    """Whether the note was written, the next run reads."""
    read = _notes(cloud).read("E1")
    gone = Cloud(replace(cloud.sandbox, endpoint_url="http://127.0.0.1:1")).s3
    records = RecordStore(lambda: gone, bucket=BUCKET, stack="site", new_write_id=_Numbers())

    with pytest.raises(ApplyError, match="was not written: Could not connect"):
        records.write(read.record, over=read)


@pytest.mark.parametrize(
    "body",
    [
        b"not a note",
        json.dumps(
            {"format": 1, "stack": "other", "distribution_id": "E1", "write": "w", "behaviors": []}
        ).encode(),
        b"[" * 5_000_001,
    ],
    ids=["not a note", "another stack's", "larger than any note"],
)
def test_a_note_that_is_not_ours_is_named_with_the_remedy(cloud: Cloud, body: bytes) -> None:
    """Nothing is restored from it, and nothing is written over it."""
    records = _notes(cloud)
    cloud.s3.put_object(Bucket=BUCKET, Key=KEY, Body=body)

    with pytest.raises(RecordUnreadable, match=f"the note {WHERE} cannot be used") as caught:
        records.read("E1")

    assert "Bring back its last good version" in str(caught.value)


def test_an_update_that_s3_carried_out_but_did_not_answer_is_found_by_the_next_read(
    cloud: Cloud,
) -> None:
    """The write is lost to us, not to the bucket: its condition fails then, and one looks again."""
    records = _notes(cloud)
    read = records.read("E1")
    cloud.sandbox.inject_fault("lose", "s3:PutObject")

    with pytest.raises(ApplyError):
        records.write(read.record, over=read)

    with pytest.raises(StaleObservation):
        records.write(read.record, over=read)
    assert records.read("E1").etag
