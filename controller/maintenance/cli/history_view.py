"""Who set what when, and what it meant, for people and as JSON; a page at a time, newest first."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.terminal import Clock
from maintenance.schedule.history import HistoryEntry, meaning
from maintenance.schedule.times import format_instant

PAGE = 50


class Page(Struct, frozen=True):
    """One page of writings; pages count from 1. `zone` is the stack's, which reads the values."""

    writings: Sequence[HistoryEntry]
    number: int
    zone: ZoneInfo

    @property
    def shown(self) -> Sequence[HistoryEntry]:
        """The writings of this page."""
        return self.writings[(self.number - 1) * PAGE : self.number * PAGE]

    @property
    def count(self) -> int:
        """How many pages there are."""
        return -(-len(self.writings) // PAGE)


def history_document(page: Page) -> dict[str, Any]:
    """Return a page as JSON values."""
    return {
        "page": page.number,
        "pages": page.count,
        "writings": [_writing(each, page.zone) for each in page.shown],
    }


def history(page: Page, clock: Clock) -> RenderableType:
    """Return a page as a table."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for column in ("when", "what", "value, and what it meant"):
        table.add_column(column, overflow="fold")
    for each in page.shown:
        meant = meaning(each, zone=page.zone)
        written = each.version.written.astimezone(clock.zone)
        table.add_row(
            Text.assemble(
                f"{clock.day(written)} {written:%H:%M:%S %Z}\n", (_who(each.user), "dim")
            ),
            each.window or "(the switch)",
            Text.assemble(
                (f"{each.version.value}\n", "bold"),
                (meant.text, "dim" if meant.is_readable else "red"),
            ),
        )
    return Group(Padding(table, (0, 0, 0, 1)), f" {_position(page)}")


def _position(page: Page) -> str:
    if not page.shown:
        return f"There is no page {page.number}: the last one is {page.count}."
    total = f"{len(page.writings)} writings" if len(page.writings) != 1 else "1 writing"
    if page.number < page.count:
        return f"Page {page.number} of {page.count}, {total}; older ones: --page {page.number + 1}"
    return f"Page {page.number} of {page.count}, {total}."


def _who(user: str) -> str:
    """Return the end of an ARN that names a person: `user/ana`, `assumed-role/Admin/ana`."""
    return user.rpartition(":")[2] or "nobody known"


def _writing(writing: HistoryEntry, zone: ZoneInfo) -> dict[str, Any]:
    meant = meaning(writing, zone=zone)
    return {
        "parameter": writing.parameter,
        "version": writing.number,
        "written": format_instant(writing.version.written),
        "user": writing.user,
        "value": writing.version.value,
        "readable": meant.is_readable,
        "meaning": meant.text,
    }
