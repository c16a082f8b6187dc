"""What the command line prints on each stream, and how it shows instants."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.cli.terminal import Clock, Terminal, console, shorten_arns
from rich.table import Table
from rich.text import Text

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
CLOCK = Clock(NOW, ZoneInfo("Europe/Ljubljana"))


class Screen(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        """Return what a terminal's stream returns."""
        return self._is_terminal


def printed(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, as_json: bool = False) -> str:
    """Return what an answer with a table and a label prints on standard output."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    screen = Screen(is_terminal=is_terminal)
    monkeypatch.setattr("sys.stdout", screen)
    table = Table("name", "state", box=None)
    table.add_row("a", "longer than the next")
    table.add_row("b", "short")
    Terminal(as_json, console(), console()).answer(
        {"name": "a "}, table, Text(" LIVE ", style="on green")
    )
    return screen.getvalue()


def test_without_a_terminal_lines_end_without_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table and the label keep only the blanks inside."""
    assert [" name  state", " a     longer than the next", " b     short", " LIVE"] == printed(
        monkeypatch, is_terminal=False
    ).splitlines()


def test_on_a_terminal_a_colored_label_keeps_its_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its color fills the blanks around the word."""
    *_, label = printed(monkeypatch, is_terminal=True).splitlines()

    assert "\x1b[42m LIVE \x1b[0m" == label


def test_json_keeps_the_blanks_of_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the document alone."""
    text = printed(monkeypatch, is_terminal=False, as_json=True)

    assert '{\n  "name": "a "\n}\n' == text


@pytest.mark.parametrize(
    ("expected", "away"),
    [
        ("now", timedelta(seconds=29)),
        ("in 1m", timedelta(seconds=30)),
        ("in 1h12m", timedelta(hours=1, minutes=12)),
        ("1d23h59m ago", -timedelta(hours=47, minutes=59)),
        ("in 7d3h", timedelta(days=7, hours=3, minutes=20)),
    ],
)
def test_a_distance_is_rounded_to_what_people_need(expected: str, away: timedelta) -> None:
    """To minutes within two days, to hours beyond."""
    assert expected == CLOCK.distance(NOW + away)


@pytest.mark.parametrize(
    ("expected", "hours", "length"),
    [
        ("Wed 2 Dec 01:00-03:00 CET", 12, 2),
        ("Tue 1 Dec 23:00 - Wed 01:00 CET", 10, 2),
        ("Tue 1 Dec 13:00 - Tue 8 Dec 13:00 CET", 0, 7 * 24),
        ("Sun 28 Mar 01:00 CET - 04:00 CEST", 24 * 117 - 12, 2),
        ("Wed 1 Dec 2027 13:00-14:00 CET", 24 * 365, 1),
    ],
)
def test_a_span_says_as_much_as_is_needed_to_be_clear(
    expected: str, hours: int, length: int
) -> None:
    """The second day, both offsets and the year only if they differ."""
    begins = NOW + timedelta(hours=hours)

    assert expected == CLOCK.span(begins, begins + timedelta(hours=length))


def test_functions_are_shown_by_their_names() -> None:
    """An ARN fills a line; the JSON has it."""
    text = "displaces arn:aws:cloudfront::123456789012:function/shop-api at viewer-request"

    assert "displaces shop-api at viewer-request" == shorten_arns(text)


@pytest.mark.parametrize(
    "path", [r"C:\Users\ana\[page]\new page.html", r"\\server\share\page.html"]
)
def test_a_path_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Backslashes and brackets are no markup, and an error in a pipe is one line."""
    screen = Screen(is_terminal=False)
    monkeypatch.setattr("sys.stderr", screen)
    terminal = Terminal(as_json=False, out=console(), err=console(stderr=True))
    terminal.error(f"cannot read {path}: " + "no such file " * 20)

    assert [f"cannot read {path}: " + "no such file " * 20] == screen.getvalue().splitlines()


@pytest.mark.parametrize(("variable", "colored"), [("", True), ("1", False)])
def test_no_color_turns_colors_off(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    colored: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Words say all that colors say."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", variable)
    screen = Screen(is_terminal=True)
    monkeypatch.setattr("sys.stdout", screen)
    Terminal(as_json=False, out=console(), err=console()).answer(None, Text("red", style="red"))

    assert colored is ("\x1b[31m" in screen.getvalue())


@pytest.mark.parametrize(
    ("expected", "zone"),
    [
        ("Tue 1 Dec 13:00 CET, now", "Europe/Berlin"),
        ("Tue 1 Dec 13:00 CET (12:00 GMT here), now", "Europe/London"),
        ("Tue 1 Dec 13:00 CET (Wed 01:00 NZDT here), now", "Pacific/Auckland"),
    ],
)
def test_an_instant_is_also_on_the_operators_clock(expected: str, zone: str) -> None:
    """Where it differs from the site's, with the day if that is another."""
    clock = Clock(NOW, CLOCK.zone, lambda instant: instant.astimezone(ZoneInfo(zone)))

    assert expected == clock.time_and_distance(NOW)
