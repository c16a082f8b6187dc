"""`site-maintenance fleet`, as it is typed, by a hub and by profiles: both do the same."""

import json
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.program import command
from tests.cloud import eventually
from tests.fleet.hub import ACCOUNTS, Hub
from tests.fleet.operator import Fleet, Operator, results, two
from tests.fleet.test_rights import an_operator
from tests.timing import PATIENCE

_UNTIL = "2099-01-01T00:00Z"
WAYS = ("hub", "profile")


@pytest.mark.parametrize("way", WAYS)
def test_an_on_closes_and_an_off_opens_with_progress_on_the_way(
    hub: Hub, fleet: Fleet, way: str
) -> None:
    """The answer counts the stacks; the switch has the exact end and the message."""
    stacks = two("a", "b", "c")

    closed = fleet(
        way, "on", "until", _UNTIL, "--pilot", "1", "--message", "Upgrade", stacks=stacks
    )
    says = hub.switch("a")
    opened = fleet(way, "off", stacks=stacks)

    assert (0, "3 stacks: 3 CLOSED\n") == (closed.returncode, closed.stdout), closed.stderr
    assert "Wave 1 of 2: " in closed.stderr
    assert "Wave 2 of 2: " in closed.stderr
    assert "on until 2099-01-01T00:00+00:00: Upgrade" == says
    assert (0, "3 stacks: 3 OPEN\n") == (opened.returncode, opened.stdout), opened.stderr


@pytest.mark.parametrize("way", WAYS)
def test_for_counts_from_the_order(hub: Hub, fleet: Fleet, way: str) -> None:
    """A later wave ends when the pilot does."""
    before = datetime.now(UTC)

    fleet(way, "on", "for", "2h", stacks=two("a", "b"))

    says = {hub.switch(name) for name in ("a", "b")}
    assert 1 == len(says)
    until = datetime.fromisoformat(says.pop().removeprefix("on until "))
    assert timedelta(0) <= until - before - timedelta(hours=2) < timedelta(minutes=5)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("question", ["status", "plan"])
def test_a_question_shows_every_stack(fleet: Fleet, way: str, question: str) -> None:
    """Also the one that cannot be asked, with the reason."""
    stacks = {"a": ACCOUNTS[0], "stranger": "333333333333"}

    answer = fleet(way, question, stacks=stacks)

    first, _, rest = answer.stdout.partition("\n")
    assert (1, "2 stacks: 1 OPEN, 1 NOT REACHED") == (answer.returncode, first)
    assert "a          OPEN" in rest
    assert "stranger   NOT REACHED" in rest


@pytest.mark.parametrize("way", WAYS)
def test_a_plan_supposes_what_is_typed(hub: Hub, fleet: Fleet, way: str) -> None:
    """Before it is done to all of them."""
    answer = fleet(way, "plan", "on", "for", "2h", stacks=two("a"))

    assert 0 == answer.returncode, answer.stderr
    assert "OPEN   maintenance: would change 2 of 3 distributions\n" in answer.stdout
    assert 0 == (hub.folder / "a.json").stat().st_size, "nothing was written"


@pytest.mark.parametrize("way", WAYS)
def test_a_plan_that_a_stack_would_refuse_fails(fleet: Fleet, way: str) -> None:
    """As the plan of one site does: the operator asks before the night."""
    answer = fleet(way, "plan", "on", "for", "2h", stacks=two("a", "b-refuses"))

    first, _, rest = answer.stdout.partition("\n")
    assert (1, "2 stacks: 1 OPEN, 1 REFUSED") == (answer.returncode, first)
    rows = " ".join(rest.split())
    assert (
        "b-refuses REFUSED maintenance: would change 1 and refuse 1 of 3 distributions; a function "
        "does not fit" in rows
    )


# Stacks by what their stand-ins do, and what becomes of an on and an off at them.
RESULTS = {
    "a": ("closed", "open"),
    "b-slow": ("too slow", "open"),
    "c-refuses": ("not reached", "not reached"),
    "d-newer": ("overtaken", "open"),
    "e-other": ("not reached", "not reached"),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_stack_has_its_result(hub: Hub, fleet: Fleet, way: str) -> None:
    """The table of `cli/fleet/order.py`, row by row."""
    stacks = two(*RESULTS)
    hub.put_switch("d-newer", "off", (datetime.now(UTC) + timedelta(minutes=1)).isoformat())

    closed = fleet(
        way, "on", "until", _UNTIL, "--tolerate", "80", "--json", stacks=stacks, deadline="3s"
    )
    opened = fleet(way, "off", "--json", stacks=stacks, deadline="3s")

    assert {name: on for name, (on, _) in RESULTS.items()} == results(closed), closed.stderr
    assert {name: off for name, (_, off) in RESULTS.items()} == results(opened), opened.stderr
    assert (1, 1) == (closed.returncode, opened.returncode)
    assert "does not answer as a controller does" in closed.stdout


@pytest.mark.parametrize("way", WAYS)
def test_a_failing_pilot_stops_before_the_rest(hub: Hub, fleet: Fleet, way: str) -> None:
    """The answer says what was not begun, and how to open the others."""
    stacks = {"a": ACCOUNTS[0], "stranger": "333333333333", "z": ACCOUNTS[0]}

    answer = fleet(way, "on", "until", _UNTIL, "--pilot", "2", stacks=stacks)

    assert 1 == answer.returncode
    assert "z          NOT BEGUN" in answer.stdout
    assert "stranger   NOT REACHED" in answer.stdout
    assert "fleet off opens them" in answer.stdout
    assert not (hub.folder / "z.json").exists()


def test_the_operators_policy_is_enough(hub: Hub, fleet: Fleet) -> None:
    """Of the hub's stack; no right in any other account is needed."""
    operator = an_operator(hub)
    caller = {
        "AWS_ACCESS_KEY_ID": operator.access_key,
        "AWS_SECRET_ACCESS_KEY": operator.secret_key,
    }

    answer = fleet("hub", "on", "until", _UNTIL, stacks=two("a", "b"), caller=caller)

    assert (0, "2 stacks: 2 CLOSED\n") == (answer.returncode, answer.stdout), answer.stderr


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupted_command_ends_soon_and_says_what_goes_on(
    hub: Hub, operator: Operator, way: str
) -> None:
    """The commands that were sent count."""
    running = operator.begins(
        way, "on", "until", _UNTIL, stacks=two("a-slow"), deadline="10m", program=command
    )
    eventually((hub.folder / "a-slow.json").exists)
    began = time.monotonic()

    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE)

    assert 130 == running.returncode, errors
    assert time.monotonic() - began < 60
    goes_on = "the hub goes on with on-" if way == "hub" else "the commands that were sent count"
    assert goes_on in errors
    if way == "hub":
        hub.carry_out("off", hub.wave(hub.stack("a-slow")))


