"""
The events that wake the controller, and what each of them asks for. Pure.

An event never carries the desired state. It is a reason to read that state again, or a command with
a value to write to the switch first. These events are accepted:

    event                                                    the controller
    -------------------------------------------------------  -------------------------------------
    Parameter Store Change of the switch or a window         reconciles
    {"alarm_clock": true}: a window begins or ends           reconciles
    {"sweep": true}                                          reconciles, and reads everything
    {"scheduled_sweep": true}                                reconciles, by the notes of past runs
    CloudTrail's record of another tool's update             reconciles
    S3's event of an object under page/ or bypass/           reconciles, and checks the page
    {"maintenance": "<switch value>", "at": "<instant>",     writes the switch, then reconciles
      "by": "<who asks>"}, where "by" is optional
    an EventBridge event with {"maintenance": ...} as its    the same; its `time` is the instant
      detail
    {"plan": true}                                           returns what it would do
    {"plan": "<switch value>"}                               the same, if the switch said that
    {"status": true}                                         returns what it finds
    any of the three with "site": "<name of the switch>"     the same, unless it is another site's
    any of the three with "brief": true                      the same, with a short answer
    a custom resource request of CloudFormation              creates the switch, or opens the site
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from msgspec import Struct

from maintenance.errors import EventRefused
from maintenance.text import replace_control_characters

_ACCEPTED = (
    "Accepted events: a Parameter Store Change event of the switch or a window, a CloudTrail event "
    'of an update in CloudFront, an S3 event of an object, {"sweep": true}, {"alarm_clock": true}, '
    '{"plan": true}, {"status": true}, '
    '{"maintenance": "on", "at": "2026-12-01T02:00:00Z"} (or an EventBridge event with that as its '
    "detail), and a custom resource request of CloudFormation."
)
# Enough of an event to recognise it by.
_QUOTED = 300
# Of a name that a command says; SSM takes 1024 characters of description (doc: SSM API Reference,
# PutParameter).
_QUOTED_NAME = 128
_NOT_QUOTABLE = re.compile(r"[\"{}\n\t]")
_ACCOUNT = re.compile(r"[0-9]{12}")
# An event carries whole seconds, and its time is not the parameter's to the millisecond.
_CLOCK_TOLERANCE = timedelta(seconds=1)


class ParameterChanged(Struct, frozen=True):
    """The switch or a window was written or deleted at this time, give or take a second."""

    cause: ClassVar = "parameter change"
    name: str
    time: datetime
    deleted: bool = False

    def is_known_by(self, written: datetime) -> bool:
        """
        Return whether a parameter that was `written` last at this time (aware) has the change.

        boto3 gives that time on the machine's clock, and adding to a local time loses which of the
        two it is in the hour that comes twice.
        """
        return self.time <= written.astimezone(UTC) + _CLOCK_TOLERANCE


class Sweep(Struct, frozen=True):
    """
    The run that repairs whatever a lost event or a failed run has left.

    One that `is_scheduled` may go by what earlier runs have noted; one that a person asks for reads
    everything.
    """

    cause: ClassVar = "sweep"
    is_scheduled: bool = False


class AlarmClockRang(Struct, frozen=True):
    """The instant at which the decision can change has come."""

    cause: ClassVar = "alarm clock"


class OtherToolUpdate(Struct, frozen=True):
    """Another tool has updated a distribution."""

    cause: ClassVar = "other tool"


class PageChanged(Struct, frozen=True):
    """A file under page/ in the state bucket, or the bypass tokens, was uploaded or deleted."""

    cause: ClassVar = "page change"


class Addressed(Struct, frozen=True):
    """
    The site that an order is for, as the name of its switch, and whether its answer is brief.

    An order without a site is for any controller that receives it.
    """

    site: str = ""
    brief: bool = False


UNADDRESSED = Addressed()


class Command(Struct, frozen=True):
    """
    A value for the switch as of an instant, however late the event is delivered.

    `sender` is who sent it, as far as its event says: `by "ana" from "our.pipeline" in account
    123456789012`. Anyone who may invoke the controller may say so, so it proves nothing.
    """

    cause: ClassVar = "command"
    value: str
    at: datetime
    sender: str = ""
    addressed: Addressed = UNADDRESSED


class PlanRequested(Struct, frozen=True):
    """An operator asks what a run would do now, or if the switch said `value`."""

    cause: ClassVar = "plan"
    addressed: Addressed = UNADDRESSED
    value: str = ""


class StatusRequested(Struct, frozen=True):
    """An operator asks what the site is doing now."""

    cause: ClassVar = "status"
    addressed: Addressed = UNADDRESSED


class InstallationRequested(Struct, frozen=True):
    """CloudFormation creates, updates or deletes the stack's custom resource."""

    cause: ClassVar = "installation"
    request: Mapping[str, Any]


