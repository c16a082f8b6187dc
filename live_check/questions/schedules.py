"""Whether a one-time schedule that has just fired can still be moved, as the alarm clock is."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from live_check.probe import Probe
from live_check.question import CannotBeAskedError

_SCHEDULES = 5
_FURTHER = timedelta(days=1)


def move_when_fired(probe: Probe) -> tuple[str, ...]:
    """Move schedules to another day as soon as their messages arrive, and see which ones stay."""
    timing = probe.account.timing
    scheduler = probe.account.client("scheduler")
    due = datetime.now(UTC) + timedelta(seconds=1 + timing.ahead)
    names = [f"fires-{number}" for number in range(min(_SCHEDULES, timing.samples))]
    for name in names:
        scheduler.create_schedule(**_schedule(probe, name, due))
    moves = {
        name: _move(scheduler, _schedule(probe, name, due + _FURTHER))
        for name in _fired(probe, names)
    }
    moved = [name for name, refusal in moves.items() if not refusal]
    time.sleep(timing.completed)
    kept = [name for name in moved if _is_there(scheduler, probe, name)]
    refusals = sorted({refusal for refusal in moves.values() if refusal})
    return (
        f"Of {len(names)} schedules, moved when their messages arrived, {len(moved)} accepted it.",
        f"The others answered: {', '.join(refusals) or 'there are none'}.",
        f"{timing.completed:g} s later {len(moved) - len(kept)} of those {len(moved)} were gone.",
    )


def _schedule(probe: Probe, name: str, at: datetime) -> dict[str, Any]:
    target = {"Arn": probe.queue_arn, "RoleArn": probe.schedule_role_arn, "Input": name}
    return {
        "Name": name,
        "GroupName": probe.schedule_group,
        "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": target,
    }


def _fired(probe: Probe, names: list[str]) -> Iterator[str]:
    """Yield each schedule's name when its message arrives; CannotBeAskedError if one does not."""
    sqs, timing = probe.account.clients.sqs, probe.account.timing
    missing = set(names)
    deadline = time.monotonic() + timing.ahead + 2 * timing.event
    while missing:
        if time.monotonic() > deadline:
            raise CannotBeAskedError(f"no message of {', '.join(sorted(missing))}")
        messages = sqs.receive_message(
            QueueUrl=probe.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        ).get("Messages", [])
        for message in messages:
            if message["Body"] in missing:
                missing.remove(message["Body"])
                yield message["Body"]
            sqs.delete_message(QueueUrl=probe.queue_url, ReceiptHandle=message["ReceiptHandle"])


def _move(scheduler: Any, schedule: dict[str, Any]) -> str:  # noqa: ANN401 - boto3 creates it at run time
    """Return the code of Scheduler's refusal, or ''."""
    try:
        scheduler.update_schedule(**schedule)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def _is_there(scheduler: Any, probe: Probe, name: str) -> bool:  # noqa: ANN401 - boto3 creates it at run time
    try:
        scheduler.get_schedule(Name=name, GroupName=probe.schedule_group)
    except scheduler.exceptions.ResourceNotFoundException:
        return False
    return True
