"""The beginning of the question that takes a day; `idle_queue` reads its answer."""

from datetime import UTC, datetime, timedelta

from live_check.probe import Probe


def leave_message(probe: Probe) -> tuple[str, ...]:
    """Send a message to the queue that nothing else uses."""
    probe.account.clients.sqs.send_message(QueueUrl=probe.idle_queue_url, MessageBody="idle")
    ready = datetime.now(UTC) + timedelta(seconds=probe.account.timing.idle)
    return (
        "A queue holds a message and is not used any more.",
        f"From {ready:%Y-%m-%d %H:%M} UTC on the clean-up says how long its metrics were counted.",
    )
