"""
Order 200 stacks in two accounts by the deployed hub of a fleet, with stand-ins for the controllers.

A stand-in closes and opens in half a second, so the seconds are those of the hub as the sandbox
plays it; the transitions are those that AWS bills, each state that an execution or a child enters.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.artifact import Artifacts
from benchmarks.results.findings import Finding, Section, none_of, number
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.fleet.hub import ACCOUNTS, Hub, make_hub

_STACKS = 200
_PILOT = 5
_AT_ONCE = 50
# doc: AWS Step Functions pricing, as read on 2026-11-30
_DOLLARS_A_TRANSITION = 25 / 1_000_000
_DONE = {"status": "open", "on until 2099-01-01": "closed", "off": "open"}


def run(artifacts: Artifacts, directory: Path) -> Section:
    """Measure a question, an on with a pilot, and an off."""
    del artifacts  # No package of ours runs here.
    with start_sandbox() as sandbox:
        hub = make_hub(Cloud(sandbox), directory)
        stacks = [hub.stack(f"s{each}", ACCOUNTS[each % 2]) for each in range(_STACKS)]
        pilot = hub.wave(*stacks[:_PILOT], at_once=_PILOT)
        waves = {
            "status": [hub.wave(*stacks, at_once=_STACKS)],
            "on until 2099-01-01": [pilot, hub.wave(*stacks[_PILOT:], at_once=_AT_ONCE)],
            "off": [hub.wave(*stacks, at_once=_STACKS)],
        }
        findings = [each for order in _DONE for each in _findings(hub, order, waves[order])]
    title = f"{_STACKS} stand-ins for controllers in two accounts, a pilot of {_PILOT}"
    return Section(title=title, findings=tuple(findings))


def _findings(hub: Hub, order: str, waves: list[dict[str, Any]]) -> list[Finding]:
    began = time.monotonic()
    ended = hub.carry_out(order, *waves)
    seconds = time.monotonic() - began
    numbers = range(1, len(waves) + 1)
    results = {name: got for wave in numbers for name, got in hub.report(ended, wave).items()}
    left = [name for name, result in results.items() if result != _DONE[order]]
    transitions = _transitions(hub, ended)
    verb = order.partition(" ")[0]
    return [
        Finding(
            subject=f"`{verb}`: the order and its report",
            measured=f"{number(seconds)} s",
            beside=f"{transitions:,} transitions, {number(transitions / _STACKS)} a stack",
            judged=f"{transitions * _DOLLARS_A_TRANSITION:.3f} US dollars",
        ),
        none_of(f"`{verb}`: stacks that are not {_DONE[order]}", left),
    ]


def _transitions(hub: Hub, execution: Mapping[str, Any]) -> int:
    """Return how many states an execution and its children have entered."""
    arn, states = execution["executionArn"], hub.cloud.states
    entered = _entered(hub, arn)
    for run in states.list_map_runs(executionArn=arn)["mapRuns"]:
        pages = states.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"])
        children = [each for page in pages for each in page["executions"]]
        entered += sum(_entered(hub, each["executionArn"]) for each in children)
    return entered


def _entered(hub: Hub, arn: str) -> int:
    history = hub.cloud.states.get_execution_history(executionArn=arn, maxResults=1000)
    return sum(each["type"].endswith("StateEntered") for each in history["events"])
