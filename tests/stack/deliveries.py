"""
What rules, schedules and Lambda deliver to the controller by themselves, and what becomes of it.

It ran, or there is a dead letter, or AWS counts that even that was lost.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tests.cloud import eventually
from tests.stack.conftest import Deployed

type Act = Callable[[Deployed], str]
type Happening = Callable[[Deployed], None]

RAN, BURIED = "it ran", "NO_PERMISSIONS"
# What AWS counts where a dead letter is lost: namespace, metric.
LOST = {
    "AWS/Events": "InvocationsFailedToBeSentToDlq",
    "AWS/Scheduler": "InvocationsFailedToBeSentToDeadLetterCount",
    "AWS/Lambda": "DestinationDeliveryFailures",
}


def sweep_comes(stack: Deployed) -> None:
    """Let the sweep come now: a rate begins anew when its schedule is written."""
    name = stack.named("ControllerSweep")
    sweep = stack.cloud.scheduler.get_schedule(Name=name)
    stack.cloud.scheduler.update_schedule(
        Name=name,
        ScheduleExpression=sweep["ScheduleExpression"],
        FlexibleTimeWindow=sweep["FlexibleTimeWindow"],
        Target=sweep["Target"],
    )


def switch_is_written(stack: Deployed) -> None:
    """Write the switch, without changing what it says."""
    stack.put(stack.switch, "off")


def page_is_put(stack: Deployed) -> None:
    """Put a page into the bucket, as its owner does."""
    body = b"<!doctype html><html lang=en><title>Ours</title><p>{{message}}"
    stack.cloud.s3.put_object(Bucket=stack.output("StateBucket"), Key="page/page.html", Body=body)


def fails_for_good(stack: Deployed) -> None:
    """Invoke the controller with what no try can understand."""
    name = stack.named("Controller")
    stack.cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'"nonsense"')


def delivering(happen: Happening, *, heard_by: str = "") -> Act:
    """
    Return the act of letting something happen, and waiting for what becomes of it.

    The rule `heard_by` is enabled meanwhile; otherwise it would disturb other stories.
    """

    def act(stack: Deployed) -> str:
        runs, lost = len(logged(stack, "decision made")), _lost(stack)

        def became() -> str:
            new = [name for name, count in _lost(stack).items() if count > lost[name]]
            return " ".join([*new, _dead_letter(stack)]).strip() or (
                RAN if len(logged(stack, "decision made")) > runs else ""
            )

        with listening(stack, heard_by):
            happen(stack)
            return eventually(became)

    return act


def logged(stack: Deployed, message: str) -> list[str]:
    """Return the lines of the controller's log with this message."""
    group = stack.output("ControllerLogs")
    events = stack.cloud.logs.filter_log_events(logGroupName=group)["events"]
    return [each["message"] for each in events if f'"{message}"' in each["message"]]


@contextlib.contextmanager
def listening(stack: Deployed, rule: str) -> Iterator[None]:
    """Enable a rule for as long as this lasts; '' is none."""
    if not rule:
        yield
        return
    stack.cloud.events.enable_rule(Name=stack.named(rule))
    try:
        yield
    finally:
        stack.cloud.events.disable_rule(Name=stack.named(rule))


def _lost(stack: Deployed) -> Mapping[str, float]:
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


def _dead_letter(stack: Deployed) -> str:
    """Take a message from the queue; return why it is there, '' if there is none."""
    url = stack.named("DeadLetterQueue")
    answer = stack.cloud.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    for message in answer.get("Messages", []):
        stack.cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        attributes = message.get("MessageAttributes", {})
        return attributes["ERROR_CODE"]["StringValue"] if attributes else message["Body"]
    return ""
