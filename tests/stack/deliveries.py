"""
Events that AWS delivers to the controller, and how each ends.

The controller runs, or the event becomes a dead letter, or AWS counts that even the dead letter is
lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from tests.cloud import eventually

if TYPE_CHECKING:
    from tests.stack.conftest import DeployedStack  # which imports this module

# An operation returns what went wrong, '' if nothing did; a step returns nothing.
type Run = Callable[[DeployedStack], str]
type Step = Callable[[DeployedStack], None]

RAN, UNDELIVERED = "it ran", "NO_PERMISSIONS"
# What AWS counts when a dead letter is lost: namespace, metric.
LOST = {
    "AWS/Events": "InvocationsFailedToBeSentToDlq",
    "AWS/Scheduler": "InvocationsFailedToBeSentToDeadLetterCount",
    "AWS/Lambda": "DestinationDeliveryFailures",
}


def trigger_sweep(stack: DeployedStack) -> None:
    """Let the sweep's schedule run now: writing a schedule with a rate restarts it."""
    write_sweep(stack, state="ENABLED")


def postpone_sweep(stack: DeployedStack) -> None:
    """Let the sweep's schedule run no sooner than in an hour."""
    write_sweep(stack, state="ENABLED", StartDate=datetime.now(UTC) + timedelta(hours=1))


def write_sweep(
    stack: DeployedStack, *, state: Literal["ENABLED", "DISABLED"], **members: datetime
) -> None:
    """Write the sweep's schedule as it is, but with this state and these members."""
    name, group = stack.physical_id("ControllerSweep"), stack.physical_id("ScheduleGroup")
    sweep = stack.cloud.scheduler.get_schedule(Name=name, GroupName=group)
    stack.cloud.scheduler.update_schedule(
        Name=name,
        GroupName=group,
        State=state,
        ScheduleExpression=sweep["ScheduleExpression"],
        FlexibleTimeWindow=sweep["FlexibleTimeWindow"],
        Target=sweep["Target"],
        **members,  # type: ignore[arg-type]  # its start
    )


def rewrite_switch(stack: DeployedStack) -> None:
    """Write the same value to the switch again."""
    stack.put(stack.switch, "off")


def upload_page(stack: DeployedStack) -> None:
    """Put a page into the bucket, as the site's owner does."""
    body = b"<!doctype html><html lang=en><title>Ours</title><p>{{message}}"
    stack.cloud.s3.put_object(Bucket=stack.output("StateBucket"), Key="page/page.html", Body=body)


def upload_bypass_tokens(stack: DeployedStack) -> None:
    """Put the file of the bypass tokens into the bucket, without any."""
    bucket = stack.output("StateBucket")
    stack.cloud.s3.put_object(Bucket=bucket, Key="page-bypass.json", Body=b'{"tokens": []}')


def send_invalid_event(stack: DeployedStack) -> None:
    """Invoke the controller asynchronously with an event that it refuses on every try."""
    name = stack.physical_id("Controller")
    stack.cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'"nonsense"')


def delivery(trigger: Step, *, rule: str = "") -> Run:
    """
    Return the operation that triggers an event and waits for how its delivery ends.

    The rule that delivers it is enabled only for that time, so that it disturbs no other operation.
    """

    def run(stack: DeployedStack) -> str:
        runs, lost = len(log_lines(stack, "decision made")), _lost(stack)

        def end() -> str:
            new = [name for name, count in _lost(stack).items() if count > lost[name]]
            return " ".join([*new, _take_dead_letter(stack)]).strip() or (
                RAN if len(log_lines(stack, "decision made")) > runs else ""
            )

        with rule_enabled(stack, rule):
            trigger(stack)
            return eventually(end)

    return run


def log_lines(stack: DeployedStack, message: str) -> list[str]:
    """Return the lines of the controller's log with this message."""
    group = stack.output("ControllerLogs")
    events = stack.cloud.logs.filter_log_events(logGroupName=group)["events"]
    return [each["message"] for each in events if f'"{message}"' in each["message"]]


@contextlib.contextmanager
def rule_enabled(stack: DeployedStack, rule: str) -> Iterator[None]:
    """Enable a rule, and disable it afterwards; do nothing for ''."""
    if not rule:
        yield
        return
    stack.cloud.events.enable_rule(Name=stack.physical_id(rule))
    try:
        yield
    finally:
        stack.cloud.events.disable_rule(Name=stack.physical_id(rule))


def _lost(stack: DeployedStack) -> Mapping[str, float]:
    now = datetime.now(UTC)
    counts = {}
    for namespace, name in LOST.items():
        metrics = stack.cloud.cloudwatch.list_metrics(Namespace=namespace, MetricName=name)
        counts[name] = sum(
            point["Sum"]
            for metric in metrics["Metrics"]
            for point in stack.cloud.cloudwatch.get_metric_statistics(
                **metric,
                StartTime=now - timedelta(hours=2),
                EndTime=now + timedelta(minutes=1),
                Period=60,
                Statistics=["Sum"],
            )["Datapoints"]
        )
    return counts


def _take_dead_letter(stack: DeployedStack) -> str:
    """Take a message from the queue; return why it is there, '' if the queue is empty."""
    url = stack.physical_id("DeadLetterQueue")
    answer = stack.cloud.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    for message in answer.get("Messages", []):
        stack.cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        attributes = message.get("MessageAttributes", {})
        return attributes["ERROR_CODE"]["StringValue"] if attributes else message["Body"]
    return ""
