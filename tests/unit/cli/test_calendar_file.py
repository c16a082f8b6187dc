"""The calendar file, read by an independent library."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from maintenance.cli.windows.calendar_file import CalendarFile
from maintenance.schedule.forecast import forecast

from tests.hypothesis_profiles import examples
from tests.unit.site import SUNDAYS, Site, instant

NOW = "2026-12-01"


def file_of(site: Site, *, now: str = NOW, days: int = 14) -> str:
    """Return the calendar file of a site for some days."""
    schedule = site.schedule(now)
    since = instant(now)
    coming = forecast(schedule, since=since, until=since + timedelta(days=days))
    return CalendarFile(coming, "shop", since).text()


def events_of(text: str) -> list[Any]:
    """Return the events of a file, as the library reads them."""
    calendar = Calendar.from_ical(text)
    assert not calendar.errors
    assert ("2.0", "PUBLISH") == (calendar["VERSION"], calendar["METHOD"])
    return list(calendar.walk("VEVENT"))


def test_each_occurrence_is_an_event_in_utc() -> None:
    """With the message of its window."""
    [first, second] = events_of(file_of(Site(windows=[f"{SUNDAYS}: Back; soon, \\o/"])))

    assert (instant("2026-12-06T02:00"), instant("2026-12-06T04:00")) == (first.start, first.end)
    assert ("Maintenance of shop: w0", "CONFIRMED") == (first["SUMMARY"], first["STATUS"])
    assert "Back; soon, \\o/" == first["DESCRIPTION"]
    assert "windows/w0/20261206T020000Z@shop" == first["UID"]
    assert instant("2026-12-13T02:00") == second.start
    assert [] == first.errors + second.errors


def test_a_skipped_occurrence_is_cancelled_under_the_same_uid() -> None:
    """A calendar that has the earlier file takes the event out."""
    before = events_of(file_of(Site(windows=[SUNDAYS])))
    skips = {"w0": (NOW, "until 2026-12-06T04:00")}
    after = events_of(file_of(Site(windows=[SUNDAYS], skips=skips)))

    assert [each["UID"] for each in before] == [each["UID"] for each in after]
    assert ["CANCELLED", "CONFIRMED"] == [each["STATUS"] for each in after]


def test_the_switch_is_an_event_if_its_end_is_known() -> None:
    """An on without an end has none to show."""
    [event] = events_of(file_of(Site(switch=[(NOW, "on for 2h")])))

    assert (instant("2026-12-01T00:00"), instant("2026-12-01T02:00")) == (event.start, event.end)
    assert [] == events_of(file_of(Site(switch=[(NOW, "on")])))


@examples(100)
@given(message=st.text(min_size=1, max_size=200).map(str.strip).filter(bool))
def test_any_message_survives_and_no_line_is_too_long(message: str) -> None:
    """Folded between characters, and escaped."""
    text = file_of(Site(windows=[f"{SUNDAYS}: {message}"]), days=7)

    assert all(len(line.encode(errors="replace")) <= 75 for line in text.split("\r\n"))
    assert text.endswith("\r\n")
    [event] = events_of(text)
    assert visible(message) == visible(str(event["DESCRIPTION"]))


def visible(text: str) -> str:
    """Return the text without what terminals act on, and without the mark in its place."""
    return "".join(
        each for each in text if each.isprintable() and each != "\N{REPLACEMENT CHARACTER}"
    )
