"""Give an order to the hub of a fleet, follow it wave by wave, and read its report."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from maintenance.aws.operator.fleet import Hub
from maintenance.cli.fleet.order import FleetRun, Order, Outcome, Result
from maintenance.cli.fleet.stacks import Wave
from maintenance.cli.terminal import Terminal
from maintenance.errors import ObservationError

_POLL_SECONDS = 2.0
_RUNNING = "RUNNING"
_RESULTS = {
    "NotReached": Result.NOT_REACHED,
    "Overtaken": Result.OVERTAKEN,
    "TooSlow": Result.TOO_SLOW,
}
_STATUSES = {"ABORTED": Result.STOPPED, "PENDING": Result.NOT_BEGUN}
# At most so many children run at once (doc: Step Functions Developer Guide, service-quotas).
_MOST_AT_ONCE = 10_000


def carry_out(
    order: Order,
    waves: Sequence[Wave],
    hub: Hub,
    terminal: Terminal,
    sleep: Callable[[float], None],
) -> FleetRun:
    """
    Give the order, show its progress, and return what became of it; raise MaintenanceError.

    The order gets the hub's instant, so the clocks of two operators need not agree.
    """
    name = _name(order, waves)
    given = {
        "fleet": order.fleet,
        "order": order.text,
        "by": order.by,
        "waves": [_put(each, hub) for each in waves],
        "minutes": order.deadline / timedelta(minutes=1),
        "pause": order.pause,
        "endless": order.endless,
    }
    execution, at = hub.start(name, given)
    order = replace(order, at=at)
    terminal.info(f"The hub carries out the order as {name}.")
    try:
        _follow(execution, len(waves), hub, terminal, sleep)
    except ObservationError as error:
        raise ObservationError(
            f"{error} - the hub goes on with {name}: ask with fleet status"
        ) from error
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"Interrupted: the hub goes on with {name}. An off of the fleet stops it."
        ) from None
    status, cause = hub.describe(execution)
    begun = len(hub.counts(execution))
    outcomes = tuple(
        outcome
        for number, wave in enumerate(waves, start=1)
        for outcome in _outcomes(
            order, wave, list(hub.rows(name, number)), has_begun=number <= begun
        )
    )
    failure = cause or f"{name} ended as {status}: ask with fleet status"
    return FleetRun(order, outcomes, "" if status == "SUCCEEDED" else failure)


def _name(order: Order, waves: Sequence[Wave]) -> str:
    """Return the name of the execution: the same for the same order, which is given only once."""
    names = [each.name for wave in waves for each in wave.stacks]
    content = json.dumps([order.text, order.fleet, names]).encode()
    digest = hashlib.sha256(content).hexdigest()[:8]
    return f"{order.verb}-{order.at:%Y%m%dT%H%M%S%f}-{digest}"


def _put(wave: Wave, hub: Hub) -> dict[str, Any]:
    stacks = [
        {
            "name": each.name,
            "role": each.role_arn(hub.spoke_role),
            "controller": each.controller,
            "site": each.site,
        }
        for each in wave.stacks
    ]
    content = json.dumps(stacks).encode()
    key = f"lists/{hashlib.sha256(content).hexdigest()}.json"
    hub.put_list(key, content)
    return {"list": key, "tolerated": wave.tolerated, "at_once": min(wave.at_once, _MOST_AT_ONCE)}


def _follow(
    execution: str, waves: int, hub: Hub, terminal: Terminal, sleep: Callable[[float], None]
) -> None:
    """Show the counts of each wave whenever they change, until the execution has ended."""
    shown: list[str] = []
    while True:
        status, _ = hub.describe(execution)
        lines = [
            _progress(number, waves, counts)
            for number, counts in enumerate(hub.counts(execution), start=1)
        ]
        for number, line in enumerate(lines):
            if shown[number : number + 1] != [line]:
                terminal.info(line)
        shown = lines
        if status != _RUNNING:
            return
        sleep(_POLL_SECONDS)


def _progress(number: int, waves: int, counts: Mapping[str, int]) -> str:
    failed = counts["failed"] + counts["aborted"] + counts["timedOut"]
    parts = [f"{counts['succeeded']} of {counts['total']} done"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{counts['running']} under way"] if counts["running"] else []
    return f"Wave {number} of {waves}: {', '.join(parts)}"


def _outcomes(
    order: Order, wave: Wave, rows: Sequence[Mapping[str, Any]], *, has_begun: bool
) -> list[Outcome]:
    """
    Return the outcomes of a wave's stacks, in the order of the list.

    A wave that was stopped may have no report, or a part of it, so the order may have reached any
    stack of a wave that has begun. Those that it has not are in the report, as PENDING.
    """
    found = {outcome.name: outcome for outcome in (_outcome(order, each) for each in rows)}
    left = Result.STOPPED if has_begun else Result.NOT_BEGUN
    detail = "the hub has no report of it: ask with fleet status" if has_begun else ""
    return [found.get(each.name, Outcome(each.name, left, detail)) for each in wave.stacks]


def _outcome(order: Order, row: Mapping[str, Any]) -> Outcome:
    name = json.loads(row["Input"])["stack"]["name"]
    if row["Status"] == "SUCCEEDED":
        return order.outcome(name, json.loads(row["Output"]))
    result = _STATUSES.get(row["Status"]) or _RESULTS.get(row.get("Error", ""), Result.NOT_REACHED)
    detail = "it was under way: ask with fleet status" if result is Result.STOPPED else ""
    return Outcome(name, result, row.get("Cause") or detail)
