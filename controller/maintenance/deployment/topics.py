"""The SNS topics of the account, which alarms can go to."""

from __future__ import annotations

from typing import Any

from maintenance.aws.errors import CALL_ERRORS


def list_topics(client: Any) -> tuple[str, ...]:  # noqa: ANN401 - its types are not installed
    """Return their ARNs, none if they cannot be listed: one can be typed as well."""
    try:
        pages = client.get_paginator("list_topics").paginate()
        return tuple(each["TopicArn"] for page in pages for each in page["Topics"])
    except CALL_ERRORS:
        return ()
