"""
Patch S3: send the events of a bucket to EventBridge as S3 does.

    detail of an event    S3 (S3 User Guide, ev-events)   ministack alone
    --------------------  ------------------------------  --------------------------
    time                  whole seconds                   milliseconds
    object.version-id     in a versioned bucket           never
    object of a deletion  key, version-id, sequencer      size 0 and an empty etag too
"""

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

from sandbox.patches.wrap import wrap_function

type _Event = dict[str, Any]

# The version that the event being sent is about; ministack does not pass it to EventBridge.
_VERSION_ID: ContextVar[str | None] = ContextVar("version_id", default=None)
_FRACTION = re.compile(r"\.\d+(?=Z$)")


def install() -> None:
    """Patch what sends an event when an object changes."""
    wrap_function(s3, "_fire_s3_event", _patch_fire_event)
    wrap_function(eventbridge, "_dispatch_event", _patch_dispatch_event)


def _patch_fire_event(fire_event: Callable[..., None]) -> Callable[..., None]:
    def fire(*arguments: object, version_id: str | None = None, **named: object) -> None:
        token = _VERSION_ID.set(version_id)
        try:
            fire_event(*arguments, version_id=version_id, **named)
        finally:
            _VERSION_ID.reset(token)

    return fire


def _patch_dispatch_event(dispatch_event: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch(event: _Event, *arguments: object) -> Any:  # noqa: ANN401 - ministack's own
        return dispatch_event(
            _rewrite_as_s3(event) if event["Source"] == "aws.s3" else event, *arguments
        )

    return dispatch


def _rewrite_as_s3(event: _Event) -> _Event:
    detail = json.loads(event["Detail"])
    changed = detail["object"]
    if event["DetailType"] == "Object Deleted":
        changed = {key: changed[key] for key in ("key", "sequencer")}
    version_id = _VERSION_ID.get()
    detail["object"] = changed | ({"version-id": version_id} if version_id else {})
    return {**event, "Time": _FRACTION.sub("", event["Time"]), "Detail": json.dumps(detail)}
