"""What a version says beyond the base, and that it stays the same from second to second."""

from copy import replace
from datetime import timedelta

import pytest
from maintenance.lambda_edge.package import (
    NO_ANNOUNCEMENT,
    Announcement,
    PageContent,
    announcement_of,
    has_own_page,
)
from maintenance.model import Mode

from tests.builders import NOW, a_decision

PAGE = {"page.html": b"<title>Ours</title>"}


def test_a_decision_without_message_and_end_says_nothing() -> None:
    """A bare `on`."""
    assert NO_ANNOUNCEMENT == announcement_of(a_decision())


def test_the_end_is_in_whole_seconds() -> None:
    """SSM's instants have fractions, which no visitor reads."""
    decision = a_decision(ends_in=timedelta(minutes=5, milliseconds=700))

    assert Announcement(until=NOW + timedelta(minutes=5)) == announcement_of(decision)


@pytest.mark.parametrize(
    ("message", "line"),
    [("one\ntwo", "one two"), ("  one \t\r\n two ", "one two"), ("a\u00a0b", "a\u00a0b")],
)
def test_a_message_becomes_one_line(message: str, line: str) -> None:
    """The page has one place for it; a no-break space is part of the text."""
    said = announcement_of(replace(a_decision(Mode.MAINTENANCE), message=message))

    assert line == said.message


def test_the_files_are_the_owners_and_the_announcement() -> None:
    """As the edge function reads them."""
    said = Announcement("Zurück um vier", NOW)

    files = PageContent(PAGE, said).files()

    assert {"page.html", "announcement.json"} == files.keys()
    expected = '{"message": "Zurück um vier", "until": "2026-12-01T02:00Z"}'
    assert expected == files["announcement.json"].decode()


def test_without_an_announcement_there_is_no_file_of_it() -> None:
    """So the version of a page alone is the same whenever it is baked."""
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
def test_an_overlay_that_says_nothing_is_empty(content: PageContent, *, is_empty: bool) -> None:
    """The base needs no version for it."""
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
    ],
)
def test_a_description_says_what_it_is(content: PageContent, description: str) -> None:
    """A person who lists the versions reads it, and the search for the last good page does."""
    assert description == content.description()
    assert has_own_page(description) is bool(content.page)


def test_a_description_is_no_longer_than_lambda_takes() -> None:
    """Source: Lambda API Reference, PublishVersion: 256 characters."""
    room = 256 - len("The packaged page: ")
    fitting, longer = (
        PageContent(announcement=Announcement("x" * length)).description()
        for length in (room, room + 1)
    )

    assert (256, "x") == (len(fitting), fitting[-1])
    assert (256, "…") == (len(longer), longer[-1])
