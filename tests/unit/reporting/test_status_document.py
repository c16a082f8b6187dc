"""The status as the text of a parameter."""

import json
from copy import replace
from datetime import timedelta

import pytest
from maintenance.errors import UnreadableValue
from maintenance.model import Mode
from maintenance.reporting.status import (
    LIMIT,
    LastError,
    ModeChange,
    PersistedState,
    Status,
    TargetStatus,
    decode,
    encode,
    shortened,
    with_error,
)
from maintenance.schedule.decision import NextChange

from tests.builders import NOW

HOUR = timedelta(hours=1)
CHANGE = ModeChange(Mode.MAINTENANCE, Mode.LIVE, NOW, NOW + timedelta(seconds=3))
ERROR = LastError("something is wrong", NOW, NOW + HOUR)


def test_the_document_says_everything() -> None:
    """What is wanted, what comes next, how far the last change is, what is wrong, and where."""
    status = Status(
        mode=Mode.MAINTENANCE,
        reason="somebody said so",
        until=NOW + HOUR,
        message="back at three",
        next_change=NextChange(NOW + HOUR, closes=False, window="sunday"),
        targets=(TargetStatus("E1", "Deployed"), TargetStatus("E2", "InProgress")),
        persisted=PersistedState(CHANGE, ERROR),
    )

    expected = {
        "mode": "maintenance",
        "reason": "somebody said so",
        "until": "2026-12-01T03:00Z",
        "message": "back at three",
        "next_change": {"at": "2026-12-01T03:00Z", "what": "opens", "window": "sunday"},
        "last_change": {
            "mode": "maintenance",
            "previous_mode": "live",
            "due": "2026-12-01T02:00Z",
            "accepted": "2026-12-01T02:00:03Z",
            "deployed": None,
        },
        "last_error": {
            "message": "something is wrong",
            "since": "2026-12-01T02:00Z",
            "until": "2026-12-01T03:00Z",
        },
        "counts": {"distributions": 2, "Deployed": 1, "InProgress": 1, "stuck": 0, "failed": 0},
        "distributions": [
            {"distribution_id": "E2", "status": "InProgress"},
            {"distribution_id": "E1", "status": "Deployed"},
        ],
    }
    assert expected == json.loads(encode(status))


def test_what_is_not_known_is_null() -> None:
    """Not a text that looks like something."""
    document = json.loads(encode(Status(Mode.LIVE, "nobody said anything")))

    names = ("until", "message", "next_change", "last_change", "last_error")
    assert [None] * 5 == [document[name] for name in names]


def test_those_that_need_attention_come_first() -> None:
    """With what is the matter; the others in the order of their ids."""
    targets = (
        TargetStatus("E1", "Deployed"),
        TargetStatus("E2", "InProgress"),
        TargetStatus("E3", "InProgress", is_stuck=True),
        TargetStatus("E4", "Deployed", errors=("no", "never")),
    )

    document = json.loads(encode(Status(Mode.LIVE, "so", targets=targets)))

    assert [
        {"distribution_id": "E4", "status": "Deployed", "error": "no | never"},
        {"distribution_id": "E3", "status": "InProgress", "stuck": True},
        {"distribution_id": "E2", "status": "InProgress"},
        {"distribution_id": "E1", "status": "Deployed"},
    ] == document["distributions"]
    assert {"distributions": 4, "Deployed": 2, "InProgress": 2, "stuck": 1, "failed": 1} == (
        document["counts"]
    )


def test_twenty_five_distributions_have_room() -> None:
    """As many as MaxDistributions allows, unless the owner raises it."""
    targets = tuple(TargetStatus(f"E{number:013}", "InProgress") for number in range(25))
    persisted = PersistedState(CHANGE, ERROR)

    text = encode(
        Status(Mode.LIVE, "r" * 200, NOW, "m" * 200, targets=targets, persisted=persisted)
    )

    assert 25 == len(json.loads(text)["distributions"])


def test_a_fleet_that_does_not_fit_is_counted() -> None:
    """Those that need attention are still listed."""
    fleet = tuple(TargetStatus(f"E{number:013}", "Deployed") for number in range(500))
    targets = (*fleet, TargetStatus("LATE", "InProgress"))

    document = json.loads(encode(Status(Mode.LIVE, "so", targets=targets)))

    assert (501, 500, 1) == tuple(document["counts"].values())[:3]
    assert "LATE" == document["distributions"][0]["distribution_id"]
    assert 25 < len(document["distributions"]) < 501