def test_an_on_that_an_off_stops_may_have_closed_its_stacks(hub: Hub, operator: Operator) -> None:
    """Step Functions then writes no report; only a later wave was certainly not begun."""
    stacks = two("a-slow", "z")
    words = ("on", "until", _UNTIL, "--pilot", "1", "--json")
    running = operator.begins("hub", *words, stacks=stacks, deadline="10m")
    eventually((hub.folder / "a-slow.json").exists)

    hub.carry_out("off", hub.wave(hub.stack("a-slow")))
    output, errors = running.communicate(timeout=PATIENCE)

    answer = subprocess.CompletedProcess(words, running.returncode, output, errors)
    assert {"a-slow": "stopped", "z": "not begun"} == results(answer), errors
    assert "overtaken by the off" in output


def test_an_order_that_is_stopped_by_hand_says_so(hub: Hub, operator: Operator) -> None:
    """In the console of Step Functions, where a cause may be left out."""
    running = operator.begins("hub", "on", "until", _UNTIL, stacks=two("a-slow"), deadline="10m")
    eventually((hub.folder / "a-slow.json").exists)
    machine = hub.outputs["MachineArn"]
    [execution] = hub.cloud.states.list_executions(stateMachineArn=machine)["executions"]

    hub.cloud.states.stop_execution(executionArn=execution["executionArn"])
    output, _ = running.communicate(timeout=PATIENCE)

    assert (1, True) == (running.returncode, "1 stack: 1 STOPPED" in output)
    assert f"{execution['name']} ended as ABORTED: ask with fleet status" in output


def test_an_unknown_profile_does_not_keep_the_others_closed(hub: Hub, fleet: Fleet) -> None:
    """An off goes on whatever fails; a profile may be missing on the machine of tonight."""
    hub.put_switch("a", f"on until {_UNTIL}", "2026-01-01T00:00:00+00:00")

    stacks = {"x": "999999999999", "a": ACCOUNTS[0]}

    answer = fleet("profile", "off", "--json", stacks=stacks, deadline="3s")

    assert {"x": "not reached", "a": "open"} == results(answer)
    assert "The config profile (999999999999) could not be found" in answer.stdout


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["on"], "a fleet's on needs an end, so that each site opens by itself"),
        (["status", "now"], "status takes no further words"),
        (["plan", "onn"], "'onn' is no value of the switch"),
        (["on", "untl", "04:00"], "untl"),
    ],
)
def test_what_is_typed_wrong_is_refused(fleet: Fleet, words: list[str], error: str) -> None:
    """Before any stack is asked."""
    answer = fleet("profile", *words, stacks=two("a"))

    assert 2 == answer.returncode
    assert error in answer.stderr


@pytest.mark.parametrize(
    ("deadline", "error"),
    [
        ("12h", "--deadline 12h is too long for a hub"),
        ("2h", "--pause 1 is too short for a hub with --deadline 2h: at least 3"),
    ],
)
def test_what_a_hub_cannot_wait_for_is_refused(fleet: Fleet, deadline: str, error: str) -> None:
    """Its execution would end without a report."""
    answer = fleet("hub", "off", stacks=two("a"), deadline=deadline)

    assert 2 == answer.returncode
    assert error in answer.stderr


def test_an_order_by_the_hub_has_the_hubs_instant(hub: Hub, fleet: Fleet) -> None:
    """Or an off from a laptop whose clock is slow would lose against an earlier on."""
    answer = fleet("hub", "on", "until", _UNTIL, "--json", stacks=two("a"))

    [execution] = hub.cloud.states.list_executions(stateMachineArn=hub.outputs["MachineArn"])[
        "executions"
    ]
    instants = [hub.written("a"), datetime.fromisoformat(json.loads(answer.stdout)["at"])]
    assert [execution["startDate"]] * 2 == instants


def test_an_order_that_cannot_be_followed_goes_on(hub: Hub, fleet: Fleet) -> None:
    """The operator's credentials may expire before a large fleet is closed."""
    hub.cloud.sandbox.inject_fault(
        "refuse", "states:DescribeExecution", code="ExpiredTokenException", status=400
    )

    answer = fleet("hub", "on", "until", _UNTIL, stacks=two("a"))

    assert 1 == answer.returncode
    assert "the hub goes on with on-" in answer.stderr
    eventually((hub.folder / "a.json").exists)


def test_a_stack_without_a_hubs_outputs_is_refused(fleet: Fleet) -> None:
    """A typo in --hub changes nothing."""
    answer = fleet("profile", "status", "--hub", "nothing", stacks=two("a"))

    assert 1 == answer.returncode
    assert "the hub's stack nothing cannot be read" in answer.stderr
