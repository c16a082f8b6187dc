"""Contract: a bucket sends events of its objects to EventBridge as S3 does."""

import json
import re
from typing import Any

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_bucket_with_events


def _events(cloud: Cloud, url: str, number: int) -> list[dict[str, Any]]:
    """Return so many events in the order in which they happened; deliveries may overtake."""
    events: list[dict[str, Any]] = []

    def received() -> bool:
        received = cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        events.extend(json.loads(message["Body"]) for message in received.get("Messages", []))
        return len(events) >= number

    eventually(received)
    return sorted(events, key=lambda event: event["detail"]["object"]["sequencer"])


def test_an_upload_is_an_event_as_s3_sends_it(cloud: Cloud) -> None:
    """With the members of the S3 User Guide, ev-events; other keys send none."""
    url = cloud.sqs.create_queue(QueueName="queue")["QueueUrl"]
    a_bucket_with_events(cloud)
    cloud.s3.put_object(Bucket="state", Key="displaced/E1.json", Body=b"1")
    put = cloud.s3.put_object(Bucket="state", Key="page/page ü.html", Body=b"12")
    [event] = _events(cloud, url, 1)
    changed, stored = event["detail"].pop("object"), event.pop("detail")

    assert ("Object Created", "aws.s3", ["arn:aws:s3:::state"], "us-east-1", "000000000000") == (
        event["detail-type"],
        event["source"],
        event["resources"],
        event["region"],
        event["account"],
    )
    assert {
        "key": "page/page ü.html",
        "size": 2,
        "etag": put["ETag"].strip('"'),
        "version-id": put["VersionId"],
        "sequencer": changed["sequencer"],
    } == changed
    assert {"name": "state"} == stored["bucket"]
    assert {
        "version", "event-version", "bucket", "request-id", "requester", "source-ip-address",
        "reason",
    } == stored.keys()  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])


def test_a_copy_and_deletions_are_events_too(cloud: Cloud) -> None:
    """In a versioned bucket a deletion creates a marker, unless it names a version."""
    url = cloud.sqs.create_queue(QueueName="queue")["QueueUrl"]
    a_bucket_with_events(cloud)
    cloud.s3.put_object(Bucket="state", Key="draft", Body=b"1")
    copied = cloud.s3.copy_object(Bucket="state", Key="page/a", CopySource="state/draft")
    deleted = cloud.s3.delete_object(Bucket="state", Key="page/a")
    cloud.s3.delete_object(Bucket="state", Key="page/a", VersionId=copied["VersionId"])
    copy, marker, gone = _events(cloud, url, 3)

    assert ("Object Created", "CopyObject") == (copy["detail-type"], copy["detail"]["reason"])
    assert ("Object Deleted", "DeleteObject", "Delete Marker Created", deleted["VersionId"]) == (
        marker["detail-type"],
        marker["detail"]["reason"],
        marker["detail"]["deletion-type"],
        marker["detail"]["object"]["version-id"],
    )
    assert ("Permanently Deleted", copied["VersionId"], {"key", "sequencer", "version-id"}) == (
        gone["detail"]["deletion-type"],
        gone["detail"]["object"]["version-id"],
        gone["detail"]["object"].keys(),
    )
