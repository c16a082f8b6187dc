"""The account's default event bus, on which a change of mode is announced."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from maintenance.aws.errors import CALL_ERRORS
from maintenance.errors import ApplyError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "site.maintenance"
DETAIL_TYPE = "Maintenance Mode Changed"


class EventBus:
    """
    Sends events to the default event bus.

    `client` returns the client when it is first needed: most runs send nothing.
    """

    def __init__(self, client: Callable[[], EventBridgeClient]) -> None:
        self._client = client

    def send(self, details: Sequence[Mapping[str, Any]]) -> None:
        """Send an event for each detail, ten at most; raise ApplyError if any is refused."""
        try:
            answer = self._client().put_events(
                Entries=[
                    {"Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": json.dumps(each)}
                    for each in details
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
        f"the change of mode cannot be announced, and the next run retries: {why} - the "
        "controller's role needs events:PutEvents on the default bus (docs/iam.md)"
    )
