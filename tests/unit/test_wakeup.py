"""What an event asks for, and which events are refused."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import EventRefused
from maintenance.wakeup import (
    Addressed,
    AlarmClockRang,
    Command,
    InstallationRequested,
    OtherToolUpdate,
    PageChanged,
    ParameterChanged,
    PlanRequested,
    StatusRequested,
    Sweep,
    Wakeup,
    parse_wakeup,
)

ACCEPTED_EVENTS = (
    "Accepted events: a Parameter Store Change event of the switch or a window, a CloudTrail event "
    'of an update in CloudFront, an S3 event of an object, {"sweep": true}, {"alarm_clock": true}, '
    '{"plan": true}, {"status": true}, '
    '{"maintenance": "on", "at": "2026-12-01T02:00:00Z"} (or an EventBridge event with that as its '
    "detail), and a custom resource request of CloudFormation."
)
AT = datetime(2026, 12, 1, 2, tzinfo=UTC)


def _event(source: str = "our.pipeline", **members: object) -> dict[str, object]:
    """Return an EventBridge event with these members."""
    return {
        "version": "0",
        "id": "9547ef2d-3b7e-4057-b6cb-5fdf09ee7c8f",
        "detail-type": "Maintenance Wanted",
        "source": source,
        "account": "123456789012",
        "time": "2026-12-01T02:00:00Z",
        "region": "us-east-1",
        "resources": [],
        **members,
    }


def _change(**members: object) -> dict[str, object]:
    detail = {"operation": "Update", "name": "/site/maintenance", "type": "String"}
    kind = {"detail-type": "Parameter Store Change"}
    return _event("aws.ssm", **kind, detail=detail) | members


_PIPELINE = 'from "our.pipeline" in account 123456789012'
REQUEST = {"RequestType": "Create", "ResponseURL": "https://example.com/", "StackId": "x"}

ACCEPTED: dict[str, tuple[dict[str, object], Wakeup]] = {
    "a change of a parameter": (_change(), ParameterChanged("/site/maintenance", AT)),
    "a deletion of a parameter": (
        _change(detail={"operation": "Delete", "name": "/site/maintenance"}),
        ParameterChanged("/site/maintenance", AT, deleted=True),
    ),
    "another tool's update": (
        _event("aws.cloudfront", detail={"eventSource": "cloudfront.amazonaws.com"}),
        OtherToolUpdate(),
    ),
    "an uploaded page": (
        {**_event("aws.s3", detail={"reason": "PutObject"}), "detail-type": "Object Created"},
        PageChanged(),
    ),
    "a deleted page": (
        {**_event("aws.s3", detail={"reason": "DeleteObject"}), "detail-type": "Object Deleted"},
        PageChanged(),
    ),
    "the alarm clock": ({"alarm_clock": True}, AlarmClockRang()),
    "a sweep": ({"sweep": True}, Sweep()),
    "a scheduled sweep": ({"scheduled_sweep": True}, Sweep(is_scheduled=True)),
    "a plan": ({"plan": True}, PlanRequested()),
    "a status": ({"status": True}, StatusRequested()),
    "a plan for another value of the switch": (
        {"plan": "on for 2h", "brief": True},
        PlanRequested(Addressed(brief=True), "on for 2h"),
    ),
    "a plan for a site, in short": (
        {"plan": True, "site": "/site/maintenance", "brief": True},
        PlanRequested(Addressed("/site/maintenance", brief=True)),
    ),
    "a status in short": ({"status": True, "brief": True}, StatusRequested(Addressed(brief=True))),
    "a command for a site, in short": (
        {"maintenance": "on", "at": "2026-12-01T02:00Z", "site": "/a", "brief": True},
        Command("on", AT, addressed=Addressed("/a", brief=True)),
    ),
    "a command": (
        {"maintenance": "on for 2h", "at": "2026-12-01T04:00+02:00"},
        Command("on for 2h", AT),
    ),
    "a command that says who asks": (
        {"maintenance": "on", "at": "2026-12-01T02:00:00Z", "by": "Ana Novak"},
        Command("on", AT, 'by "Ana Novak"'),
    ),
    "a command of EventBridge": (
        _event(detail={"maintenance": "off"}),
        Command("off", AT, _PIPELINE),
    ),
    "a command of EventBridge that says who asks": (
        _event(detail={"maintenance": "off", "by": "ana"}),
        Command("off", AT, f'by "ana" {_PIPELINE}'),
    ),
    "a command of EventBridge with an instant of its own": (
        _event(detail={"maintenance": "off", "at": "2026-12-01T03:00:00Z"}),
        Command("off", AT + timedelta(hours=1), _PIPELINE),
    ),
    "a request of CloudFormation": (dict(REQUEST), InstallationRequested(REQUEST)),
}


@pytest.mark.parametrize(("event", "wakeup"), ACCEPTED.values(), ids=list(ACCEPTED))
def test_an_accepted_event_becomes_its_wakeup(event: dict[str, object], wakeup: Wakeup) -> None:
    """The table in the docstring of `wakeup`, row by row."""
    assert wakeup == parse_wakeup(event)


def test_the_instant_of_a_command_is_in_utc() -> None:
    """Whatever offset the event gives it with."""
    command = parse_wakeup({"maintenance": "on", "at": "2026-12-01T04:00+02:00"})

    assert isinstance(command, Command)
    assert UTC == command.at.tzinfo


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ('ana" in account 1', '"ana_ in account 1"'),
        ("ana\n{{x}}", '"ana___x__"'),
        ("\x1b[31mana", '"\N{REPLACEMENT CHARACTER}[31mana"'),
        ("a" * 199, f'"{"a" * 128}"'),
    ],
)
def test_a_sender_cannot_leave_the_quotes(by: str, said: str) -> None:
    """Else it could pass off what it says as what others said; SSM takes no braces."""
    command = parse_wakeup({"maintenance": "on", "at": "2026-12-01T02:00:00Z", "by": by})

    assert Command("on", AT, f"by {said}") == command


def test_an_account_is_twelve_digits() -> None:
    """Anything else is no account, and left out."""
    command = parse_wakeup(_event(detail={"maintenance": "on"}, account="mine, all mine"))

    assert Command("on", AT, 'from "our.pipeline"') == command


_NO_INSTANT = "is not an instant like 2026-12-01T02:00:00Z"
REFUSED: dict[str, tuple[object, str]] = {
    "a list": (["on"], "it is not a JSON object"),
    "an empty object": ({}, "its shape is unknown"),
    "an event of another kind": ({"Records": []}, "its shape is unknown"),
    "two requests": ({"plan": True, "status": True}, "its shape is unknown"),
    "a request with false": ({"sweep": False}, "its shape is unknown"),
    "a part of a CloudFormation request": ({"RequestType": "Create"}, "its shape is unknown"),
    "an event without detail": (_event(), "its detail is not a JSON object"),
    "Scheduler's own event": (_event(detail="{}"), "its detail is not a JSON object"),
    "another event of EventBridge": (
        _event(detail={"x": 1}),
        "its source and detail match no accepted event",
    ),
    "another event of SSM": (
        _event("aws.ssm", detail={"state": "OPEN"}),
        "its source and detail match no accepted event",
    ),
    "another event of S3": (
        {**_event("aws.s3", detail={}), "detail-type": "Object Restore Completed"},
        "its source and detail match no accepted event",
    ),
    "an event that only looks like S3's": (
        {**_event(detail={}), "detail-type": "Object Created"},
        "its source and detail match no accepted event",
    ),
    "an event that only looks like SSM's": (
        _change(source="our.pipeline"),
        "its source and detail match no accepted event",
    ),
    "a change that names no parameter": (_change(detail={}), "its detail names no parameter"),
    "a change without a time": (_change(time=None), f"None {_NO_INSTANT}"),
    "a command by a number": (
        {"maintenance": "on", "at": "2026-12-01T02:00:00Z", "by": 7},
        'its "by" is 7, not a quoted string',
    ),
    "a command with another member": (
        {"maintenance": "on", "until": "x"},
        "a command has no 'until'",
    ),
    "an unquoted on of YAML": (
        {"maintenance": True},
        'its "maintenance" is true, not a quoted string',
    ),
    "a command at an invalid instant": (
        {"maintenance": "on", "at": "soon"},
        f"'soon' {_NO_INSTANT}",
    ),
    "a command before the year 1 in UTC": (
        {"maintenance": "on", "at": "0001-01-01T00:00:00+14:00"},
        f"'0001-01-01T00:00:00+14:00' {_NO_INSTANT}",
    ),
    "a command at a number": ({"maintenance": "on", "at": 5}, f"5 {_NO_INSTANT}"),
    "a command for a number": (
        {"maintenance": "on", "at": "2026-12-01T02:00Z", "site": 5},
        'its "site" is 5, not the name of a switch',
    ),
    "a question whose answer is shortish": (
        {"status": True, "brief": "yes"},
        'its "brief" is "yes", not true or false',
    ),
    "a command without an offset": (
        {"maintenance": "on", "at": "2026-12-01T02:00:00"},
        "'2026-12-01T02:00:00' has no offset: end it with Z or +01:00",
    ),
    "Scheduler's placeholder, not replaced": (
        {"maintenance": "on", "at": "<aws.scheduler.scheduled-time>"},
        f"'<aws.scheduler.scheduled-time>' {_NO_INSTANT}",
    ),
}


@pytest.mark.parametrize(("event", "why"), REFUSED.values(), ids=list(REFUSED))
def test_anything_else_is_refused(event: object, why: str) -> None:
    """With the reason, the accepted events, and that nothing was changed."""
    with pytest.raises(EventRefused) as caught:
        parse_wakeup(event)

    expected = f"event refused, nothing was changed: {why}. {ACCEPTED_EVENTS} The event: "
    assert str(caught.value).startswith(expected + json.dumps(event)[:290])


@pytest.mark.parametrize("at", [{}, {"at": None}])
def test_a_command_without_its_instant_is_refused(at: dict[str, object]) -> None:
    """A late delivery could undo what an operator has done since; the message says what to add."""
    with pytest.raises(EventRefused) as caught:
        parse_wakeup({"maintenance": "on", **at})

    assert (
        "a command needs its instant, because a late delivery must not undo what an operator has "
        'done since: add "at", for example "at": "<aws.scheduler.scheduled-time>" in the Input of '
        "a schedule, or the current time if you send it yourself"
    ) == str(caught.value)


def test_a_long_event_is_quoted_in_part() -> None:
    """Enough to recognise it by."""
    quoted = {}
    for length in (291, 292):
        with pytest.raises(EventRefused) as caught:
            parse_wakeup({"x": "y" * length})
        quoted[length] = str(caught.value).partition(" The event: ")[2]

    assert '{"x": "' + "y" * 291 + '"}' == quoted[291]
    assert '{"x": "' + "y" * 292 + '"…' == quoted[292]


def test_an_event_that_json_cannot_hold_is_quoted_too() -> None:
    """A caller of the handler in Python reads the same message."""
    with pytest.raises(EventRefused, match=r'The event: \{"at": "2026-12-01 02:00:00\+00:00"\}$'):
        parse_wakeup({"at": AT})


def test_a_long_instant_is_quoted_in_part() -> None:
    """A log line must not be filled with it."""
    with pytest.raises(EventRefused, match=f": '{'9' * 79} is not an instant like"):
        parse_wakeup({"maintenance": "on", "at": "9" * 1_000})


@pytest.mark.parametrize(("seconds", "is_known"), [(0, True), (-1, True), (-2, False)])
@pytest.mark.parametrize("at", [AT, datetime(2027, 10, 31, 1, 1, tzinfo=UTC)])
def test_a_change_is_in_what_was_written_then_also_in_the_hour_that_comes_twice(
    at: datetime, seconds: int, *, is_known: bool
) -> None:
    """boto3 gives the operator's local time: in London, from one to two o'clock once more."""
    written = (at + timedelta(seconds=seconds)).astimezone(ZoneInfo("Europe/London"))

    assert is_known is ParameterChanged("/site/maintenance", at).is_known_by(written)
