"""
A process that ends at one of its AWS calls, without a change of our code.

    moment   the call it ends at
    -------  ---------------------------------------------------------------------
    before   never leaves the process
    after    is applied by AWS, and its answer is never read

What ends it is not an Exception, so our code cannot handle it as an error and continue; from then
on no call leaves the process, from any of its threads. The hooks are botocore's own events
`before-send` and `response-received`: each attempt of a call counts as one.
"""

import threading
from collections.abc import Callable
from enum import StrEnum

import boto3


class ProcessEnded(BaseException):
    """The process has ended; only a test may catch this."""


class Moment(StrEnum):
    """When a process ends: the table above."""

    BEFORE = "before"
    AFTER = "after"


def changes_something(call: str) -> bool:
    """Return whether a call changes something at AWS."""
    return not call.partition(":")[2].startswith(("Get", "List", "Describe", "Head"))


class MortalProcess:
    """
    The AWS calls of the clients of `session`, in one process after another.

    `calls` are those of the current process, as botocore's "service:Operation".
    """

    def __init__(self) -> None:
        self.session = boto3.Session(region_name="us-east-1")
        self._lock = threading.Lock()
        self._thread = threading.local()
        self.starts()
        self.session.events.register("before-send", self._before_send)
        self.session.events.register("response-received", self._response_received)

    def starts(
        self,
        *,
        ends_at: int | None = None,
        moment: Moment = Moment.BEFORE,
        counting: Callable[[str], bool] = bool,
    ) -> None:
        """Start a process that ends at the given call, the first being 1, of those that count."""
        self.calls: list[str] = []
        self.has_ended = False
        self._ends_at, self._moment, self._counting = ends_at, moment, counting

    def _before_send(self, event_name: str, **_: object) -> None:
        with self._lock:
            self._unless_ended()
            call = ":".join(event_name.split(".")[1:3])
            self.calls.append(call)
            number = sum(map(self._counting, self.calls))
            self._thread.ends = number == self._ends_at and self._counting(call)
            self._end_at(Moment.BEFORE)

    def _response_received(self, **_: object) -> None:
        with self._lock:
            self._unless_ended()
            self._end_at(Moment.AFTER)

    def _end_at(self, moment: Moment) -> None:
        self.has_ended = self._thread.ends and moment is self._moment
        self._unless_ended()

    def _unless_ended(self) -> None:
        if self.has_ended:
            raise ProcessEnded
