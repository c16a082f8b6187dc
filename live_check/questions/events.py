"""How soon a write of a parameter emits an event, and whether every write does."""

import json
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from live_check.probe import Probe
from live_check.timing import OverdueError

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef


def parameter_events(probe: Probe) -> tuple[str, ...]:
    """Create parameters, write another value and then the same, and time the events."""
    names = [f"/{probe.run}/event-{number}" for number in range(probe.account.timing.samples)]
    _wait_for_the_rule(probe)
    return tuple(
        _write_and_wait(probe, names, what, value)
        for what, value in (
            ("a new parameter", "one"),
            ("another value", "two"),
            ("the same value", "two"),
        )
    )


def _write_and_wait(probe: Probe, names: Sequence[str], what: str, value: str) -> str:
    written = {name: _write(probe, name, value) for name in names}
    arrived: dict[str, float] = {}

    def all_arrived() -> bool | None:
        for name, instant in _receive(probe):
            arrived.setdefault(name, instant)
        return True if written.keys() <= arrived.keys() else None

    try:
        probe.account.timing.wait_for(all_arrived, what, probe.account.timing.event)
    except OverdueError:
        if not arrived:
            return f"{what}: no event for any of {len(names)} writes."
    delays = [arrived[name] - written[name] for name in names if name in arrived]
    return (
        f"{what}: {len(delays)} events for {len(names)} writes; from LastModifiedDate to the "
        f"queue {_percentiles(delays)}."
    )


def _percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p90 = ordered[min(len(ordered) - 1, round(0.9 * (len(ordered) - 1)))]
    p50 = statistics.median(ordered)
    return f"p50 {p50:.2f} s, p90 {p90:.2f} s, longest {ordered[-1]:.2f} s"


def _write(probe: Probe, name: str, value: str) -> float:
    ssm = probe.account.clients.ssm
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return ssm.get_parameter(Name=name)["Parameter"]["LastModifiedDate"].timestamp()


def _receive(probe: Probe) -> list[tuple[str, float]]:
    """Take events from the queue; return parameter and arrival of each, by the queue's clock."""
    sqs = probe.account.clients.sqs
    messages: list[MessageTypeDef] = sqs.receive_message(
        QueueUrl=probe.queue_url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["SentTimestamp"],
        WaitTimeSeconds=1,
    ).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=probe.queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [
        (
            json.loads(message["Body"])["detail"]["name"],
            int(message["Attributes"]["SentTimestamp"]) / 1000,
        )
        for message in messages
    ]


def _wait_for_the_rule(probe: Probe) -> None:
    """Write until an event arrives: a new rule and a queue policy need a while."""

    def is_working() -> bool | None:
        _write(probe, f"/{probe.run}/event-first", f"{datetime.now(UTC)}")
        return True if _receive(probe) else None

    probe.account.timing.wait_for(is_working, "the first event", 3 * probe.account.timing.event)
    quiet = time.monotonic() + probe.account.timing.poll
    while time.monotonic() < quiet or _receive(probe):
        time.sleep(probe.account.timing.poll)
