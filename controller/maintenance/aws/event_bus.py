"""The account's default event bus, on which operators and programs learn of maintenance."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from msgspec import to_builtins

from maintenance.aws.errors import CALL_ERRORS
from maintenance.errors import ApplyError
from maintenance.reporting.events import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "site.maintenance"
# Of PutEvents (doc: EventBridge API Reference, PutEvents).
_MAX_ENTRIES = 10


class EventBus:
    """
    Sends events to the default event bus.

    `client` returns the client when it is first needed: most runs send nothing.
    """

    def __init__(self, client: Callable[[], EventBridgeClient]) -> None:
        self._client = client

    def send(self, events: Sequence[Event]) -> None:
        """Send events; raise ApplyError if any is refused."""
        for batch in batched(events, _MAX_ENTRIES):
            self._send(batch)

    def _send(self, events: Sequence[Event]) -> None:
        try:
            answer = self._client().put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": each.detail_type,
                        "Detail": json.dumps(to_builtins(each.detail)),
                    }
                    for each in events
                ]
            )
        except CALL_ERRORS as error:
            raise _refused(str(error)) from error
        # EventBridge refuses single entries with status 200.
        reasons = [each["ErrorMessage"] for each in answer["Entries"] if "ErrorCode" in each]
        if reasons:
            raise _refused(" | ".join(reasons))


def _refused(why: str) -> ApplyError:
    return ApplyError(
        f"the change cannot be announced, and the next run retries: {why} - the "
        "controller's role needs events:PutEvents on the default bus (docs/iam.md)"
    )
