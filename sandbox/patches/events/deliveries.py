"""
Patch deliveries: each needs its right, and an event that cannot be delivered is a dead letter.

    delivery                        right                                         without it
    ------------------------------  --------------------------------------------  -----------
    a rule invokes a function       the function's policy allows the rule         dead letter
    a schedule invokes or sends     its role trusts Scheduler and allows it       dead letter
    a rule's dead letter            the queue's policy allows the rule            metric
    a schedule's dead letter        its role trusts Scheduler and allows it       metric
    a failed asynchronous           the function's role allows to send it         metric
      invocation

A missing right is not retried, on AWS neither (EventBridge User Guide, eb-rule-dlq). Queues as
targets of rules are not checked: only a test has one. The metrics are AWS's own: AWS/Events
InvocationsFailedToBeSentToDlq, AWS/Scheduler InvocationsFailedToBeSentToDeadLetterCount, AWS/Lambda
DestinationDeliveryFailures. Attributes of dead letters: eb-rule-dlq; EventBridge Scheduler User
Guide, configuring-schedule-dlq.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch, eventbridge, lambda_svc, sqs

from sandbox.patches.iam import services as iam_services
from sandbox.patches.wrap import wrap_function

type _Record = dict[str, Any]

_RULES, _SCHEDULER = "events.amazonaws.com", "scheduler.amazonaws.com"
_INVOKE, _SEND = "lambda:InvokeFunction", "sqs:SendMessage"
_ACTIONS = {"lambda": _INVOKE, "sqs": _SEND}


def install() -> None:
    """Patch what delivers by itself: rules, schedules, and failed asynchronous invocations."""
    wrap_function(eventbridge, "_invoke_target", _patch_invoke_target)
    wrap_function(lambda_svc, "_route_async_failure", _patch_route_failure)


@dataclass(frozen=True, slots=True)
class _Sender:
    """A rule or a schedule with one of its targets."""

    record: _Record
    target: _Record

    @property
    def arn(self) -> str:
        return str(self.record["Arn"])

    @property
    def is_schedule(self) -> bool:
        return ":scheduler:" in self.arn

    def may_deliver(self) -> bool:
        arn = self.target.get("Arn", "")
        action = _ACTIONS.get(arn.split(":")[2]) if arn.count(":") >= 5 else None  # noqa: PLR2004 - an ARN's colons
        if action is None:
            return True
        if self.is_schedule:
            return self._role_allows(action, arn)
        return action != _INVOKE or iam_services.function_allows(arn, _RULES, self.arn)

    def may_send_dead_letter(self, queue_arn: str) -> bool:
        if self.is_schedule:
            return self._role_allows(_SEND, queue_arn)
        return iam_services.queue_allows(queue_arn, _RULES, self.arn)

    def _role_allows(self, action: str, arn: str) -> bool:
        role = self.target.get("RoleArn", "")
        # The source that a role's trust policy can require of Scheduler is the group, not the
        # schedule (EventBridge Scheduler User Guide, cross-service-confused-deputy-prevention).
        group = self.arn.replace(":schedule/", ":schedule-group/").rpartition("/")[0]
        is_trusted = iam_services.role_trusts(role, _SCHEDULER, group)
        return is_trusted and iam_services.role_allows(role, action, arn)

    def count_lost_dead_letter(self) -> None:
        if self.is_schedule:
            name = "InvocationsFailedToBeSentToDeadLetterCount"
            _count("AWS/Scheduler", name, ScheduleGroup=self.record["GroupName"])
        else:
            name = "InvocationsFailedToBeSentToDlq"
            _count("AWS/Events", name, RuleName=self.record["Name"])


def _patch_invoke_target(invoke_target: Callable[..., None]) -> Callable[..., None]:
    def deliver(target: _Record, event: _Record, record: _Record, view: Any = None) -> None:  # noqa: ANN401 - ministack's own signature
        sender = _Sender(record, target)
        if sender.may_deliver():
            invoke_target(target, event, record, view)
            return
        whole = view or eventbridge._pattern_event_view(event)
        _send_dead_letter(sender, target.get("Input") or json.dumps(whole.event_with_detail()))

    return deliver


def _send_dead_letter(sender: _Sender, body: str) -> None:
    queue_arn = (sender.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue_arn:
        return
    if not sender.may_send_dead_letter(queue_arn):
        sender.count_lost_dead_letter()
        return
    details = {
        "ERROR_CODE": "NO_PERMISSIONS",
        "SCHEDULE_ARN" if sender.is_schedule else "RULE_ARN": sender.arn,
        "TARGET_ARN": sender.target["Arn"],
        "RETRY_ATTEMPTS": "0",
    }
    attributes = {
        name: {"DataType": "String", "StringValue": value} for name, value in details.items()
    }
    name = queue_arn.rpartition(":")[2]
    message = {"QueueUrl": name, "MessageBody": body, "MessageAttributes": attributes}
    sqs._act_send_message(message, name)


def _patch_route_failure(route_async_failure: Callable[..., None]) -> Callable[..., None]:
    def route(target_arn: str, name: str, event: _Record, result: _Record) -> None:
        role = (lambda_svc._functions.get(name) or {}).get("config", {}).get("Role", "")
        is_queue = target_arn.startswith("arn:aws:sqs:")
        if is_queue and not iam_services.role_allows(role, _SEND, target_arn):
            _count("AWS/Lambda", "DestinationDeliveryFailures", FunctionName=name)
            return
        route_async_failure(target_arn, name, event, result)

    return route


def _count(namespace: str, name: str, **dimensions: str) -> None:
    cloudwatch._store_datum(
        namespace, name, dimensions, time.time(), "Count", 1.0, None, None, None
    )
