"""The status as the text of a parameter."""

import json
from copy import replace
from datetime import timedelta

import pytest
from maintenance.errors import UnreadableValue
from maintenance.model import Mode
from maintenance.reporting.plans import MAX_PLANNED
from maintenance.reporting.status import (
    LastError,
    ModeChange,
    PersistedState,
    Planned,
    Status,
    TargetStatus,
)
from maintenance.reporting.status_document import (
    MAX_STATUS_BYTES,
    decode_persisted_state,
    encode_status,
    replace_last_error,
    truncate,
)
from maintenance.schedule.decision import NextChange
from maintenance.schedule.request import Request, Requester
from maintenance.schedule.switch import Off

from tests.builders import ANA, NOW

HOUR = timedelta(hours=1)
CHANGE = ModeChange(Mode.MAINTENANCE, Mode.LIVE, NOW, NOW + timedelta(seconds=3), until=NOW + HOUR)
ERROR = LastError("something is wrong", NOW, NOW + HOUR, announced=True)
PLANNED = (Planned("sunday", NOW, NOW + HOUR),)
OFF = Off(NOW + timedelta(milliseconds=1), NOW + HOUR)


def test_the_document_has_everything() -> None:
    """The decision, what comes next, how far the last change is, what is wrong, and where."""
    status = Status(
        mode=Mode.MAINTENANCE,
        reason="the switch says so",
        until=NOW + HOUR,
        message="back at three",
        next_change=NextChange(NOW + HOUR, closes=False, window="sunday"),
        targets=(TargetStatus("E1", "Deployed"), TargetStatus("E2", "InProgress")),
        persisted=PersistedState(
            CHANGE, ERROR, OFF, "c5e0", ANA, PLANNED, NOW, None, NOW + timedelta(minutes=15)
        ),
        version="1.0.0",
    )

    expected = {
        "mode": "maintenance",
        "reason": "the switch says so",
        "until": "2026-12-01T03:00:00Z",
        "message": "back at three",
        "requested_by": "ana",
        "requested_by_arn": "arn:aws:iam::123456789012:user/ana",
        "request": {"written": "2026-12-01T02:00:00Z", "window": ""},
        "next_change": {"at": "2026-12-01T03:00:00Z", "what": "opens", "window": "sunday"},
        "last_change": {
            "mode": "maintenance",
            "previous_mode": "live",
            "due": "2026-12-01T02:00:00Z",
            "accepted": "2026-12-01T02:00:03Z",
            "deployed": None,
            "until": "2026-12-01T03:00:00Z",
        },
        "last_error": {
            "message": "something is wrong",
            "since": "2026-12-01T02:00:00Z",
            "until": "2026-12-01T03:00:00Z",
            "announced": True,
        },
        "last_off": {
            "written": "2026-12-01T02:00:00.001000Z",
            "until": "2026-12-01T03:00:00Z",
        },
        "settled": "c5e0",
        "toggled": "2026-12-01T02:00:00Z",
        "standby": None,
        "armed": "2026-12-01T02:15:00Z",
        "planned": [
            {
                "window": "sunday",
                "begins": "2026-12-01T02:00:00Z",
                "ends": "2026-12-01T03:00:00Z",
            }
        ],
        "counts": {"distributions": 2, "Deployed": 1, "InProgress": 1, "stuck": 0, "failed": 0},
        "version": "1.0.0",
        "distributions": [
            {"distribution_id": "E2", "status": "InProgress"},
            {"distribution_id": "E1", "status": "Deployed"},
        ],
    }
    assert expected == json.loads(encode_status(status))


def test_the_phases_of_the_last_change_are_in_whole_seconds() -> None:
    """People read them, and nothing is decided by less."""
    late = NOW + timedelta(milliseconds=900)
    change = ModeChange(Mode.MAINTENANCE, Mode.LIVE, late, late, late)

    text = encode_status(Status(Mode.MAINTENANCE, "", persisted=PersistedState(change)))

    last_change = json.loads(text)["last_change"]
    phases = {last_change[name] for name in ("due", "accepted", "deployed")}
    assert {"2026-12-01T02:00:00Z"} == phases


