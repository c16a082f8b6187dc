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

from maintenance.cli.terminal import Terminal
from maintenance.cli.view import ReportView
from maintenance.reporting.report import Progress, Report, has_reached, progress

# Seconds between two reads: short at first, because the controller acts within seconds.
_FIRST, _GROWTH, _MOST = 0.5, 1.5, 10.0
_STEPS = {Progress.REFUSED: 0, Progress.WAITING: 0, Progress.DEPLOYING: 1, Progress.DEPLOYED: 2}
_WORDS = {
    Progress.REFUSED: "refused",
    Progress.WAITING: "waiting for the controller",
    Progress.DEPLOYING: "InProgress",
    Progress.DEPLOYED: "Deployed",
}


class Watch(Struct, frozen=True):
    """`clock` returns the present, aware; `pause` sleeps for a number of seconds."""

    terminal: Terminal
    clock: Callable[[], datetime]
    pause: Callable[[float], None]

    def wait(
        self,
        read: Callable[[], ReportView],
        *,
        until: Collection[Progress],
        timeout: timedelta,
        has_failed: Callable[[], bool] = lambda: False,
    ) -> ReportView:
        """
        Read until every distribution has reached one of `until`, or the change has failed.

        Returns the last read.
        """
        deadline = self.clock() + timeout
        seconds = _FIRST
        display = _ProgressDisplay(self.terminal)
        with display.bars:
            view = read()
            display.update(view.report)
            while not has_reached(view.report, until) and self.clock() < deadline:
                if has_failed():
                    break
                self.pause(seconds)
                seconds = min(seconds * _GROWTH, _MOST)
                view = read()
                display.update(view.report)
        return view


class _ProgressDisplay:
    """A bar for each distribution, or a line for each change if the output is not a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._tasks: dict[str, TaskID] = {}
        self._last: dict[str, Progress] = {}
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

    def update(self, report: Report) -> None:
        """Show the progress of each distribution."""
        for outcome in report.outcomes:
            reached = progress(outcome)
            if self._last.get(outcome.distribution_id) is reached:
                continue
            self._last[outcome.distribution_id] = reached
            if self.bars.disable:
                self._terminal.info(f"{outcome.distribution_id} {_WORDS[reached]}")
                continue
            self._update_bar(outcome.distribution_id, reached)

    def _update_bar(self, distribution_id: str, reached: Progress) -> None:
        if distribution_id not in self._tasks:
            self._tasks[distribution_id] = self.bars.add_task(distribution_id, total=2, word="")
        task = self._tasks[distribution_id]
        self.bars.update(task, completed=_STEPS[reached], word=_WORDS[reached])
