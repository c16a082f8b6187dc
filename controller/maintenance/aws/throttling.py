"""
Update configurations as fast as CloudFront takes them, and no faster.

CloudFront publishes no rate; a few updates a minute are known to be refused as throttled. botocore
would try again for half a minute, each hand by itself, which is enough for a few distributions and
not for a fleet; so `cloudfront` tells it to leave a throttled update to us. Then:

    until an update is refused   all hands update at once
    from then on                 one hand at a time tries, half a second to sixteen seconds, with
                                 jitter, from one try to the next; the others wait for their turn
    when patience is over        what is left is refused at once, for the run has to report before
                                 Lambda ends it; the next try goes on
    when it is wanted no more    the same: who waits for minutes must not close what was opened
                                 meanwhile

To ask whether it still is wanted takes a hundred calls where there are a thousand windows. So it is
asked for a fifth of the time at most, not again once it was denied, and not for an update that has
waited for two seconds or less: the run's own look is as good for it as for one that never waited.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.config import ReadConfig
from maintenance.errors import Throttled

# Of the 15 minutes that Lambda gives a run.
_PATIENCE_SECONDS = 600.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 16.0
# How long an update may wait before anybody asks whether it still is wanted.
_FRESH_SECONDS = 2.0
# How many times as long as asking took nobody asks again.
_REST = 4


class _Configs(Protocol):
    def read_config(self, distribution_id: str) -> ReadConfig: ...
    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None: ...


class Time(Struct, frozen=True):
    """`clock` tells seconds, `pause` lets them pass, `jitter` gives a number from 0 to 1."""

    clock: Callable[[], float]
    pause: Callable[[float], None]
    jitter: Callable[[], float]


class ThrottledConfigs:
    """
    The configurations; a run says `begin`, and its hands share the pace.

    With `cancel_when` it gives what tells, while an update waits, whether that is still wanted.
    """

    def __init__(self, configs: _Configs, time: Time) -> None:
        self._configs = configs
        self._time = time
        self._turn = threading.Lock()
        self._asking = threading.Lock()
        self.begin()

    def begin(self) -> None:
        """Begin a run: nothing has been refused yet, and patience is whole."""
        self._is_throttled = False
        self.cancel_when(lambda: True)
        self._patience_ends = self._time.clock() + _PATIENCE_SECONDS

    def cancel_when(self, is_wanted: Callable[[], bool]) -> None:
        """Ask this from now on before an update that was refused, or waited for its turn."""
        self._is_wanted = is_wanted
        self._was_wanted = True
        self._asks_again = self._time.clock()

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration."""
        return self._configs.read_config(distribution_id)

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """Replace the configuration; raise Throttled only when it has waited too long."""

        def update() -> None:
            self._configs.update_config(distribution_id, xml=xml, etag=etag)

        began = self._time.clock()
        was_tried = not self._is_throttled
        if was_tried and self._is_taken(update):
            return
        self._is_throttled = True
        with self._turn:
            self._insist(update, began, was_tried=was_tried)

    def _is_taken(self, update: Callable[[], None]) -> bool:
        try:
            update()
        except Throttled:
            return False
        return True

    def _insist(self, update: Callable[[], None], began: float, *, was_tried: bool) -> None:
        """Try until it is taken; where it `was_tried`, that was when it `began`."""
        pauses = self._pauses()
        tried = began if was_tried else None
        while True:
            if tried is not None:
                # What its turn was waited for, and what CloudFront took to refuse it, counts.
                self._time.pause(max(0.0, tried + next(pauses) - self._time.clock()))
            self._raise_in_vain(began)
            tried = self._time.clock()
            if self._is_taken(update):
                return

    def _raise_in_vain(self, began: float) -> None:
        """Raise Throttled where there is no time left to wait, or something else is wanted."""
        now = self._time.clock()
        if now >= self._patience_ends:
            raise Throttled(
                "CloudFront takes only a few updates a minute, and there was no time left for this "
                "one; the next try goes on"
            )
        has_waited = now - began > _FRESH_SECONDS
        if not (self.is_still_wanted() if has_waited else self._was_wanted):
            raise Throttled(
                "something else is wanted since this update began to wait for CloudFront, which "
                "takes only a few a minute; it was left out"
            )

    def is_still_wanted(self) -> bool:
        """Tell whether what the run is at is wanted still; ask, if it is time to."""
        with self._asking:
            began = self._time.clock()
            if self._was_wanted and began >= self._asks_again:
                self._was_wanted = self._is_wanted()
                ended = self._time.clock()
                self._asks_again = ended + _REST * (ended - began)
            return self._was_wanted

    def _pauses(self) -> Iterator[float]:
        longest = _FIRST_PAUSE_SECONDS
        while True:
            yield longest * self._time.jitter()
            longest = min(2 * longest, _LONGEST_PAUSE_SECONDS)
