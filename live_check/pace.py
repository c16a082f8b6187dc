"""How long AWS may take, how often to look, and how often to repeat a measurement."""

import time
from collections.abc import Callable
from dataclasses import dataclass


class OverdueError(Exception):
    """Something did not come about in time; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    Durations in seconds.

    `poll`         between two looks
    `deployment`   the longest wait for Deployed, for a stack, and for what else takes minutes
    `event`        the longest wait for an event that should come in a second
    `failing`      the longest wait for a message about an invocation that failed on every try
    `ahead`        how far ahead a schedule is set
    `schedule`     the longest wait after that for what it does; it may be late by a minute
    `throttled`    the longest wait until CloudFront takes an update again
    `samples`      how many parameters are written to measure events
    `updates`      how many updates in a row at most to find the rate that CloudFront takes
    """

    poll: float
    deployment: float
    event: float
    failing: float
    ahead: float
    schedule: float
    throttled: float
    samples: int
    updates: int

    def wait_for[T](self, look: Callable[[], T | None], what: str, seconds: float) -> T:
        """Return what `look` gives as soon as that is not None; OverdueError when it never is."""
        deadline = time.monotonic() + seconds
        while (seen := look()) is None:
            if time.monotonic() > deadline:
                raise OverdueError(f"{what}: not within {seconds:g} s")
            time.sleep(self.poll)
        return seen


# CloudFront needs up to 15 minutes with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging), Scheduler is exact to a minute (doc: EventBridge Scheduler User
# Guide, schedule-types), and Lambda tries again after one minute and after two more (doc: Lambda
# Developer Guide, invocation-async-error-handling).
AWS = Pace(
    poll=2,
    deployment=2700,
    event=60,
    failing=600,
    ahead=90,
    schedule=150,
    throttled=300,
    samples=20,
    updates=12,
)
SANDBOX = Pace(
    poll=0.05,
    deployment=180,
    event=60,
    failing=120,
    ahead=1,
    schedule=1,  # it does not come: no schedule of the sandbox has a universal target
    throttled=60,
    samples=3,
    updates=3,
)