def test_an_unknown_value_is_null() -> None:
    """Not a text in its place."""
    document = json.loads(encode_status(Status(Mode.LIVE, "no switch, no windows")))

    names = ("until", "message", "request", "next_change", "last_change", "last_error", "last_off")
    assert [None] * 7 == [document[name] for name in names]


def test_targets_that_need_attention_come_first() -> None:
    """With what is wrong; the others in the order of their ids."""
    targets = (
        TargetStatus("E1", "Deployed"),
        TargetStatus("E2", "InProgress"),
        TargetStatus("E3", "InProgress", is_stuck=True),
        TargetStatus("E4", "Deployed", errors=("no", "never")),
    )

    document = json.loads(encode_status(Status(Mode.LIVE, "so", targets=targets)))

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

    text = encode_status(
        Status(Mode.LIVE, "r" * 200, NOW, "m" * 200, targets=targets, persisted=persisted)
    )

    assert 25 == len(json.loads(text)["distributions"])


def test_a_fleet_that_does_not_fit_is_only_counted() -> None:
    """Targets that need attention are still listed."""
    fleet = tuple(TargetStatus(f"E{number:013}", "Deployed") for number in range(500))
    targets = (*fleet, TargetStatus("LATE", "InProgress"))

    document = json.loads(encode_status(Status(Mode.LIVE, "so", targets=targets)))

    assert (501, 500, 1) == tuple(document["counts"].values())[:3]
    assert "LATE" == document["distributions"][0]["distribution_id"]
    assert 25 < len(document["distributions"]) < 501


def test_there_is_always_room_for_an_error() -> None:
    """A run that could do nothing puts it into the existing text."""
    fleet = tuple(TargetStatus(f"E{number:013}", "Deployed") for number in range(500))
    persisted = PersistedState(CHANGE, last_off=OFF)
    status = Status(Mode.LIVE, "r" * 600, NOW, "m" * 600, targets=fleet, persisted=persisted)
    error = LastError("x" * 5_000, NOW, NOW + HOUR)

    longest = replace_last_error(encode_status(status), error)

    assert MAX_STATUS_BYTES - 500 < len(longest.encode()) <= MAX_STATUS_BYTES
    assert longest == encode_status(replace(status, persisted=PersistedState(CHANGE, error, OFF)))


def test_the_longest_names_leave_room_for_an_error() -> None:
    """Of windows and roles, as long as AWS takes them: a status that does not fit is never read."""
    longest = "x" * 5_000
    requester = Requester(Request(OFF.written, longest), longest, longest)
    planned = tuple(Planned(f"{number}{'w' * 62}…", NOW, NOW) for number in range(MAX_PLANNED))
    persisted = PersistedState(CHANGE, ERROR, OFF, "f" * 16, requester, planned, NOW)
    closes = NextChange(NOW, closes=True, window=longest)
    status = Status(Mode.MAINTENANCE, longest, NOW, longest, closes, (), persisted, "10.10.10")
    error = LastError(longest, NOW, NOW + HOUR, announced=True)

    text = replace_last_error(encode_status(status), error)

    assert MAX_STATUS_BYTES - 500 < len(text.encode()) <= MAX_STATUS_BYTES
    assert "x" * 100 in json.loads(text)["reason"]


def test_the_names_and_errors_of_others_are_cut() -> None:
    """A window's name and an error have two hundred and forty bytes each, quotes included."""
    target = TargetStatus("E1", "Deployed", errors=("f" * 500,))
    change = NextChange(NOW, closes=True, window="w" * 500)

    document = json.loads(
        encode_status(Status(Mode.LIVE, "so", next_change=change, targets=(target,)))
    )

    assert "f" * 235 + "…" == document["distributions"][0]["error"]
    assert {"at": "2026-12-01T02:00:00Z", "what": "closes", "window": "w" * 235 + "…"} == (
        document["next_change"]
    )


