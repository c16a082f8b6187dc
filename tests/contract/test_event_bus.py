"""EventBridge refuses an event without failing the call: the answer says so."""

import boto3
import pytest
from botocore.stub import ANY, Stubber
from maintenance.aws.event_bus import EventBus
from maintenance.errors import ApplyError

from tests.builders import AN_EVENT


def test_a_refused_entry_does_not_count_as_sent() -> None:
    """The status is 200; the entry has the reason (doc: EventBridge API Reference, PutEvents)."""
    client = boto3.client(
        "events",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - not a real one
    )
    refused = {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
    answer = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, refused]}
    with Stubber(client) as stub:
        stub.add_response("put_events", answer, {"Entries": ANY})

        with pytest.raises(ApplyError, match=r"cannot be announced.*Rate exceeded"):
            EventBus(lambda: client).send([AN_EVENT, AN_EVENT])
