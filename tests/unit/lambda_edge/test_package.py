"""The page content of a version: its files and its description."""

from datetime import datetime, timedelta

import pytest
from maintenance.errors import ObservationError
from maintenance.lambda_edge.package import (
    PageContent,
    begins_of,
    has_own_page,
    page_files_of,
)
from maintenance.schedule.announcement import Announcement

from tests.builders import NOW

HOUR = timedelta(hours=1)
PAGE = {"page.html": b"<title>Ours</title>"}


def test_the_files_are_the_page_files_and_the_announcement() -> None:
    """In the form that the edge function reads."""
    announcement = Announcement("Zurück um vier", NOW)

    files = PageContent(PAGE, announcement).files()

    assert {"page.html", "announcement.json"} == files.keys()
    expected = '{"message": "Zurück um vier", "until": "2026-12-01T02:00Z"}'
    assert expected == files["announcement.json"].decode()


def test_the_announcement_says_when_the_edge_begins_to_close_the_site() -> None:
    """A window's start; without one there is no such member."""
    (file,) = PageContent(announcement=Announcement(until=NOW + HOUR, begins=NOW)).files().values()

    assert '{"message": null, "until": "2026-12-01T03:00Z", "from": "2026-12-01T02:00Z"}' == (
        file.decode()
    )


@pytest.mark.parametrize(
    ("content", "begins"),
    [
        (PageContent(PAGE, Announcement("Back soon", NOW + HOUR, NOW)), NOW),
        (
            PageContent(announcement=Announcement("x" * 300, begins=NOW + timedelta(seconds=7))),
            NOW + timedelta(seconds=7),
        ),
        (PageContent(PAGE, Announcement(", from 2026-12-01T02:00Z", NOW)), None),
        (PageContent(PAGE), None),
    ],
)
def test_a_description_says_when_the_edge_begins_to_close_the_site(
    content: PageContent, begins: datetime | None
) -> None:
    """It is how a run finds out what a version that is attached already does."""
    assert begins == begins_of(content.description())


def test_no_announcement_adds_no_file() -> None:
    """The same page always has the same version."""
    assert PAGE == PageContent(PAGE).files()


@pytest.mark.parametrize(
    ("content", "is_empty"),
    [
        (PageContent(), True),
        (PageContent(PAGE), False),
        (PageContent(announcement=Announcement("hello")), False),
        (PageContent(announcement=Announcement(until=NOW)), False),
    ],
)
def test_content_without_page_and_announcement_is_empty(
    content: PageContent, *, is_empty: bool
) -> None:
    """It needs no version of its own."""
    assert is_empty is content.is_empty


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (PageContent(PAGE), "The site's own page"),
        (
            PageContent(PAGE, Announcement("Back soon", NOW)),
            "The site's own page, until 2026-12-01T02:00Z: Back soon",
        ),
        (PageContent(announcement=Announcement("Back soon")), "The packaged page: Back soon"),
        (
            PageContent(PAGE, Announcement("Back soon", NOW + HOUR, NOW)),
            "The site's own page, from 2026-12-01T02:00Z, until 2026-12-01T03:00Z: Back soon",
        ),
    ],
)
def test_a_description_names_page_end_and_message(content: PageContent, description: str) -> None:
    """For people who list the versions, and for the search for the last good page."""
    assert description == content.description()
    assert has_own_page(description) is bool(content.page)


def test_a_description_is_no_longer_than_lambda_accepts() -> None:
    """Source: Lambda API Reference, PublishVersion: 256 characters."""
    room = 256 - len("The packaged page: ")
    fitting, shortened = (
        PageContent(announcement=Announcement("x" * length)).description()
        for length in (room, room + 1)
    )

    assert (256, "x") == (len(fitting), fitting[-1])
    assert (256, "…") == (len(shortened), shortened[-1])


# The last is a zip file without its end.
@pytest.mark.parametrize("package", [b"", b"<html>", b"PK\3\4" + bytes(26)])
def test_a_package_that_is_no_zip_is_refused(package: bytes) -> None:
    """For example a download that was cut short."""
    with pytest.raises(ObservationError, match="is not a zip file"):
        page_files_of(package)