type Wakeup = (
    ParameterChanged
    | AlarmClockRang
    | Sweep
    | OtherToolUpdate
    | PageChanged
    | Command
    | PlanRequested
    | StatusRequested
    | InstallationRequested
)


_REQUESTS: Mapping[str, Wakeup] = {
    "alarm_clock": AlarmClockRang(),
    "sweep": Sweep(),
    "scheduled_sweep": Sweep(is_scheduled=True),
}
_QUESTIONS: Mapping[str, type[PlanRequested | StatusRequested]] = {
    "plan": PlanRequested,
    "status": StatusRequested,
}
_ADDRESSED = {"site", "brief"}
# Source: S3 User Guide, ev-events.
_PAGE_CHANGES = ("Object Created", "Object Deleted")


def parse_wakeup(event: object) -> Wakeup:
    """Return what the event asks for; raise EventRefused, which lists the accepted events."""
    if not isinstance(event, Mapping):
        raise _refused("it is not a JSON object", event)
    if "RequestType" in event and "ResponseURL" in event:
        return InstallationRequested(event)
    if "detail-type" in event:
        return _from_event_bridge(event)
    if "maintenance" in event:
        return _command(event, at=event.get("at"), origin="")
    for key, wakeup in _REQUESTS.items():
        if event == {key: True}:
            return wakeup
    return _question(event)


def _question(event: Mapping[str, Any]) -> Wakeup:
    plain = {name: event[name] for name in event if name not in _ADDRESSED}
    for key, question in _QUESTIONS.items():
        if plain == {key: True}:
            return question(_addressed(event))
    if plain.keys() == {"plan"} and isinstance(plain["plan"], str):
        return PlanRequested(_addressed(event), plain["plan"])
    raise _refused("its shape is unknown", event)


def refuse_other_site(addressed: Addressed, *, site: str) -> None:
    """Raise EventRefused if the order is for another site than `site`, the name of a switch."""
    if addressed.site not in ("", site):
        raise EventRefused(
            f"order refused, nothing was changed: it is for the site of "
            f"{replace_control_characters(addressed.site)[:_QUOTED]}, and this controller looks "
            f"after that of {site}: send it to the controller of its site"
        )


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
        return OtherToolUpdate()
    if event.get("source") == "aws.s3" and event["detail-type"] in _PAGE_CHANGES:
        return PageChanged()
    if "maintenance" in detail:
        return _command(detail, at=detail.get("at", time), origin=_event_origin(event))
    raise _refused("its source and detail match no accepted event", event)


def _event_origin(event: Mapping[str, Any]) -> str:
    """Return where an event comes from: its sender chooses the source, AWS sets the account."""
    account = str(event.get("account", ""))
    known = f" in account {account}" if _ACCOUNT.fullmatch(account) else ""
    return f"from {_quote(str(event.get('source', '')))}{known}"


def _quote(text: str) -> str:
    """Return what a sender says, in quotes that it cannot leave."""
    said = _NOT_QUOTABLE.sub("_", replace_control_characters(text))
    return f'"{said[:_QUOTED_NAME]}"'


def _command(document: Mapping[str, Any], *, at: object, origin: str) -> Command:
    unknown = sorted(set(document) - {"maintenance", "at", "by"} - _ADDRESSED)
    if unknown:
        raise _refused(f"a command has no {unknown[0]!r}", document)
    value = document["maintenance"]
    if not isinstance(value, str):
        # YAML turns an unquoted on into true, so this is how the mistake usually arrives.
        raise _refused(f'its "maintenance" is {json.dumps(value)}, not a quoted string', document)
    if at is None:
        message = (
            "a command needs its instant, because a late delivery must not undo what an operator "
            'has done since: add "at", for example "at": "<aws.scheduler.scheduled-time>" in the '
            "Input of a schedule, or the current time if you send it yourself"
        )
        raise EventRefused(message)
    by = document.get("by", "")
    if not isinstance(by, str):
        raise _refused(f'its "by" is {json.dumps(by)}, not a quoted string', document)
    parts = (f"by {_quote(by)}" if by else "", origin)
    sender = " ".join(filter(None, parts))
    return Command(value, _instant(at, document), sender, _addressed(document))


def _addressed(document: Mapping[str, Any]) -> Addressed:
    site, brief = document.get("site", ""), document.get("brief", False)
    if not isinstance(site, str):
        raise _refused(f'its "site" is {json.dumps(site)}, not the name of a switch', document)
    if not isinstance(brief, bool):
        raise _refused(f'its "brief" is {json.dumps(brief)}, not true or false', document)
    return Addressed(site, brief)


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
    text = json.dumps(event, default=str)
    quoted = text if len(text) <= _QUOTED else text[:_QUOTED] + "…"
    return EventRefused(
        f"event refused, nothing was changed: {why}. {_ACCEPTED} The event: {quoted}"
    )
