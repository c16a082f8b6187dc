"""
Update distributions as fast as CloudFront accepts updates, and no faster.

CloudFront publishes no rate; more than a few updates a minute are refused as throttled. botocore
would retry each update for half a minute, every worker by itself: enough for a few distributions,
not for a fleet. So `cloudfront` keeps botocore from it, and the retries are here:

    until an update is throttled   all workers update at the same time
    from then on                   one worker at a time, with exponential backoff and jitter; the
                                   others wait for the lock
    after ten minutes              every further update is refused without a call: the run must
                                   report before Lambda ends it, and the next run continues
    the desired state changed      the same: a run that waits for minutes must not close what was
                                   opened since, nor open what was closed

The desired state is read again before each retry. That takes two calls, or a hundred if there are a
thousand windows, of the 40 a second that Parameter Store grants the whole account (doc: AWS General
Reference, Systems Manager quotas). So an answer holds for four times as long as it took.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from maintenance.cloudfront.config import ReadConfig
from maintenance.errors import Throttled
from maintenance.model import Timer

# Of the 15 minutes that Lambda gives a run.
_RETRY_SECONDS = 600.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 16.0
_ANSWER_HOLDS_FACTOR = 4


class _Configs(Protocol):
    def read_config(self, distribution_id: str) -> ReadConfig: ...
    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None: ...


class ThrottledConfigs:
    """
    Reads and updates configurations, and retries the updates that CloudFront throttles.

    All workers of a run share it. `jitter` returns a random number from 0 to 1.
    """

    def __init__(self, configs: _Configs, timer: Timer, *, jitter: Callable[[], float]) -> None:
        self._configs = configs
        self._timer = timer
        self._jitter = jitter
        self._lock = threading.Lock()
        self.begin()

    def begin(self) -> None:
        """Begin a run: forget the throttling of the last one, and start the ten minutes."""
        self._is_throttled = False
        self._deadline = self._timer.elapsed() + _RETRY_SECONDS
        self.continue_while(lambda: True)

    def continue_while(self, is_wanted: Callable[[], bool]) -> None:
        """Retry throttled updates only while `is_wanted` returns True; its first False is final."""
        self._is_wanted = is_wanted
        self._is_cancelled = False
        self._next_question = self._timer.elapsed()

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration."""
        return self._configs.read_config(distribution_id)

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """Replace the configuration; raise Throttled only if retrying is over."""

        def update() -> None:
            self._configs.update_config(distribution_id, xml=xml, etag=etag)

        pauses = self._pauses()
        if not self._is_throttled and self._succeeds(update, next(pauses)):
            return
        with self._lock:
            self._raise_if_over(distribution_id)
            while not self._succeeds(update, next(pauses)):
                self._raise_if_over(distribution_id)

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

    def _succeeds(self, update: Callable[[], None], pause: float) -> bool:
        """Try the update; if CloudFront throttles it, wait for the pause and return False."""
        try:
            update()
        except Throttled:
            self._is_throttled = True
            self._timer.sleep(pause)
            return False
        return True

    def _raise_if_over(self, distribution_id: str) -> None:
        if self._timer.elapsed() >= self._deadline:
            raise Throttled(
                f"{distribution_id} was not updated: CloudFront's rate limit left no time for it "
                "in this run; the next run continues"
            )
        if not self.is_still_wanted():
            raise Throttled(
                f"{distribution_id} was skipped: the desired state changed while this update was "
                "waiting for CloudFront's rate limit"
            )

    def _pauses(self) -> Iterator[float]:
        longest = _FIRST_PAUSE_SECONDS
        while True:
            yield longest * self._jitter()
            longest = min(2 * longest, _LONGEST_PAUSE_SECONDS)
