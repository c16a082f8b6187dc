"""Deadlines that a run shares with everything that waits in it. Pure."""

import math
from collections.abc import Callable

# A run must end before Lambda ends it, or it leaves no report. So 13 of the 15 minutes that Lambda
# gives it are for distributions, and one for the report and the next wakeup: reading the desired
# state again, which takes 15 seconds with a thousand windows, and some ten calls (ADR 0059). In the
# last minute no call begins: the pause between two tries of one and connecting still take time.
_SECONDS = 900.0
_FOR_DISTRIBUTIONS = 13 / 15
_FOR_CALLS = 14 / 15
# Half a minute: a site that should be closed waits no longer for its page, and CloudFront itself
# then needs minutes.
_FOR_VERSION = 1 / 30


class Deadline:
    """
    The time by which something must be done; none until it begins, unless `seconds` are given.

    `elapsed` returns seconds that only go forward. Threads may share a deadline.
    """

    def __init__(self, elapsed: Callable[[], float], seconds: float = math.inf) -> None:
        self._elapsed = elapsed
        self.begin(seconds)

    def begin(self, seconds: float) -> None:
        """Set the deadline to this time from now."""
        self._seconds = seconds
        self.restart()

    def restart(self) -> None:
        """Set the deadline to the same time from now as it was given last."""
        self._at = self._elapsed() + self._seconds

    @property
    def seconds_left(self) -> float:
        """How much time is left, 0 if none is."""
        return max(0.0, self._at - self._elapsed())

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.seconds_left <= 0


class RunTime:
    """
    The deadlines of a run: `distributions` for work on them, `calls` for all its calls.

    `version` is for selecting and checking the version to attach, and restarts for each. Until a
    run begins, as on the command line, which waits as long as its user wants, only that is limited.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self.distributions = Deadline(elapsed)
        self.version = Deadline(elapsed, _FOR_VERSION * _SECONDS)
        self.calls = Deadline(elapsed)

    def begin(self, seconds: float) -> None:
        """Begin a run that is ended after this time."""
        self.distributions.begin(_FOR_DISTRIBUTIONS * seconds)
        self.version.begin(_FOR_VERSION * seconds)
        self.calls.begin(_FOR_CALLS * seconds)
