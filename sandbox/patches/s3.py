"""
S3 over ministack: events of a bucket as S3 sends them to EventBridge.

    detail of an event      S3 (S3 User Guide, ev-events)       ministack alone
    --------------------    -------------------------------     ------------------------
    time                    whole seconds                       milliseconds
    object.version-id       in a versioned bucket               never
    object of a deletion    key, version-id, sequencer          size 0 and an empty etag too
"""

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

from sandbox.patches import seam

_VERSION_ID: ContextVar[str | None] = ContextVar("version_id", default=None)
_FRACTION = re.compile(r"\.\d+(?=Z$)")


def install() -> None:
    """Surround what an object's change leads to."""
    seam.surround(s3, "_fire_s3_event", _telling_version)
    seam.surround(eventbridge, "_dispatch_event", _putting_right)


def _telling_version(fire_event: Callable[..., None]) -> Callable[..., None]:
    def fire(*parts: object, version_id: str | None = None, **named: object) -> None:
        mark = _VERSION_ID.set(version_id)
        try:
            fire_event(*parts, version_id=version_id, **named)
        finally:
            _VERSION_ID.reset(mark)

    return fire


def _putting_right(dispatch_event: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch(event: dict[str, Any], *parts: object) -> Any:  # noqa: ANN401 - ministack's own
        return dispatch_event(_as_s3(event) if event["Source"] == "aws.s3" else event, *parts)

    return dispatch


def _as_s3(event: dict[str, Any]) -> dict[str, Any]:
    detail = json.loads(event["Detail"])
    told = detail["object"]
    if event["DetailType"] == "Object Deleted":
        told = {key: told[key] for key in ("key", "sequencer")}
    version_id = _VERSION_ID.get()
    detail["object"] = told | ({"version-id": version_id} if version_id else {})
    return {**event, "Time": _FRACTION.sub("", event["Time"]), "Detail": json.dumps(detail)}
