"""How the demo speaks: one line a step, with its time, and a reason where it is not as told."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

_POLL_SECONDS = 0.02


class StepFailed(Exception):
    """A step of the story did not come true; the sentence says what was there instead."""


class StepConsole:
    """Tells the story on a console."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def act(self, title: str) -> None:
        """Begin an act."""
        self.console.print()
        self.console.rule(f"[bold]{title}", align="left", style="cyan")

    def say(self, text: str, *, markup: bool = True) -> None:
        """Say something that is not a step."""
        self.console.print(f"   {text}", highlight=False, soft_wrap=True, markup=markup)

    def command(self, *lines: str) -> None:
        """Show a command as an operator types it, broken into lines where it is long."""
        shown = " \\\n         ".join(map(escape, lines))
        self.console.print(f"   [bold]$ {shown}", highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Do a step, with a sign of life meanwhile, and say how long it took."""
        began = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        try:
            with Progress(
                *columns, console=self.console, transient=True, disable=not self.console.is_terminal
            ) as progress:
                progress.add_task(text, total=None)
                yield
        except BaseException:
            self.console.print(f" [bold red]✗[/] {text}", highlight=False, soft_wrap=True)
            raise
        took = time.monotonic() - began
        self.console.print(
            f" [bold green]✓[/] {text} [dim]{took:.2f} s[/]", highlight=False, soft_wrap=True
        )

    def check(self, text: str, *, expected: object, actual: object) -> None:
        """Say that something is so; raise NotAsToldError if it is not."""
        if expected != actual:
            self.console.print(f" [bold red]✗[/] {text}", highlight=False, soft_wrap=True)
            raise StepFailed(f"{text}: expected {expected!r}, found {actual!r}")
        self.console.print(f" [bold green]✓[/] {text}", highlight=False, soft_wrap=True)

    def table(self, *columns: str, rows: list[tuple[str, ...]]) -> None:
        """Show rows."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*row)
        self.console.print(Padding(table, (0, 0, 0, 3)))


def wait_until(so: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait until something is so; raise NotAsToldError if it never is."""
    deadline = time.monotonic() + seconds
    while not so():
        if time.monotonic() > deadline:
            raise StepFailed(f"{what}: still not so after {seconds:.0f} seconds")
        time.sleep(_POLL_SECONDS)
