"""The events: what people read in them, and what programs do."""

import json
from copy import replace
from datetime import timedelta

import pytest
from maintenance.model import Mode
from maintenance.reporting.events import (
    end_event,
    failure_event,
    mode_event,
    plan_event,
)
from maintenance.reporting.plans import ComingOccurrence, PlanChange
from maintenance.reporting.status import (
    EndChange,
    FailureChange,
    LastError,
    ModeChange,
    PersistedState,
    Phase,
    Planned,
    Status,
    TargetStatus,
    Transition,
)
from msgspec import to_builtins

from tests.builders import ANA, NOW, SITE
from tests.sample_events import HOSTILE, events_with

HOUR = timedelta(hours=1)
LIVE, CLOSED = Mode.LIVE, Mode.MAINTENANCE
TARGETS = (TargetStatus("E0", "InProgress"), TargetStatus("E1", "Deployed", errors=("no",)))
STATUS = Status(
    CLOSED,
    "Because.",
    NOW + HOUR,
    "back at three",
    targets=TARGETS,
    persisted=PersistedState(requester=ANA),
)
ARN = "arn:aws:iam::123456789012:user/ana"
NAMES = {"stack": "site", "switch": "/site/maintenance"}
WHO = {"requested_by": "ana", "requested_by_arn": ARN}


def mode_title(mode: Mode, phase: Phase) -> str:
    """Return the title of an event."""
    transition = Transition(phase, ModeChange(mode, None, None, NOW), None)
    return mode_event(transition, STATUS, SITE).detail.title


def test_a_change_of_mode_has_a_title_that_a_person_reads() -> None:
    """What visitors get, and where."""
    assert ["Closing now", "Closed everywhere", "Opening now", "Open everywhere"] == [
        mode_title(mode, phase) for mode in (CLOSED, LIVE) for phase in Phase
    ]


def test_a_change_of_mode_has_what_operators_need() -> None:
    """As JSON values, in whole seconds; the text is on the site's clocks."""
    change = ModeChange(CLOSED, LIVE, NOW, NOW)

    event = mode_event(Transition(Phase.ACCEPTED, change, 180.4), STATUS, SITE)

    assert {
        "title": "Closing now",
        "text": "CloudFront has accepted the change for 1 of 2 distributions, and 1 failed; it "
        "takes minutes to reach every edge. Because. Ends Tue 01 Dec 2026 04:00 CET. Message for "
        "visitors: 'back at three'. Requested by ana.",
        "mode": "maintenance",
        "previous_mode": "live",
        "phase": "accepted",
        "reason": "Because.",
        "until": "2026-12-01T03:00:00Z",
        "message": "back at three",
        "distributions": 2,
        "failed": 1,
        "seconds": 180,
        **WHO,
        **NAMES,
    } == to_builtins(event.detail)
    assert "Maintenance Mode Changed" == event.detail_type


def test_a_site_that_is_closed_in_part_is_not_counted_as_failed_alone() -> None:
    """Its other behaviors are closed, so the text does not say 0 of 1."""
    target = TargetStatus("E1", "Deployed", errors=("a maintenance leaves /api/* open",))
    transition = Transition(Phase.ACCEPTED, ModeChange(CLOSED, LIVE, None, NOW), None)

    detail = mode_event(transition, Status(CLOSED, "Because.", targets=(target,)), SITE).detail

    assert detail.text.startswith(
        "CloudFront has accepted the change for parts of 1 distribution, and the rest failed; "
    )


def test_an_unknown_value_is_null_in_the_event() -> None:
    """Scripts can distinguish it from a missing member."""
    status = Status(LIVE, "Because.", targets=TARGETS[:1])
    transition = Transition(Phase.DEPLOYED, ModeChange(LIVE, None, None, NOW), None)

    detail = to_builtins(mode_event(transition, status, SITE).detail)

    names = ("previous_mode", "until", "message", "seconds", "requested_by", "requested_by_arn")
    assert [None, None, None, None, "", ""] == [detail[name] for name in names]
    assert "Deployed: 1 distribution. Because." == detail["text"]


@pytest.mark.parametrize(
    ("change", "title", "before"),
    [
        (
            EndChange(NOW, NOW + HOUR),
            "Maintenance extended: now ends Tue 01 Dec 2026 04:00 CET",
            "until Tue 01 Dec 2026 03:00 CET",
        ),
        (
            EndChange(NOW + HOUR, NOW),
            "Maintenance shortened: now ends Tue 01 Dec 2026 03:00 CET",
            "until Tue 01 Dec 2026 04:00 CET",
        ),
        (
            EndChange(NOW, None),
            "Maintenance extended: now has no end",
            "until Tue 01 Dec 2026 03:00 CET",
        ),
        (
            EndChange(None, NOW),
            "Maintenance shortened: now ends Tue 01 Dec 2026 03:00 CET",
            "without an end",
        ),
    ],
)
def test_another_end_is_announced_with_the_one_before(
    change: EndChange, title: str, before: str
) -> None:
    """People have planned by it."""
    event = end_event(change, STATUS, SITE)

    assert ("Maintenance End Changed", title) == (event.detail_type, event.detail.title)
    assert event.detail.text.startswith(f"It was announced {before}, and now ")


