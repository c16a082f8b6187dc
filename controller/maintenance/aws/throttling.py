"""
Call CloudFront as fast as it accepts calls, and no faster.

CloudFront publishes no rate; more than a few updates a minute are refused as throttled, and so may
reads be. botocore would retry each call for half a minute, every worker by itself: enough for a few
distributions, not for a fleet. So `aws/cloudfront.py` turns botocore's retries off; they are here:

    until a read or update is      all workers read or update at the same time
    throttled
    from then on                   one worker at a time, with a pause before each call; the others
                                   wait for the lock
    after a call that CloudFront   the pauses are a third shorter
    accepts, or answers with 412
    after a throttled call         they are half as long again, up to 16 seconds, and so grow
                                   exponentially while CloudFront accepts nothing
    after the deadline             every further call is refused without being made: the run must
                                   report before Lambda ends it, and the next run continues
    the desired state changed      the same: a run that waits for minutes must not close what was
                                   opened since, nor open what was closed

So the pauses find the rate by themselves, and about half of the calls are refused (ADR 0059). Half
of each pause is random, because several runs may call at the same time. botocore's own mode
`adaptive` makes 30 calls a minute at least, and CloudFront may take three.

The desired state is read again before each retry. That takes two calls, or a hundred if there are a
thousand windows, of the 40 a second that Parameter Store grants the whole account (doc: AWS General
Reference, Systems Manager quotas). So an answer holds for four times as long as it took.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Protocol

from maintenance.cloudfront.config import ReadConfig
from maintenance.deadline import Deadline
from maintenance.errors import StaleObservation, Throttled
from maintenance.model import Timer

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 16.0
_PAUSE_FACTOR = 1.5
_ANSWER_HOLDS_FACTOR = 4


class _Configs(Protocol):
    def read_config(self, distribution_id: str) -> ReadConfig: ...
    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None: ...


class _Turns:
    """The workers' turns at one operation, which has a rate of its own."""

    def __init__(self) -> None:
        self.is_throttled = False
        self.lock = threading.Lock()
        self.pause = _FIRST_PAUSE_SECONDS

    def take[Answer](self, call: Callable[[], Answer]) -> Answer:
        """Make a call; lengthen the pauses if CloudFront throttles it, else shorten them."""
        try:
            answer = call()
        except Throttled:
            longer = max(_PAUSE_FACTOR * self.pause, _FIRST_PAUSE_SECONDS)
            self.pause = min(longer, _LONGEST_PAUSE_SECONDS)
            raise
        except StaleObservation:
            self.pause /= _PAUSE_FACTOR
            raise
        self.pause /= _PAUSE_FACTOR
        return answer


class ThrottledConfigs:
    """
    Reads and updates configurations until the deadline, and retries what CloudFront throttles.

    All workers of a run share it. `jitter` returns a random number from 0 to 1.
    """

    def __init__(
        self, configs: _Configs, timer: Timer, deadline: Deadline, *, jitter: Callable[[], float]
    ) -> None:
        self._configs = configs
        self._timer = timer
        self._deadline = deadline
        self._jitter = jitter
        self.begin()

    def begin(self) -> None:
        """Begin a run: forget the throttling of the last one."""
        self._reads, self._updates = _Turns(), _Turns()
        self.continue_while(lambda: True)

    def continue_while(self, is_wanted: Callable[[], bool]) -> None:
        """Retry throttled calls only while `is_wanted` returns True; its first False is final."""
        self._is_wanted = is_wanted
        self._is_cancelled = False
        self._next_question = self._timer.elapsed()

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration; raise Throttled only if retrying is over."""

        def read() -> ReadConfig:
            return self._configs.read_config(distribution_id)

        return self._retry(self._reads, distribution_id, read)

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """Replace the configuration; raise Throttled only if retrying is over."""

        def update() -> None:
            self._configs.update_config(distribution_id, xml=xml, etag=etag)

        self._retry(self._updates, distribution_id, update)

    def _retry[Answer](
        self, turns: _Turns, distribution_id: str, call: Callable[[], Answer]
    ) -> Answer:
        self.raise_if_late(distribution_id)
        if not turns.is_throttled:
            try:
                return call()
            except Throttled:
                turns.is_throttled = True
        with turns.lock:
            while True:
                self._wait(turns.pause)
                self._raise_if_over(distribution_id)
                with contextlib.suppress(Throttled):
                    return turns.take(call)

    def raise_if_late(self, distribution_id: str) -> None:
        """Raise Throttled if the run has no time left for the distribution of this id."""
        if self._deadline.is_over:
            raise Throttled(
                f"{distribution_id} was not changed: CloudFront left no time for it in this run; "
                "the next run continues"
            )

    def is_still_wanted(self) -> bool:
        """Return whether the run should go on, by asking again if the last answer is too old."""
        asked = self._timer.elapsed()
        if not self._is_cancelled and asked >= self._next_question:
            # Only ever set: of two threads that ask at once, a yes must not hide the other's no.
            if not self._is_wanted():
                self._is_cancelled = True
            answered = self._timer.elapsed()
            self._next_question = answered + _ANSWER_HOLDS_FACTOR * (answered - asked)
        return not self._is_cancelled

    def _wait(self, pause: float) -> None:
        """
        Wait for half of the pause at least, for all of it at most, and not past the deadline.

        A run that is cancelled skips what is left without a pause.
        """
        if self._is_cancelled:
            return
        seconds = pause * (1 + self._jitter()) / 2
        self._timer.sleep(min(seconds, self._deadline.seconds_left))

    def _raise_if_over(self, distribution_id: str) -> None:
        self.raise_if_late(distribution_id)
        if not self.is_still_wanted():
            raise Throttled(
                f"{distribution_id} was skipped: the desired state changed while it was waiting "
                "for CloudFront's rate limit"
            )
