"""How soon a written parameter makes an event, and whether every writing makes one."""

import json
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from live_check.pace import OverdueError
from live_check.site.distribution import Site

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef


def parameter_events(site: Site) -> tuple[str, ...]:
    """Write parameters anew, with another value and with the same, and time the events."""
    queue = _queue_of_events(site)
    names = [f"/{site.name}/event-{number}" for number in range(site.account.pace.samples)]
    _wait_for_the_rule(site, queue)
    return tuple(
        _round(site, queue, names, what, value)
        for what, value in (
            ("a new parameter", "one"),
            ("another value", "two"),
            ("the same value", "two"),
        )
    )


def _round(site: Site, queue: str, names: Sequence[str], what: str, value: str) -> str:
    written = {name: _write(site, name, value) for name in names}
    arrived: dict[str, float] = {}

    def all_arrived() -> bool | None:
        for name, instant in _receive(site, queue):
            arrived.setdefault(name, instant)
        return True if written.keys() <= arrived.keys() else None

    try:
        site.account.pace.wait_for(all_arrived, what, site.account.pace.event)
    except OverdueError:
        if not arrived:
            return f"{what}: no event for any of {len(names)} writings."
    delays = [arrived[name] - written[name] for name in names if name in arrived]
    return (
        f"{what}: {len(delays)} events for {len(names)} writings; from LastModifiedDate to the "
        f"queue {_percentiles(delays)}."
    )


def _percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    ninth = ordered[min(len(ordered) - 1, round(0.9 * (len(ordered) - 1)))]
    middle = statistics.median(ordered)
    return f"p50 {middle:.2f} s, p90 {ninth:.2f} s, longest {ordered[-1]:.2f} s"


def _write(site: Site, name: str, value: str) -> float:
    ssm = site.account.clients.ssm
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return ssm.get_parameter(Name=name)["Parameter"]["LastModifiedDate"].timestamp()


def _receive(site: Site, queue: str) -> list[tuple[str, float]]:
    """Return name and arrival of each event, by the queue's clock, and forget them there."""
    sqs = site.account.clients.sqs
    messages: list[MessageTypeDef] = sqs.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["SentTimestamp"],
        WaitTimeSeconds=1,
    ).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [
        (
            json.loads(message["Body"])["detail"]["name"],
            int(message["Attributes"]["SentTimestamp"]) / 1000,
        )
        for message in messages
    ]


def _queue_of_events(site: Site) -> str:
    """Make a rule for this run's parameters and a queue behind it; return the queue's URL."""
    clients = site.account.clients
    pattern = {"source": ["aws.ssm"], "detail": {"name": [{"prefix": f"/{site.name}/event-"}]}}
    rule = clients.events.put_rule(Name=site.name, EventPattern=json.dumps(pattern))["RuleArn"]
    queue = clients.sqs.create_queue(QueueName=site.name)["QueueUrl"]
    found = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    clients.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    clients.events.put_targets(Rule=site.name, Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def _wait_for_the_rule(site: Site, queue: str) -> None:
    """Write until an event comes: a rule and a queue's policy take a while to take effect."""

    def works() -> bool | None:
        _write(site, f"/{site.name}/event-first", f"{datetime.now(UTC)}")
        return True if _receive(site, queue) else None

    site.account.pace.wait_for(works, "the first event", 3 * site.account.pace.event)
    quiet = time.monotonic() + site.account.pace.poll
    while time.monotonic() < quiet or _receive(site, queue):
        time.sleep(site.account.pace.poll)
