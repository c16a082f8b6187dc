"""Opening is at least as reliable as closing, also while an order to close is under way."""

import json
import time
from datetime import UTC, datetime, timedelta

from tests.cloud import eventually
from tests.fleet.hub import ACCOUNTS, Hub, machine_definition

_ON = "on until 2099-01-01"
_STACKS = 190
_SECONDS_BETWEEN = 5
_CLOSED_BEFORE = 15


def test_an_off_during_an_on_leaves_none_of_190_closed(hub: Hub) -> None:
    """Given five seconds after the on, in the middle of its wave, with late deliveries."""
    names = [f"s{number}{'-late' if number % 7 == 0 else ''}" for number in range(_STACKS)]
    stacks = [hub.stack(name, ACCOUNTS[number % 2]) for number, name in enumerate(names)]
    everything = hub.wave(*stacks, tolerated=100, at_once=15)

    closing = hub.begin(_ON, everything)
    began = time.monotonic()

    def is_under_way() -> bool:
        is_later = time.monotonic() - began >= _SECONDS_BETWEEN
        return is_later and len(list(hub.folder.glob("*.json"))) > _CLOSED_BEFORE

    assert eventually(is_under_way)
    opened = hub.carry_out("off", {**everything, "at_once": 30})

    assert "ABORTED" == hub.end(closing)["status"], "it should not have ended before"
    assert "SUCCEEDED" == opened["status"], opened
    assert dict.fromkeys(names, "open") == hub.report(opened)
    assert {"off"} == {hub.switch(name) for name in names}


def test_an_off_stops_no_order_of_another_fleet(hub: Hub) -> None:
    """Nor a question."""
    other = hub.begin(_ON, hub.wave(hub.stack("a-slow")), fleet="others", minutes=0.1)

    hub.carry_out("off", hub.wave(hub.stack("b")))

    assert "TooSlow" == hub.report(hub.end(other))["a-slow"]


def test_an_off_stops_no_later_order_to_close(hub: Hub) -> None:
    """Two operators may give orders at the same moment; the later instant wins at each site."""
    later = datetime.now(UTC) + timedelta(seconds=30)
    on = hub.begin(_ON, hub.wave(hub.stack("a-slow")), at=later.isoformat(), minutes=0.1)

    hub.carry_out("off", hub.wave(hub.stack("b")))

    assert "FAILED" == hub.end(on)["status"]
    assert _ON == hub.switch("a-slow")


def test_an_off_stops_its_order_among_more_than_one_page_of_them(hub: Hub) -> None:
    """ListExecutions returns the newest ones first, and at most 100 (here 1) in an answer."""
    definition = machine_definition()
    listing = definition["States"]["ListRunning"]
    listing["Arguments"] = listing["Arguments"].replace("100", "1")
    text = json.dumps(definition).replace("${Bucket}", hub.outputs["Bucket"])
    hub.cloud.states.update_state_machine(
        stateMachineArn=hub.outputs["MachineArn"], definition=text
    )
    closing = hub.begin(_ON, hub.wave(hub.stack("a-slow")))
    others = [
        hub.begin(_ON, hub.wave(hub.stack(f"{name}-slow")), fleet="others", minutes=0.1)
        for name in ("b", "c")
    ]

    hub.carry_out("off", hub.wave(hub.stack("a-slow")))

    assert "ABORTED" == hub.end(closing)["status"]
    assert {"FAILED"} == {hub.end(each)["status"] for each in others}
