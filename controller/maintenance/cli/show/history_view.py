"""Who changed the switch and the windows: a page at a time, newest first, for people or as JSON."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.documents import HistoryDocument, HistoryEntryDocument
from maintenance.cli.terminal import Clock
from maintenance.schedule.history import HistoryEntry, meaning

PAGE_SIZE = 50


class Page(Struct, frozen=True):
    """A page of the history; pages count from 1. `zone` is the stack's, which reads the values."""

    history: Sequence[HistoryEntry]
    number: int
    zone: ZoneInfo

    @property
    def entries(self) -> Sequence[HistoryEntry]:
        """The entries of this page."""
        return self.history[(self.number - 1) * PAGE_SIZE : self.number * PAGE_SIZE]

    @property
    def count(self) -> int:
        """How many pages there are."""
        return -(-len(self.history) // PAGE_SIZE)


def history_document(page: Page) -> HistoryDocument:
    """Return a page for JSON."""
    entries = [_entry(each, page.zone) for each in page.entries]
    return HistoryDocument(page=page.number, pages=page.count, entries=entries)


def render_history(page: Page, clock: Clock) -> RenderableType:
    """Return a page as a table."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for column in ("when", "what", "value, and what it meant"):
        table.add_column(column, overflow="fold")
    for each in page.entries:
        meant = meaning(each, zone=page.zone)
        written = each.version.written.astimezone(clock.zone)
        table.add_row(
            Text.assemble(
                f"{clock.day(written)} {written:%H:%M:%S %Z}\n", (_user_name(each.user), "dim")
            ),
            each.window or "(the switch)",
            Text.assemble(
                (f"{each.version.value}\n", "bold"),
                (meant.text, "dim" if meant.is_readable else "red"),
            ),
        )
    return Group(Padding(table, (0, 0, 0, 1)), f" {_footer(page)}")


def _footer(page: Page) -> str:
    if not page.entries:
        return f"There is no page {page.number}: the last one is {page.count}."
    total = f"{len(page.history)} entries" if len(page.history) != 1 else "1 entry"
    if page.number < page.count:
        return f"Page {page.number} of {page.count}, {total}; older ones: --page {page.number + 1}"
    return f"Page {page.number} of {page.count}, {total}."


def _user_name(arn: str) -> str:
    """Return the end of an ARN that names a person: `user/ana`, `assumed-role/Admin/ana`."""
    return arn.rpartition(":")[2] or "unknown"


def _entry(entry: HistoryEntry, zone: ZoneInfo) -> HistoryEntryDocument:
    meant = meaning(entry, zone=zone)
    return HistoryEntryDocument(
        parameter=entry.parameter,
        version=entry.version.number,
        written=entry.version.written,
        user=entry.user,
        value=entry.version.value,
        readable=meant.is_readable,
        meaning=meant.text,
    )
