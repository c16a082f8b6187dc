"""
Wait for a change to get everywhere, and show how far it has come with each distribution.

It only looks: the controller and CloudFront do the work, and go on with it when nobody watches.
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

from maintenance.cli.status_view import Look
from maintenance.cli.terminal import Terminal
from maintenance.reporting.report import Progress, Report, has_reached, progress

# Seconds between two looks: soon at first, for the controller acts within seconds.
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
        look: Callable[[], Look],
        wanted: Collection[Progress],
        *,
        timeout: timedelta,
        has_failed: Callable[[], bool] = lambda: False,
    ) -> Look:
        """
        Look until every distribution has come to one of `wanted`, or it has failed.

        Returns the last look.
        """
        deadline = self.clock() + timeout
        seconds = _FIRST
        shown = _Shown(self.terminal)
        with shown.bars:
            seen = look()
            shown.update(seen.report)
            while not has_reached(seen.report, wanted) and self.clock() < deadline:
                if has_failed():
                    break
                self.pause(seconds)
                seconds = min(seconds * _GROWTH, _MOST)
                seen = look()
                shown.update(seen.report)
        return seen


class _Shown:
    """What of the progress is on the terminal; a line a change where that is none."""

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
        """Show how far each distribution has come."""
        for outcome in report.outcomes:
            come = progress(outcome)
            if self._last.get(outcome.distribution_id) is come:
                continue
            self._last[outcome.distribution_id] = come
            if self.bars.disable:
                self._terminal.tell(f"{outcome.distribution_id} {_WORDS[come]}")
                continue
            self._show(outcome.distribution_id, come)

    def _show(self, distribution_id: str, come: Progress) -> None:
        if distribution_id not in self._tasks:
            self._tasks[distribution_id] = self.bars.add_task(distribution_id, total=2, word="")
        self.bars.update(self._tasks[distribution_id], completed=_STEPS[come], word=_WORDS[come])