def test_the_last_error_has_its_room_before_it_comes() -> None:
    """A run that could do nothing puts it into the text that there is."""
    fleet = tuple(TargetStatus(f"E{number:013}", "Deployed") for number in range(500))
    said = Status(
        Mode.LIVE, "r" * 600, NOW, "m" * 600, targets=fleet, persisted=PersistedState(CHANGE)
    )
    error = LastError("x" * 5_000, NOW, NOW + HOUR)

    longest = with_error(encode(said), error)

    assert LIMIT - 500 < len(longest.encode()) <= LIMIT
    assert longest == encode(replace(said, persisted=PersistedState(CHANGE, error)))


def test_what_others_have_named_is_cut() -> None:
    """A window's name and a fault have two hundred and forty bytes each, quotes included."""
    target = TargetStatus("E1", "Deployed", errors=("f" * 500,))
    change = NextChange(NOW, closes=True, window="w" * 500)

    document = json.loads(encode(Status(Mode.LIVE, "so", next_change=change, targets=(target,))))

    assert "f" * 235 + "…" == document["distributions"][0]["error"]
    assert {"at": "2026-12-01T02:00Z", "what": "closes", "window": "w" * 235 + "…"} == (
        document["next_change"]
    )


@pytest.mark.parametrize(
    "persisted", [PersistedState(), PersistedState(CHANGE), PersistedState(CHANGE, ERROR)]
)
def test_what_is_remembered_comes_back(persisted: PersistedState) -> None:
    """So that the next run knows what was told."""
    assert persisted == decode(encode(Status(Mode.LIVE, "so", persisted=persisted)))


def test_another_error_leaves_the_rest_as_it_was() -> None:
    """A run that could do nothing knows nothing else."""
    text = encode(Status(Mode.LIVE, "so", persisted=PersistedState(CHANGE)))

    changed = json.loads(with_error(text, ERROR))

    assert {**json.loads(text), "last_error": changed["last_error"]} == changed
    assert "something is wrong" == changed["last_error"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        "oops",
        "1",
        "null",
        "[]",
        "{}",
        "[" * LIMIT,
        '{"last_change": 1, "last_error": null}',
        '{"last_change": {"mode": "closed"}, "last_error": null}',
        '{"last_change": {"mode": "live", "previous_mode": []}, "last_error": null}',
        '{"last_change": {"mode": "live", "previous_mode": null, "due": "soon"}}',
        '{"last_change": {"mode": "live", "previous_mode": null, "due": null, "accepted": null}}',
        '{"last_change": null, "last_error": {"message": 1, "since": "", "until": ""}}',
        '{"last_change": null, "last_error": {"message": "m", "since": 1, "until": null}}',
    ],
)
def test_what_the_controller_has_not_written_is_refused(change: str) -> None:
    """In one sentence, whatever it is."""
    with pytest.raises(UnreadableValue, match="not what the controller writes"):
        decode(change)


def test_an_error_that_is_no_text_is_named() -> None:
    """Another tool may write something else there."""
    text = '{"last_change": null, "last_error": {"message": 1, "since": "", "until": ""}}'
    with pytest.raises(UnreadableValue) as caught:
        decode(text)

    error = "TypeError('the message of an error is a text')"
    assert f"it is not what the controller writes ({error})" == str(caught.value)


def test_a_text_is_cut_where_its_room_ends() -> None:
    """Counted in the bytes that it takes, quotes included."""
    assert "short" == shortened("short", 7)
    assert "aaaa…" == shortened("a" * 20, 9)
    assert "č…" == shortened("č" * 20, 8)


def test_the_braces_that_ssm_refuses_are_written_otherwise() -> None:
    """They mean a reference to another parameter there."""
    text = encode(Status(Mode.LIVE, "a {{{b}} c"))

    assert text.startswith('{\n "mode": "live",\n "reason": "a {\\u007b{b}} c",\n')
    assert "a {{{b}} c" == json.loads(text)["reason"]
