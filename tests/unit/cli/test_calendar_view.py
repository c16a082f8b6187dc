"""The coming weeks on terminals of several widths."""

from datetime import timedelta

import pytest
from maintenance.cli.windows.calendar_view import Calendar, render_windows
from maintenance.schedule.forecast import forecast

from tests.unit.cli.screens import CLOCK, NOW, lines
from tests.unit.site import SUNDAYS, Site, printed

SITE = Site(
    switch=(("2026-11-01", "off until 2026-12-07"),),
    windows=(SUNDAYS, "at(2026-12-10T20:00) for 8h in America/New_York"),
)


def screen(width: int) -> list[str]:
    """Return the lines of two weeks."""
    now = str(printed(NOW))
    coming = forecast(SITE.schedule(now), since=NOW, until=NOW + timedelta(weeks=2))
    calendar = Calendar(coming, (), (), ())
    return lines(render_windows(calendar, CLOCK, width=width), width=width)


@pytest.mark.parametrize(
    ("width", "days", "drawn"),
    [
        (80, "0   12   0   12   0   12  ", " 7 Dec ········ ········ ········ ········ ███·····"),
        (60, "0  12  0  12  0  12 ", " 7 Dec ······ ······ ······ ······ ███···"),
        (44, "0 12 0 12 0 12", " 7 Dec ···· ···· ···· ···· ██··"),
    ],
)
def test_a_day_has_as_many_characters_as_fit(width: int, days: str, drawn: str) -> None:
    """A character is three hours, four or six."""
    shown = screen(width)
    assert [] == [line for line in shown if len(line.rstrip()) > width]
    assert any(days in line for line in shown)
    assert any(drawn in line for line in shown)


def test_a_narrow_list_says_below_the_times_what_happens() -> None:
    """No time is cut off, and no word is folded into a column of a few letters."""
    shown = [line.strip() for line in screen(60)]
    at = shown.index("w1      Thu 10 Dec 20:00 - Fri 04:00 EST")

    assert ["Fri 11 Dec 01:00-09:00 UTC", "w0      Sun 13 Dec 02:00-04:00 UTC"] == [
        *shown[at + 1 : at + 3]
    ]
    assert "x ended or skipped" in shown


def test_a_wide_list_says_it_in_a_column() -> None:
    """One line for each."""
    row = "w1      Thu 10 Dec 20:00 - Fri 04:00 EST  Fri 11 Dec 01:00-09:00 UTC"
    assert row in [line.strip() for line in screen(80)]
