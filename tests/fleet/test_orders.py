"""Orders for a fleet, carried out by the deployed state machine in accounts of their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fleet.hub import ACCOUNTS, Hub

_ON = "on until 2099-01-01: Upgrade"


def _failed(ended: dict[str, Any]) -> tuple[str, str]:
    """Return the error and the cause of an execution that failed."""
    assert "FAILED" == ended["status"]
    return ended["error"], ended["cause"]


@pytest.mark.promise
def test_an_on_closes_the_pilot_and_then_the_rest_in_all_accounts(hub: Hub) -> None:
    """Each is waited for until its visitors get the page everywhere."""
    pilot = hub.wave(hub.stack("a"))
    rest = hub.wave(hub.stack("b"), hub.stack("c", ACCOUNTS[1]))

    ended = hub.carry_out(_ON, pilot, rest, by="ana")

    assert "SUCCEEDED" == ended["status"]
    assert [{"a": "closed"}, {"b": "closed", "c": "closed"}] == [
        hub.report(ended, wave) for wave in (1, 2)
    ]
    assert [_ON] * 3 == [hub.switch(name) for name in "abc"]


def test_an_off_opens_all_at_once(hub: Hub) -> None:
    """Whatever the list says about the tolerated share."""
    everything = hub.wave(hub.stack("a"), hub.stack("b", ACCOUNTS[1]))
    hub.carry_out(_ON, everything)

    ended = hub.carry_out("off", everything)

    assert ("SUCCEEDED", {"a": "open", "b": "open"}) == (ended["status"], hub.report(ended))


@pytest.mark.parametrize("order", ["plan", "status"])
def test_a_question_is_answered_for_each_stack_and_changes_nothing(hub: Hub, order: str) -> None:
    """Also if a stack cannot be asked: the report names it with the reason."""
    stranger = hub.stack("stranger", "333333333333")

    ended = hub.carry_out(order, hub.wave(hub.stack("a"), stranger))

    assert ("SUCCEEDED", {"a": "open", "stranger": "NotReached"}) == (
        ended["status"],
        hub.report(ended),
    )
    [row] = [each for each in hub.rows(ended) if each["Status"] == "FAILED"]
    assert "not authorized to perform: sts:AssumeRole" in row["Cause"]


def test_a_failing_pilot_stops_before_the_rest(hub: Hub) -> None:
    """The cause names the wave, and the report the stack."""
    pilot = hub.wave(hub.stack("a"), hub.stack("b", "333333333333"))

    ended = hub.carry_out(_ON, pilot, hub.wave(hub.stack("c")))

    error, cause = _failed(ended)
    assert "Stopped" == error
    assert cause.startswith("wave 1 of 2 stopped: States.ExceedToleratedFailureThreshold")
    assert "Later waves were not begun. The report is under runs/" in cause
    assert "NotReached" == hub.report(ended)["b"]
    assert not (hub.folder / "c.json").exists()


def test_too_many_failures_in_the_last_wave_stop_it(hub: Hub) -> None:
    """There is no later wave to speak of, and what was reached before is in its report."""
    ended = hub.carry_out(_ON, hub.wave(hub.stack("a")), hub.wave(hub.stack("b-other")))

    error, cause = _failed(ended)
    assert ("Stopped", True) == (error, cause.startswith("wave 2 of 2 stopped: "))
    assert "Later waves" not in cause
    assert ({"a": "closed"}, {"b-other": "NotReached"}) == (
        hub.report(ended),
        hub.report(ended, 2),
    )


def test_a_tolerated_share_lets_the_rest_go_on(hub: Hub) -> None:
    """One that is too slow, and one that refuses, count as failed at the deadline."""
    stacks = [hub.stack(name) for name in ("a", "b", "c-slow", "d-refuses")]

    ended = hub.carry_out(_ON, hub.wave(*stacks, tolerated=50), minutes=0.03)

    assert "SUCCEEDED" == ended["status"]
    expected = {"a": "closed", "b": "closed", "c-slow": "TooSlow", "d-refuses": "NotReached"}
    assert expected == hub.report(ended)
    causes = {each["Error"]: each["Cause"] for each in hub.rows(ended) if "Error" in each}
    assert {
        "TooSlow": "the site is closing at the deadline: 1 deploying",
        "NotReached": 'access denied: "d"',
    } == causes


def test_an_on_without_an_end_is_refused(hub: Hub) -> None:
    """Opening must not need the hub."""
    everything = hub.wave(hub.stack("a"))

    refused = _failed(hub.carry_out("on for 2h", everything))
    mistyped = _failed(hub.carry_out("on", everything, endless="false"))
    accepted = hub.carry_out("on", everything, endless=True)

    assert "an on needs an end" in refused[1]
    assert refused == mistyped
    assert ("SUCCEEDED", "on") == (accepted["status"], hub.switch("a"))


def test_another_word_is_refused(hub: Hub) -> None:
    """Before any stack is asked."""
    error, cause = _failed(hub.carry_out("close", hub.wave(hub.stack("a"))))

    assert ("Refused", True) == (error, cause.startswith("the order is close, and has to be"))


@pytest.mark.parametrize("order", [_ON, "off"])
def test_an_order_without_a_stack_is_refused(hub: Hub, order: str) -> None:
    """A pipeline that has mistyped its waves must not report that its sites are open."""
    nothing: list[dict[str, Any]] = [{"waves": []}, {"waves": [hub.wave()]}]

    for waves in nothing:
        error, cause = _failed(hub.carry_out(order, **waves))

        assert ("Refused", True) == (error, cause.startswith("the order has no stack"))


def test_a_stack_without_a_site_is_refused(hub: Hub) -> None:
    """Or a wrong ARN would close another site."""
    stack = {name: value for name, value in hub.stack("a").items() if name != "site"}

    ended = hub.carry_out(_ON, hub.wave(stack))

    [row] = hub.rows(ended)
    assert "it is for the site of (the list names no site)" in row["Cause"]


def test_an_operator_of_a_site_outranks_an_earlier_order(hub: Hub) -> None:
    """The order counts as failed there, and says why."""
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    hub.put_switch("a", "off", later)

    ended = hub.carry_out(_ON, hub.wave(hub.stack("a"), hub.stack("b"), tolerated=50))

    assert ("off", {"a": "Overtaken", "b": "closed"}) == (hub.switch("a"), hub.report(ended))
    [row] = [each for each in hub.rows(ended) if each["Status"] == "FAILED"]
    assert "the mode is live (the switch says off)" in row["Cause"]


def test_an_off_that_cannot_open_a_site_goes_on_with_the_others_and_fails_at_the_end(
    hub: Hub,
) -> None:
    """So that the alarm rings, with the report that names the site."""
    stacks = (hub.stack("a-refuses"), hub.stack("b"), hub.stack("c", "333333333333"))

    ended = hub.carry_out("off", hub.wave(*stacks, at_once=1), minutes=0.02)

    error, cause = _failed(ended)
    assert ("NotAllOpen", True) == (
        error,
        cause.startswith("2 of 3 sites are not open: the report"),
    )
    expected = {"a-refuses": "NotReached", "b": "open", "c": "NotReached"}
    assert expected == hub.report(ended)


def test_the_same_order_again_with_the_same_instant_does_no_harm(hub: Hub) -> None:
    """It continues what a hub that stopped midway has left."""
    everything = hub.wave(hub.stack("a"), hub.stack("b"))
    at = datetime.now(UTC).isoformat()
    hub.carry_out(_ON, hub.wave(hub.stack("a")), at=at)

    ended = hub.carry_out(_ON, everything, at=at)

    assert {"a": "closed", "b": "closed"} == hub.report(ended)


def test_two_overlapping_ons_are_both_carried_out(hub: Hub) -> None:
    """At each site the end of the later one counts, whichever arrives first."""
    everything = hub.wave(hub.stack("a"), hub.stack("b"))
    at = datetime.now(UTC)
    later = hub.begin("on until 2099-02-02", everything, at=at.isoformat())
    earlier = hub.begin(_ON, everything, at=(at - timedelta(seconds=1)).isoformat())

    reports = [hub.report(hub.end(each)) for each in (later, earlier)]

    assert [{"a": "closed", "b": "closed"}] * 2 == reports
    assert {"on until 2099-02-02"} == {hub.switch(name) for name in ("a", "b")}
