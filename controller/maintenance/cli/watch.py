"""
Wait for a change to reach every distribution, and show its progress.

This only reads. The controller and CloudFront do the work, and continue it if the command ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.cli.arguments import STACK
from maintenance.cli.own_command import own_command
from maintenance.cli.show.view import ReportView
from maintenance.cli.terminal import Terminal
from maintenance.reporting.progress import Progress, has_reached
from maintenance.reporting.status import ModeChange

if TYPE_CHECKING:
    from maintenance.cli.progress_display import ProgressDisplay

# The controller acts within seconds, and CloudFront takes a few updates a minute of a large fleet.
UNTIL_ACCEPTED = timedelta(minutes=5)
# AWS says minutes, up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging), and `aws cloudfront wait` gives up after 35.
UNTIL_DEPLOYED = timedelta(minutes=35)
_USUAL = "usually a few minutes, 15 at most"
# Seconds between two reads: short at first, because the controller acts within seconds.
_FIRST, _GROWTH, _MOST = 0.5, 1.5, 10.0
_MINUTE = timedelta(minutes=1)


def watch_command(stack: str) -> str:
    """Return the command that watches a stack until CloudFront is done."""
    return own_command("status --wait", stack)


def expect(last_change: ModeChange | None) -> str:
    """Return how long CloudFront will take: as long as for the last change, if that is known."""
    if last_change is None or last_change.deployed is None:
        return _USUAL
    took = last_change.deployed - last_change.accepted
    # The controller looks again after a minute, so less was not measured.
    if took < _MINUTE:
        return _USUAL
    return f"about {-(-took // _MINUTE)}m, like the last change"


class Watch(Struct, frozen=True):
    """
    Watches the distributions of a stack.

    `clock` returns the present, aware; `pause` sleeps for a number of seconds.
    """

    terminal: Terminal
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    stack: str = STACK
    # How long a change takes if that is always the same, '' if it depends on CloudFront.
    rollout: str = ""

    def expect(self, last_change: ModeChange | None) -> str:
        """Return how long until every edge has a change that is accepted now."""
        return self.rollout or expect(last_change)

    def wait(
        self,
        read: Callable[[], ReportView],
        *,
        until: Collection[Progress],
        timeout: timedelta,
        has_failed: Callable[[], bool] = lambda: False,
        last_change: ModeChange | None = None,
    ) -> ReportView:
        """
        Read until every distribution has reached one of `until`, or the change has failed.

        Returns the last read. The `last_change` says how long CloudFront may take. Raises
        KeyboardInterrupt, which says how to watch on.
        """
        from maintenance.cli.progress_display import ProgressDisplay  # noqa: PLC0415 - a command that only shows something has no bars

        display = ProgressDisplay(self.terminal, self.expect(last_change))
        try:
            with display.bars:
                return self._watch(read, display, until, self.clock() + timeout, has_failed)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                "Interrupted: the controller and CloudFront continue. To watch them: "
                f"{watch_command(self.stack)}"
            ) from None

    def _watch(
        self,
        read: Callable[[], ReportView],
        display: ProgressDisplay,
        until: Collection[Progress],
        deadline: datetime,
        has_failed: Callable[[], bool],
    ) -> ReportView:
        seconds = _FIRST
        view = read()
        display.update(view, self.clock())
        while not has_reached(view.report, until) and self.clock() < deadline:
            if has_failed():
                break
            self.pause(seconds)
            seconds = min(seconds * _GROWTH, _MOST)
            view = read()
            display.update(view, self.clock())
        return view
