"""An event that EventBridge refuses is no error of the call: its answer has to be looked at."""

import boto3
import pytest
from botocore.stub import ANY, Stubber
from maintenance.aws.event_bus import EventBus
from maintenance.errors import ApplyError


def test_an_entry_that_is_refused_is_not_taken_for_sent() -> None:
    """Status 200, and the reason within (doc: EventBridge API Reference, PutEvents)."""
    client = boto3.client(
        "events",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - nobody's
    )
    refused = {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
    answer = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, refused]}
    with Stubber(client) as stub:
        stub.add_response("put_events", answer, {"Entries": ANY})

        with pytest.raises(ApplyError, match=r"cannot be announced.*Rate exceeded"):
            EventBus(lambda: client).send([{"phase": "accepted"}, {"phase": "deployed"}])
