"""What an event means, and which events are refused."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import EventRefused
from maintenance.wakeup import (
    AlarmClock,
    Command,
    InstallationRequested,
    OtherToolWrote,
    PageChanged,
    ParameterChanged,
    PlanRequested,
    StatusRequested,
    Sweep,
    Wakeup,
    parse_wakeup,
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


REQUEST = {"RequestType": "Create", "ResponseURL": "https://example.com/", "StackId": "x"}

UNDERSTOOD: dict[str, tuple[dict[str, object], Wakeup]] = {
    "a change of a parameter": (_change(), ParameterChanged("/site/maintenance", AT)),
    "a deletion of a parameter": (
        _change(detail={"operation": "Delete", "name": "/site/maintenance"}),
        ParameterChanged("/site/maintenance", AT, deleted=True),
    ),
    "another tool's update": (
        _event("aws.cloudfront", detail={"eventSource": "cloudfront.amazonaws.com"}),
        OtherToolWrote(),
    ),
    "a page that was put": (
        {**_event("aws.s3", detail={"reason": "PutObject"}), "detail-type": "Object Created"},
        PageChanged(),
    ),
    "a page that was taken away": (
        {**_event("aws.s3", detail={"reason": "DeleteObject"}), "detail-type": "Object Deleted"},
        PageChanged(),
    ),
    "the alarm clock": ({"alarm_clock": True}, AlarmClock()),
    "a sweep": ({"sweep": True}, Sweep()),
    "a plan": ({"plan": True}, PlanRequested()),
    "a status": ({"status": True}, StatusRequested()),
    "a command": (
        {"maintenance": "on for 2h", "at": "2026-12-01T04:00+02:00"},
        Command("on for 2h", AT),
    ),
    "a command of EventBridge": (_event(detail={"maintenance": "off"}), Command("off", AT)),
    "a command of EventBridge with an instant of its own": (
        _event(detail={"maintenance": "off", "at": "2026-12-01T03:00:00Z"}),
        Command("off", AT + timedelta(hours=1)),
    ),
    "a request of CloudFormation": (dict(REQUEST), InstallationRequested(REQUEST)),
}


@pytest.mark.parametrize(("event", "wakeup"), UNDERSTOOD.values(), ids=list(UNDERSTOOD))
def test_what_is_understood(event: dict[str, object], wakeup: Wakeup) -> None:
    """The table in the docstring of `wakeup`, row by row."""
    assert wakeup == parse_wakeup(event)


_NO_INSTANT = "is not an instant like 2026-12-01T02:00:00Z"
REFUSED: dict[str, tuple[object, str]] = {
    "no object": (["on"], "it is not a JSON object"),
    "nothing": ({}, "its shape is not known"),
    "something else": ({"Records": []}, "its shape is not known"),
    "two requests": ({"plan": True, "status": True}, "its shape is not known"),
    "a request that says no": ({"sweep": False}, "its shape is not known"),
    "a request of half a shape": ({"RequestType": "Create"}, "its shape is not known"),
    "an event without detail": (_event(), "its detail is not a JSON object"),
    "Scheduler's own event": (_event(detail="{}"), "its detail is not a JSON object"),
    "an event of something else": (_event(detail={"x": 1}), "neither of a parameter nor a command"),
    "SSM's other events": (
        _event("aws.ssm", detail={"state": "OPEN"}),
        "neither of a parameter nor a command",
    ),
    "somebody who pretends to be SSM": (
        _change(source="our.pipeline"),
        "neither of a parameter nor a command",
    ),
    "a change that names no parameter": (_change(detail={}), "its detail names no parameter"),
    "a change without a time": (_change(time=None), _NO_INSTANT),
    "a command with more": ({"maintenance": "on", "until": "x"}, "a command has no 'until'"),
    "an unquoted on of YAML": ({"maintenance": True}, 'its "maintenance" is true, not a quoted'),
    "a command at no instant": ({"maintenance": "on", "at": "soon"}, _NO_INSTANT),
    "a command before all time": (
        {"maintenance": "on", "at": "0001-01-01T00:00:00+14:00"},
        _NO_INSTANT,
    ),
    "a command at a number": ({"maintenance": "on", "at": 5}, _NO_INSTANT),
    "a command without an offset": (
        {"maintenance": "on", "at": "2026-12-01T02:00:00"},
        "has no offset: end it with Z",
    ),
    "Scheduler's context word, not replaced": (
        {"maintenance": "on", "at": "<aws.scheduler.scheduled-time>"},
        _NO_INSTANT,
    ),
}


@pytest.mark.parametrize(("event", "why"), REFUSED.values(), ids=list(REFUSED))
def test_anything_else_is_refused(event: object, why: str) -> None:
    """With the reason, what is understood instead, and that nothing was changed."""
    with pytest.raises(EventRefused) as caught:
        parse_wakeup(event)

    assert why in str(caught.value)
    assert "nothing was changed" in str(caught.value)
    assert "Understood are: a Parameter Store Change event of the switch" in str(caught.value)


@pytest.mark.parametrize("at", [{}, {"at": None}])
def test_a_command_without_its_instant_is_refused(at: dict[str, object]) -> None:
    """Delivered late, it could undo what an operator did since; the sentence says what to add."""
    with pytest.raises(EventRefused, match=r'needs the instant it belongs to.*add "at"'):
        parse_wakeup({"maintenance": "on", **at})


def test_a_long_event_is_shown_in_part() -> None:
    """Enough to know it by, and not a log full of it."""
    with pytest.raises(EventRefused) as caught:
        parse_wakeup({"x": "y" * 10_000})

    assert str(caught.value).endswith("y…")
    assert len(str(caught.value)) < 1000