@pytest.mark.parametrize(
    "persisted",
    [
        PersistedState(),
        PersistedState(CHANGE),
        PersistedState(CHANGE, ERROR),
        PersistedState(CHANGE, requester=ANA, planned=PLANNED, toggled=NOW, armed=NOW),
    ],
)
def test_the_persisted_state_survives_a_round_trip(persisted: PersistedState) -> None:
    """So the next run knows what was announced."""
    assert persisted == decode_persisted_state(
        encode_status(Status(Mode.LIVE, "so", persisted=persisted))
    )


def test_the_end_of_a_status_before_1_0_0_is_known() -> None:
    """Or an update of the stack would announce the end of a closed site once more."""
    document = json.loads(encode_status(Status(Mode.MAINTENANCE, "so", OFF.written)))
    change = {"mode": "maintenance", "previous_mode": None, "due": None}
    document["last_change"] = {**change, "accepted": "2026-12-01T02:00:00Z", "deployed": None}

    last = decode_persisted_state(json.dumps(document)).last_change

    assert ModeChange(Mode.MAINTENANCE, None, None, NOW, until=NOW) == last


def test_replacing_the_error_leaves_the_rest_as_it_was() -> None:
    """A run that could do nothing knows nothing else."""
    text = encode_status(Status(Mode.LIVE, "so", persisted=PersistedState(CHANGE)))

    changed = json.loads(replace_last_error(text, ERROR))

    assert {**json.loads(text), "last_error": changed["last_error"]} == changed
    assert "something is wrong" == changed["last_error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "oops",
        "1",
        "null",
        "[]",
        "{}",
        "[" * MAX_STATUS_BYTES,
        '{"last_change": 1, "last_error": null}',
        '{"last_change": {"mode": "closed"}, "last_error": null}',
        '{"last_change": {"mode": "live", "previous_mode": []}, "last_error": null}',
        '{"last_change": {"mode": "live", "previous_mode": null, "due": "soon"}}',
        '{"last_change": {"mode": "live", "previous_mode": null, "due": null, "accepted": null}}',
        '{"last_change": null, "last_error": {"message": "m", "since": "2026-12-01T02:00:00"}}',
        '{"last_change": null, "last_error": {"message": 1, "since": "", "until": ""}}',
        '{"last_change": null, "last_error": {"message": "m", "since": 1, "until": null}}',
    ],
)
def test_a_text_that_is_not_a_status_is_refused(text: str) -> None:
    """In one sentence, whatever it is."""
    with pytest.raises(UnreadableValue, match="not what the controller writes"):
        decode_persisted_state(text)


def test_the_refusal_names_the_member_that_is_wrong() -> None:
    """Another tool may have written it."""
    text = '{"last_change": null, "last_error": {"message": 1, "since": "", "until": ""}}'
    with pytest.raises(UnreadableValue) as caught:
        decode_persisted_state(text)

    error = "Expected `str`, got `int` - at `$.last_error.message`"
    assert f"it is not what the controller writes ({error})" == str(caught.value)


def test_a_text_is_cut_to_its_limit() -> None:
    """Counted in the bytes of its JSON, quotes included."""
    assert "short" == truncate("short", 7)
    assert "aaaa…" == truncate("a" * 20, 9)
    assert "č…" == truncate("č" * 20, 8)


def test_two_opening_braces_are_escaped() -> None:
    """SSM reads them as a reference to another parameter."""
    text = encode_status(Status(Mode.LIVE, "a {{{b}} c"))

    assert text.startswith('{\n "mode": "live",\n "reason": "a {\\u007b{b}} c",\n')
    assert "a {{{b}} c" == json.loads(text)["reason"]
