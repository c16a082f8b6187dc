"""What an order costs, as docs/fleet.md says: transitions are counted in a run."""

import re
from collections import Counter

import pytest

from tests.contract.template import ROOT
from tests.fleet.hub import Hub

_DOLLARS_A_TRANSITION = 25 / 1_000_000
_STACKS = 500
_DEPLOYMENT_SECONDS = 300


def _states(hub: Hub, order: str) -> Counter[str]:
    """Return how often the child of an order for one stack enters each of its states."""
    execution = hub.begin(order, hub.wave(hub.stack("a")))
    hub.end(execution)
    [run] = hub.cloud.states.list_map_runs(executionArn=execution)["mapRuns"]
    [child] = hub.cloud.states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    history = hub.cloud.states.get_execution_history(executionArn=child["executionArn"])
    details = [each.get("stateEnteredEventDetails") for each in history["events"]]
    return Counter(each["name"] for each in details if each)


def test_a_question_takes_four_transitions(hub: Hub) -> None:
    """And nothing waits."""
    assert Counter(Begin=1, Order=1, Answer=1, Report=1) == _states(hub, "status")


@pytest.mark.parametrize("order", ["on until 2099-01-01", "off"])
def test_a_command_takes_three_more_for_each_look(hub: Hub, order: str) -> None:
    """However often it has to look."""
    states = _states(hub, order)

    looks = states["Look"]
    assert looks >= 1
    assert 4 + 3 * looks == states.total()


@pytest.mark.parametrize(
    ("row", "pause"), [("`status`, `plan`", None), ("`--pause 20`", 20), ("`--pause 60`", 60)]
)
def test_the_docs_have_the_sum(row: str, pause: int | None) -> None:
    """For 500 stacks and a deployment of five minutes."""
    text = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    looks = _DEPLOYMENT_SECONDS // pause if pause else 0
    transitions = _STACKS * (4 + 3 * looks)

    [line] = [each for each in text.splitlines() if row in each and each.endswith("|")][-1:]

    expected = f"| {transitions:,} | {transitions * _DOLLARS_A_TRANSITION:.2f} |"
    assert re.search(re.escape(expected), line), line
