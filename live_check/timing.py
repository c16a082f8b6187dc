"""How long AWS may take, how often to look, and how often to repeat a measurement."""

import time
from collections.abc import Callable
from dataclasses import dataclass


class OverdueError(Exception):
    """Something did not happen in time; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """
    Durations in seconds.

    `poll`         between two looks
    `deployment`   the longest wait for Deployed, for a stack, and for what else takes minutes
    `event`        the longest wait for an event that should arrive within a second
    `failing`      the longest wait for the message about an invocation that failed on every try
    `schedule`     the longest wait for the first write of a schedule that is due every minute
    `ahead`        how long before it is due a one-time schedule is created
    `completed`    how long Scheduler may take to delete a schedule that has fired
    `idle`         how long a queue must have been idle before its metrics are read
    `throttled`    the longest wait until CloudFront accepts updates again
    `samples`      how many parameters are written to measure events
    `updates`      how many updates in a row at most to find CloudFront's rate limit
    """

    poll: float
    deployment: float
    event: float
    failing: float
    schedule: float
    ahead: float
    completed: float
    idle: float
    throttled: float
    samples: int
    updates: int

    def wait_for[T](self, look: Callable[[], T | None], what: str, seconds: float) -> T:
        """Return the first result of `look` that is not None; OverdueError if there is none."""
        deadline = time.monotonic() + seconds
        while (seen := look()) is None:
            if time.monotonic() > deadline:
                raise OverdueError(f"{what}: not within {seconds:g} s")
            time.sleep(self.poll)
        return seen


# CloudFront needs up to 15 minutes with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging), Scheduler is exact to a minute (doc: EventBridge Scheduler User
# Guide, schedule-types), and Lambda tries again after one minute and after two more (doc: Lambda
# Developer Guide, invocation-async-error-handling). A queue counts as active for up to six hours
# (doc: SQS Developer Guide, monitoring-using-cloudwatch).
AWS = Timing(
    poll=2,
    deployment=2700,
    event=60,
    failing=600,
    schedule=240,
    ahead=60,
    completed=120,
    idle=8 * 3600,
    throttled=300,
    samples=20,
    updates=12,
)
SANDBOX = Timing(
    poll=0.05,
    deployment=180,
    event=60,
    failing=120,
    schedule=1,  # it never writes: the sandbox has no universal targets
    ahead=1,
    completed=2,
    idle=0,
    throttled=60,
    samples=3,
    updates=3,
)
