"""The progress of a change on the operator's terminal."""

from datetime import datetime, timedelta

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

from maintenance.cli.show.view import ReportView
from maintenance.cli.terminal import Terminal
from maintenance.model import Distribution
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Outcome
from maintenance.schedule.times import format_duration

_SECOND = timedelta(seconds=1)
_STEPS = {Progress.REFUSED: 0, Progress.WAITING: 0, Progress.DEPLOYING: 1, Progress.DEPLOYED: 2}
_WORDS = {
    Progress.REFUSED: "refused",
    Progress.WAITING: "waiting for the controller",
    Progress.DEPLOYING: "InProgress",
    Progress.DEPLOYED: "Deployed",
}


class ProgressDisplay:
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
