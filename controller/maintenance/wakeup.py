"""
What woke the controller. Pure.

An event never carries the wanted state, only a reason to look, or a command: something to write
first. Everything that is understood:

    event                                                    what follows
    -------------------------------------------------------  -----------------------------------
    Parameter Store Change of the switch or a window         reconcile
    {"alarm_clock": true}: a window begins or ends           reconcile
    {"sweep": true}                                          reconcile
    CloudTrail's record of another tool's update             reconcile
    S3's event of an object under page/                      reconcile, and check the page
    {"maintenance": "<switch value>", "at": "<instant>"}     write the switch, then reconcile
    an EventBridge event with {"maintenance": ...} as its    the same; its `time` is the instant
      detail
    {"plan": true}                                           say what would be done, change nothing
    {"status": true}                                         say what is, change nothing
    a custom resource request of CloudFormation              come or go
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from msgspec import Struct

from maintenance.errors import EventRefused

_UNDERSTOOD = (
    "Understood are: a Parameter Store Change event of the switch or a window, a CloudTrail event "
    'of an update in CloudFront, an S3 event of an object, {"sweep": true}, {"alarm_clock": true}, '
    '{"plan": true}, {"status": true}, '
    '{"maintenance": "on", "at": "2026-12-01T02:00:00Z"} (or an EventBridge event with that as its '
    "detail), and a custom resource request of CloudFormation."
)


class ParameterChanged(Struct, frozen=True):
    """The switch or a window was written or deleted at this time, give or take a second."""

    cause: ClassVar = "parameter change"
    name: str
    time: datetime
    deleted: bool = False


class Sweep(Struct, frozen=True):
    """The clock: look again, whatever was lost meanwhile."""

    cause: ClassVar = "sweep"


class AlarmClockRang(Struct, frozen=True):
    """The instant has come at which the decision can change."""

    cause: ClassVar = "alarm clock"


class OtherToolWrote(Struct, frozen=True):
    """Somebody else has updated a distribution."""

    cause: ClassVar = "other tool"


class PageChanged(Struct, frozen=True):
    """Somebody has put something under page/ in the state bucket, or taken it away."""

    cause: ClassVar = "page change"


class Command(Struct, frozen=True):
    """A value for the switch that belongs to an instant, however late it is delivered."""

    cause: ClassVar = "command"
    value: str
    at: datetime


class PlanRequested(Struct, frozen=True):
    """Somebody asks what would be done."""

    cause: ClassVar = "plan"


class StatusRequested(Struct, frozen=True):
    """Somebody asks what is."""

    cause: ClassVar = "status"


class InstallationRequested(Struct, frozen=True):
    """CloudFormation creates, updates or deletes the stack's custom resource."""

    cause: ClassVar = "installation"
    request: Mapping[str, Any]


type Wakeup = (
    ParameterChanged
    | AlarmClockRang
    | Sweep
    | OtherToolWrote
    | PageChanged
    | Command
    | PlanRequested
    | StatusRequested
    | InstallationRequested
)


def parse_wakeup(event: object) -> Wakeup:
    """Return what the event means; raise EventRefused, listing what is understood."""
    if not isinstance(event, Mapping):
        raise _refused("it is not a JSON object", event)
    if "RequestType" in event and "ResponseURL" in event:
        return InstallationRequested(event)
    if "detail-type" in event:
        return _from_event_bridge(event)
    if "maintenance" in event:
        return _command(event, at=event.get("at"))
    for key, wakeup in _REQUESTS.items():
        if event == {key: True}:
            return wakeup
    raise _refused("its shape is not known", event)


_REQUESTS: Mapping[str, Wakeup] = {
    "alarm_clock": AlarmClockRang(),
    "sweep": Sweep(),
    "plan": PlanRequested(),
    "status": StatusRequested(),
}


# Source: S3 User Guide, ev-events.
_PAGE_CHANGES = ("Object Created", "Object Deleted")


def _from_event_bridge(event: Mapping[str, Any]) -> Wakeup:
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        raise _refused("its detail is not a JSON object", event)
    time = event.get("time")
    if (event.get("source"), event["detail-type"]) == ("aws.ssm", "Parameter Store Change"):
        name = detail.get("name")
        if not isinstance(name, str):
            raise _refused("its detail names no parameter", event)
        deleted = detail.get("operation") == "Delete"
        return ParameterChanged(name, _instant(time, event), deleted)
    if detail.get("eventSource") == "cloudfront.amazonaws.com":
        return OtherToolWrote()
    if event.get("source") == "aws.s3" and event["detail-type"] in _PAGE_CHANGES:
        return PageChanged()
    if "maintenance" in detail:
        return _command(detail, at=detail.get("at", time))
    raise _refused("it is neither of a parameter nor a command", event)


def _command(document: Mapping[str, Any], *, at: object) -> Command:
    unknown = sorted(set(document) - {"maintenance", "at"})
    if unknown:
        raise _refused(f"a command has no {unknown[0]!r}", document)
    value = document["maintenance"]
    if not isinstance(value, str):
        # YAML turns an unquoted on into true, so this is how the mistake usually arrives.
        raise _refused(f'its "maintenance" is {json.dumps(value)}, not a quoted text', document)
    if at is None:
        message = (
            "a command needs the instant it belongs to, or a late delivery could undo what an "
            'operator did since: add "at", for example "at": "<aws.scheduler.scheduled-time>" in '
            "the Input of a schedule, or the present instant when calling by hand"
        )
        raise EventRefused(message)
    return Command(value, _instant(at, document))


def _instant(text: object, event: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(text))
        in_utc = instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError) as error:
        raise _refused(
            f"{text!r:.80} is not an instant like 2026-12-01T02:00:00Z", event
        ) from error
    if in_utc is None:
        raise _refused(f"{text!r:.80} has no offset: end it with Z or +01:00", event)
    return in_utc


def _refused(why: str, event: object) -> EventRefused:
    shown = json.dumps(event, default=str)
    shown = shown if len(shown) <= 300 else shown[:300] + "…"  # noqa: PLR2004 - enough to know it
    return EventRefused(
        f"this event is refused, nothing was changed: {why}. {_UNDERSTOOD} It was {shown}"
    )
