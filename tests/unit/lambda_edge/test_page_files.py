"""Objects under page/ are judged by their listing: by name, number and size."""

import pytest
from maintenance.lambda_edge.page_files import page_refusal, page_sizes, pages_without_message

_NOT_PART = (
    "cannot be part of a page: remove what is not page.html, page.<language>.html, settings.json "
    "or problem.json, directly under page/."
)
_LANGUAGES = [f"page.{first}{second}.html" for first in "abcd" for second in "abcdefghij"]


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"page.html": 40_000, "page.pt-br.html": 1, "settings.json": 1, "problem.json": 1},
        {"page.html": 1, "page.pt-BR.html": 1, "page.zh-Hant.html": 1},
        {"page.html": 1_000_000},
        dict.fromkeys(_LANGUAGES, 25_000),
    ],
    ids=["no page", "every kind", "upper case", "one megabyte", "forty files"],
)
def test_what_an_answer_is_made_of_is_read(sizes: dict[str, int]) -> None:
    """Up to forty files and one megabyte in all; the edge function judges their contents."""
    assert page_refusal(sizes) is None


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (["page.html", "logo.svg"], f"page/logo.svg {_NOT_PART}"),
        (["assets/"], f"page/assets/ {_NOT_PART}"),
        (["announcement.json"], f"page/announcement.json {_NOT_PART}"),
        (["page.html.bak", "xpage.html"], f"page/page.html.bak, page/xpage.html {_NOT_PART}"),
        (["a", "b", "c"], f"page/a, page/b, page/c {_NOT_PART}"),
        (["a", "b", "c", "d"], f"page/a, page/b, page/c and others {_NOT_PART}"),
        (
            ["Page.pt-BR.html", "Settings.json"],
            (
                "names are in lower case: rename page/Page.pt-BR.html to page/page.pt-br.html, "
                "page/Settings.json to page/settings.json."
            ),
        ),
        (
            ["PAGE.HTML", "logo.svg"],
            (
                "names are in lower case: rename page/PAGE.HTML to page/page.html. "
                f"page/logo.svg {_NOT_PART}"
            ),
        ),
    ],
)
def test_other_names_are_refused_in_one_short_error(names: list[str], error: str) -> None:
    """With the remedy, however many there are."""
    assert error == page_refusal(dict.fromkeys(names, 1))


def test_more_than_forty_files_are_refused() -> None:
    """Each costs a call before the site closes."""
    sizes = dict.fromkeys(["page.html", *_LANGUAGES], 1)

    error = "page/ has 41 files, and at most 40 are read: remove some."
    assert error == page_refusal(sizes)


def test_more_than_one_megabyte_is_refused() -> None:
    """The error names the file to shorten."""
    sizes = {"page.html": 250_000, "page.de.html": 500_001, "page.fr.html": 250_000}

    error = (
        "the files under page/ have 1000001 bytes, and at most 1000000 are read: shorten "
        "page/page.de.html, which has 500001."
    )
    assert error == page_refusal(sizes)


def test_the_page_is_what_lies_directly_under_its_prefix() -> None:
    """Folders count once, whatever they hold; what only begins alike is another's."""
    objects = {
        "page-bypass.json": 1,
        "page.html": 2,
        "page/": 0,
        "page/page.html": 3,
        "page/assets/a.png": 4,
        "page/assets/b/c.png": 5,
        "page/page-bypass.json": 6,
        "pages/page.html": 7,
    }

    assert {"page.html": 3, "assets/": 0, "page-bypass.json": 6} == page_sizes(objects)


def test_pages_without_the_placeholder_show_no_message() -> None:
    """Of the pages alone; the other files have no message to show."""
    files = {
        "page.html": b"<p>Back soon</p>",
        "page.de.html": b"<p>{{message}}</p>",
        "page.fr.html": b"{{message_html}}",
        "settings.json": b"{}",
    }

    assert ("page.html",) == pages_without_message(files)
