"""
A process that ends at one of its AWS calls, without anything of ours being replaced.

    moment   the call it ends at
    -------  ---------------------------------------------------------------------
    before   never left the process
    after    was carried out by AWS, and its answer never read

What ends it is no Exception, so nothing of ours can take it for an error and go on; and from then
on no call leaves the process, whichever of its threads makes it. The hooks are botocore's own
events `before-send` and `response-received`: each attempt of a call counts as one.
"""

import threading
from collections.abc import Callable
from enum import StrEnum

import boto3


class ProcessEnded(BaseException):
    """The process is gone; only a test may catch this."""


class Moment(StrEnum):
    """Where a process ends: the table above."""

    BEFORE = "before"
    AFTER = "after"


def changes_something(call: str) -> bool:
    """Tell a call that changes something at AWS from one that only reads."""
    return not call.partition(":")[2].startswith(("Get", "List", "Describe", "Head"))


class MortalProcess:
    """
    The AWS calls of the clients that are made of `session`, in one process after the other.

    `calls` are those of the process that runs now, as "service:Operation" in botocore's words.
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
        """Begin a process that ends at one of those calls that count, the first being 1."""
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
