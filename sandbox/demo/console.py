"""Print the steps of a walkthrough: one line each, with its result and the time that it took."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

_POLL_SECONDS = 0.02
_STILL_RUNNING_SECONDS = 10.0
_COLUMN_GAP = 2


class StepFailed(Exception):
    """A step had another result than expected; the message names both."""


class StepConsole:
    """Prints sections, steps and tables, in a terminal and in a pipe."""

    def __init__(
        self, console: Console, *, still_running_seconds: float = _STILL_RUNNING_SECONDS
    ) -> None:
        self.console = console
        self._still_running_seconds = still_running_seconds

    def section(self, title: str) -> None:
        """Print a heading."""
        self.console.print()
        self.console.rule(f"[bold]{title}", align="left", style="cyan")

    def say(self, text: str, *, markup: bool = True) -> None:
        """Print a line that is not a step."""
        self.console.print(f"   {text}", highlight=False, soft_wrap=True, markup=markup)

    def command(self, *lines: str) -> None:
        """Print a command as an operator types it, continued on a new line for each of `lines`."""
        shown = " \\\n         ".join(map(escape, lines))
        self.console.print(f"   [bold]$ {shown}", highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Run the `with` block as a step: show that it is running, then how long it took."""
        began = time.monotonic()
        running = self._spinner(text) if self.console.is_terminal else self._reminders(text)
        try:
            with running:
                yield
        except BaseException:
            self._result("[bold red]✗[/]", text)
            raise
        self._result("[bold green]✓[/]", f"{text} [dim]({time.monotonic() - began:.1f} s)[/]")

    def check(self, text: str, *, expected: object, actual: object) -> None:
        """Print a step that compares two values; raise StepFailed if they differ."""
        if expected != actual:
            self._result("[bold red]✗[/]", text)
            raise StepFailed(f"{text}: expected {expected!r}, found {actual!r}")
        self._result("[bold green]✓[/]", text)

    def table(self, *columns: str, rows: Sequence[Sequence[str]]) -> None:
        """Print rows of markup in columns."""
        cells = [[Text(each, "dim") for each in columns]]
        cells += [[Text.from_markup(each) for each in row] for row in rows]
        widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
        for row in cells:
            line = Text("   ")
            for cell, width in zip(row, widths, strict=True):
                line.append(cell)
                line.append(" " * (width - len(cell) + _COLUMN_GAP))
            line.rstrip()
            self.console.print(line, highlight=False, soft_wrap=True)

    def _result(self, mark: str, text: str) -> None:
        self.console.print(f" {mark} {text}", highlight=False, soft_wrap=True)

    def _spinner(self, text: str) -> Progress:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        progress = Progress(*columns, console=self.console, transient=True)
        progress.add_task(text, total=None)
        return progress

    @contextlib.contextmanager
    def _reminders(self, text: str) -> Iterator[None]:
        """Print a line now and then: what reads a pipe sees no spinner."""
        began = time.monotonic()
        finished = threading.Event()

        def remind() -> None:
            while not finished.wait(self._still_running_seconds):
                self._result("[dim]…[/]", f"{text} [dim]({time.monotonic() - began:.0f} s)[/]")

        thread = threading.Thread(target=remind, daemon=True)
        thread.start()
        try:
            yield
        finally:
            finished.set()
            thread.join()


def wait_until(condition: Callable[[], bool], description: str, *, seconds: float = 180) -> None:
    """Poll until the condition holds; raise StepFailed if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StepFailed(f"{description}: not after {seconds:.0f} seconds")
        time.sleep(_POLL_SECONDS)
