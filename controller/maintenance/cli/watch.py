"""
Wait for a change to reach every distribution, and show its progress.

This only reads. The controller and CloudFront do the work, and continue it if the command ends.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from msgspec import Struct
from rich.progress import (
    BarColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import (
    Progress as Bars,
)

from maintenance.cli.arguments import STACK
from maintenance.cli.own_command import own_command
from maintenance.cli.show.view import ReportView
from maintenance.cli.terminal import Terminal
from maintenance.model import Distribution
from maintenance.reporting.progress import Progress, has_reached, progress
from maintenance.reporting.report import Outcome
from maintenance.reporting.status import ModeChange
from maintenance.schedule.times import format_duration

# The controller acts within seconds, and CloudFront takes a few updates a minute of a large fleet.
UNTIL_ACCEPTED = timedelta(minutes=5)
# AWS says minutes, up to 15 with Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-edge-testing-debugging), and `aws cloudfront wait` gives up after 35.
UNTIL_DEPLOYED = timedelta(minutes=35)
_USUAL = "usually a few minutes, 15 at most"
# Seconds between two reads: short at first, because the controller acts within seconds.
_FIRST, _GROWTH, _MOST = 0.5, 1.5, 10.0
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_STEPS = {Progress.REFUSED: 0, Progress.WAITING: 0, Progress.DEPLOYING: 1, Progress.DEPLOYED: 2}
_WORDS = {
    Progress.REFUSED: "refused",
    Progress.WAITING: "waiting for the controller",
    Progress.DEPLOYING: "InProgress",
    Progress.DEPLOYED: "Deployed",
}


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
        display = _ProgressDisplay(self.terminal, self.expect(last_change))
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
        display: "_ProgressDisplay",
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


class _ProgressDisplay:
    """A bar for each distribution, or a line for each change if the output is not a terminal."""

    def __init__(self, terminal: Terminal, expected: str) -> None:
        self._terminal = terminal
        self._expected = expected
        self._tasks: dict[str, TaskID] = {}
        self._last: dict[str, Progress] = {}
        # When the change was accepted, or was last seen not to be.
        self._since: dict[str, datetime] = {}
        self.bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[word]}"),
            TimeElapsedColumn(),
            console=terminal.err,
            transient=True,
            disable=not terminal.err.is_terminal,
        )

    def update(self, view: ReportView, now: datetime) -> None:
        """Show the progress of each distribution."""
        listed = {each.distribution_id: each for each in view.report.targets}
        for outcome in view.report.outcomes:
            reached, before = progress(outcome), self._last.get(outcome.distribution_id)
            if before is reached:
                continue
            self._last[outcome.distribution_id] = reached
            words = self._words(reached, before, listed.get(outcome.distribution_id), now)
            if self.bars.disable:
                name = view.names.get(outcome.distribution_id, "")
                self._terminal.info(f"{outcome.distribution_id} {name}: {words}")
                continue
            self._update_bar(outcome, reached, words)

    def _words(
        self,
        reached: Progress,
        before: Progress | None,
        distribution: Distribution | None,
        now: datetime,
    ) -> str:
        words = _WORDS[reached]
        if reached is Progress.DEPLOYING:
            words = f"{words}, {self._expected}"
        if distribution is None:
            return words
        # The engine standby leaves the distribution's own time as it is.
        since = now if reached is Progress.WAITING else distribution.last_modified
        since = max(since, self._since.get(distribution.distribution_id, since))
        self._since[distribution.distribution_id] = since
        if reached is Progress.DEPLOYED and before:
            took = (now - since) // _SECOND * _SECOND
            return f"{words} after {format_duration(max(took, _SECOND))}"
        return words

    def _update_bar(self, outcome: Outcome, reached: Progress, words: str) -> None:
        distribution_id = outcome.distribution_id
        if distribution_id not in self._tasks:
            self._tasks[distribution_id] = self.bars.add_task(distribution_id, total=2, word="")
        task = self._tasks[distribution_id]
        self.bars.update(task, completed=_STEPS[reached], word=words)
