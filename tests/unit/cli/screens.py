"""A screen as text of one line, and the clock that it is read by."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from maintenance.cli.terminal import Clock, console
from rich.console import Console, RenderableType

from tests.unit.site import ZONE

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
# The operator's own clock shows UTC too.
CLOCK = Clock(NOW, ZONE, lambda instant: instant.astimezone(ZONE))
AWAY = Clock(NOW, ZONE, lambda instant: instant.astimezone(ZoneInfo("America/New_York")))


def lines(screen: RenderableType, *, width: int = 80, in_terminal: bool = False) -> list[str]:
    """Return the lines of a screen as wide as this; in a file, if not in a terminal."""
    stream = io.StringIO()
    out = Console(force_terminal=True, color_system=None) if in_terminal else console()
    out.width = width
    out.file = stream
    out.print(screen)
    return stream.getvalue().splitlines()


def text(screen: RenderableType) -> str:
    """Return what a screen says, on one line."""
    return " ".join(" ".join(lines(screen)).split())