def test_another_end_has_what_programs_need() -> None:
    """Both ends, and who asked."""
    status = replace(STATUS, until=None, message=None, persisted=PersistedState())

    detail = to_builtins(end_event(EndChange(NOW, None), status, SITE).detail)

    assert {
        "title": "Maintenance extended: now has no end",
        "text": "It was announced until Tue 01 Dec 2026 03:00 CET, and now has no end. Because.",
        "change": "extended",
        "previous_until": "2026-12-01T02:00:00Z",
        "until": None,
        "reason": "Because.",
        "message": None,
        "requested_by": "",
        "requested_by_arn": "",
        **NAMES,
    } == detail
    known = to_builtins(end_event(EndChange(NOW, None), STATUS, SITE).detail)
    assert ("ana", ARN) == (known["requested_by"], known["requested_by_arn"])


BEFORE, AFTER = Planned("sunday", NOW, NOW + HOUR), Planned("sunday", NOW + HOUR, NOW + 3 * HOUR)
FOLLOWING = ComingOccurrence(AFTER, NOW, "Upgrade")


@pytest.mark.parametrize(
    ("change", "word", "title"),
    [
        (PlanChange("sunday", FOLLOWING), "planned", "planned: Tue 01 Dec 2026 04:00 CET"),
        (
            PlanChange("sunday", FOLLOWING, BEFORE),
            "changed",
            "changed: now Tue 01 Dec 2026 04:00 CET",
        ),
        (
            PlanChange("sunday", None, BEFORE),
            "cancelled",
            "cancelled: it was planned for Tue 01 Dec 2026 03:00 CET",
        ),
    ],
)
def test_a_plan_has_a_title_that_a_person_reads(change: PlanChange, word: str, title: str) -> None:
    """With the start, on the site's clocks."""
    event = plan_event(change, None, SITE)

    detail = to_builtins(event.detail)
    assert ("Maintenance Planned", word) == (event.detail_type, detail["change"])
    assert f"Maintenance {title}" == detail["title"]


def test_a_plan_has_what_programs_need() -> None:
    """What is planned now, and what was announced before."""
    changed = to_builtins(plan_event(PlanChange("sunday", FOLLOWING, BEFORE), ANA, SITE).detail)
    cancelled = to_builtins(plan_event(PlanChange("sunday", None, BEFORE), None, SITE).detail)

    assert {
        "title": "Maintenance changed: now Tue 01 Dec 2026 04:00 CET",
        "text": "Window 'sunday' closes the site from Tue 01 Dec 2026 04:00 CET to Tue 01 Dec 2026 "
        "06:00 CET. It was announced from Tue 01 Dec 2026 03:00 CET to Tue 01 Dec 2026 04:00 CET. "
        "Message for visitors: 'Upgrade'. Requested by ana.",
        "change": "changed",
        "window": "sunday",
        "begins": "2026-12-01T03:00:00Z",
        "ends": "2026-12-01T05:00:00Z",
        "previous_begins": "2026-12-01T02:00:00Z",
        "previous_ends": "2026-12-01T03:00:00Z",
        "message": "Upgrade",
        **WHO,
        **NAMES,
    } == changed
    assert {
        "title": "Maintenance cancelled: it was planned for Tue 01 Dec 2026 03:00 CET",
        "text": "Window 'sunday' no longer closes the site from Tue 01 Dec 2026 03:00 CET to Tue "
        "01 Dec 2026 04:00 CET, as it was announced.",
        "change": "cancelled",
        "window": "sunday",
        "begins": None,
        "ends": None,
        "previous_begins": "2026-12-01T02:00:00Z",
        "previous_ends": "2026-12-01T03:00:00Z",
        "message": None,
        "requested_by": "",
        "requested_by_arn": "",
        **NAMES,
    } == cancelled


@pytest.mark.parametrize(
    ("error", "kind", "title", "text"),
    [
        (
            LastError("no", NOW),
            "Maintenance Run Failed",
            "The controller reports an error",
            "no",
        ),
        (
            LastError("no", NOW, NOW + HOUR),
            "Maintenance Run Recovered",
            "The controller works again",
            "It had failed since Tue 01 Dec 2026 03:00 CET: no",
        ),
    ],
)
def test_a_failure_and_its_end_have_the_error(
    error: LastError, kind: str, title: str, text: str
) -> None:
    """And since when it lasted, and until when."""
    event = failure_event(FailureChange(error), SITE)

    until = "2026-12-01T03:00:00Z" if error.until else None
    assert kind == event.detail_type
    assert {
        "title": title,
        "text": text,
        "error": "no",
        "since": "2026-12-01T02:00:00Z",
        "until": until,
        **NAMES,
    } == to_builtins(event.detail)


def test_title_and_text_need_no_escapes() -> None:
    """EventBridge puts them into a JSON template as they are."""
    for event in events_with(HOSTILE):
        for text in (event.detail.title, event.detail.text):
            assert f'"{text}"' == json.dumps(text, ensure_ascii=False)
            assert not set("<>\N{RIGHT-TO-LEFT OVERRIDE}") & set(text)


def test_a_text_is_cut_to_what_a_chat_takes() -> None:
    """An input template's result may have 8,192 characters."""
    for event in events_with("x" * 9000):
        assert 2990 < len(event.detail.text) < 3000
        assert event.detail.text.endswith("…")
