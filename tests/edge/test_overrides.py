"""Files in overrides/ replace the defaults, or are refused by the name that their owner knows."""

import json
from pathlib import Path
from typing import cast

import pytest
from maintenance_edge.event import Response
from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.package import Package, read_package
from viewer_request import Responder

from tests.edge.builders import BROWSER, NOW, TEXTS, a_package, a_request, value_of

PAGE = "<!doctype html><title>{{title}}</title><p>{{message}}</p>"


def body(package: Package, language: str, media_type: str) -> str:
    """Return the body of a response."""
    return package.responses[language, media_type]["body"]


def refusal(folder: Path) -> str:
    """Return the message of the error that reading the package in `folder` raises."""
    with pytest.raises(PackageError) as refused:
        read_package(folder)
    return str(refused.value)


def test_an_announcement_replaces_message_and_end(tmp_path: Path) -> None:
    """It also wins over settings.json, because it is what the switch says now."""
    package = read_package(
        a_package(
            tmp_path / "package",
            {
                "announcement.json": {"message": "New disks", "until": "2026-12-01T04:00:00Z"},
                "settings.json": {"announcement": "Old", "until": "2026-12-01T03:00:00Z"},
            },
        )
    )

    assert ("Gleich\nNew disks\n2026-12-01 04:00 UTC\n", "New disks", True) == (
        body(package, "de", TEXT),
        json.loads(body(package, "en", PROBLEM))["detail"],
        '<span lang="" dir="auto">New disks</span>' in body(package, "en", HTML),
    )


def test_an_announcement_says_from_when_the_site_is_closed(tmp_path: Path) -> None:
    """As Unix time, so that a request costs one comparison; without it, at once."""
    begins = {"announcement.json": {"message": "New disks", "from": "2026-12-01T03:00:30Z"}}
    ahead = read_package(a_package(tmp_path / "ahead", begins))
    at_once = read_package(a_package(tmp_path / "at-once", {"announcement.json": {"from": None}}))

    assert (1_796_094_030.0, 0.0) == (ahead.settings.begins, at_once.settings.begins)


def test_only_an_announcement_says_from_when_the_site_is_closed(tmp_path: Path) -> None:
    """In the owner's settings it would keep an emergency from closing the site."""
    settings = {"settings.json": {"from": "2026-12-01T03:00Z"}}

    assert "remove 'from', which is not a setting" in refusal(
        a_package(tmp_path / "package", settings)
    )


def test_an_empty_announcement_replaces_nothing(tmp_path: Path) -> None:
    """A switch that only says `on` leaves message and end to the settings."""
    package = read_package(
        a_package(
            tmp_path / "package",
            {
                "announcement.json": {"message": None, "until": None},
                "settings.json": {"announcement": "Old"},
            },
            until="2026-12-01T03:00:00Z",
        )
    )

    assert "Soon\nOld\n2026-12-01 03:00 UTC\n" == body(package, "en", TEXT)


def test_site_settings_replace_some_values(tmp_path: Path) -> None:
    """The others stay as they were deployed."""
    package = read_package(
        a_package(
            tmp_path / "package",
            {"settings.json": {"retry_after_seconds": 60}},
            allowed_paths=["/open"],
        )
    )

    assert (60, True) == (
        package.settings.retry_after_seconds,
        "/open" in package.settings.allowed_paths,
    )


def test_site_pages_replace_all_default_pages(tmp_path: Path) -> None:
    """The languages are those of the site's pages, or pages of two styles would mix."""
    overrides = {"page.html": PAGE + "mine", "page.fr.html": PAGE + "la mienne"}
    package = read_package(a_package(tmp_path / "package", overrides))

    assert {"en": "mine", "fr": "la mienne"} == {
        language: body(package, language, media_type).rpartition("</p>")[2]
        for language, media_type in package.responses
        if media_type == HTML
    }


def response_in(language: str, package: Package, accept: str) -> Response:
    """Return the response to a visitor who reads `language`."""
    headers = {"Accept": accept, "Accept-Language": language}
    return cast("Response", Responder(package).respond(a_request(headers=headers), NOW))


def test_a_page_may_be_in_a_language_without_texts(tmp_path: Path) -> None:
    """Other media types have the default language for its readers, and say so."""
    overrides = {"page.html": PAGE, "page.fr.html": "<p>Fermé</p>"}
    package = read_package(a_package(tmp_path / "package", overrides))
    page, text = (response_in("fr", package, accept) for accept in (BROWSER, "text/plain"))

    assert ("<p>Fermé</p>", "fr", "Soon\nMoving.\n", "en") == (
        page["body"],
        value_of(page, "content-language"),
        text["body"],
        value_of(text, "content-language"),
    )


def test_a_page_of_a_region_has_the_texts_of_its_language(tmp_path: Path) -> None:
    """In every media type, and each says which language that is."""
    overrides = {
        "settings.json": {"texts": {"en": {}, "es": {"title": "Pronto", "message": "Obras."}}},
        "page.html": PAGE,
        "page.es-MX.html": "<p>{{message}}</p>",
    }
    package = read_package(a_package(tmp_path / "package", overrides))
    page, text = (response_in("es-MX", package, accept) for accept in (BROWSER, "text/plain"))

    assert ("<p>Obras.</p>", "es-mx", "Pronto\nObras.\n", "es") == (
        page["body"],
        value_of(page, "content-language"),
        text["body"],
        value_of(text, "content-language"),
    )


def test_the_case_of_a_language_tag_does_not_count(tmp_path: Path) -> None:
    """Case 13: BCP 47 writes pt-BR, and so do owners."""
    overrides = {"page.html": PAGE, "page.pt-BR.html": "<p lang={{language}}>Fechado</p>"}
    page = response_in("pt-BR", read_package(a_package(tmp_path / "package", overrides)), BROWSER)

    assert ("<p lang=pt-br>Fechado</p>", "pt-br") == (
        page["body"],
        value_of(page, "content-language"),
    )


def test_the_default_language_comes_first_among_site_pages(tmp_path: Path) -> None:
    """Visitors who accept none of the languages get page.html."""
    overrides = {
        "page.html": "standard",
        "page.aa.html": "other",
        "settings.json": {"language": "de"},
    }
    response = response_in("fr", read_package(a_package(tmp_path / "package", overrides)), BROWSER)

    assert ("standard", "de") == (response["body"], value_of(response, "content-language"))


def test_the_default_page_speaks_each_language_that_is_served(tmp_path: Path) -> None:
    """There is one page, and a site that replaces some texts keeps the others."""
    texts = {**TEXTS, "fr": {"title": "Fermé"}}
    overrides = {"settings.json": {"language": "de", "texts": texts}}
    package = read_package(a_package(tmp_path / "package", overrides))

    assert ("Erneut versuchen", "Try again", "Réessayer") == tuple(
        body(package, language, HTML).partition('href="">')[2].partition("<")[0]
        for language in ("de", "en", "fr")
    )


def test_site_texts_select_from_the_default_pages(tmp_path: Path) -> None:
    """A site in one language has texts in one."""
    overrides = {"settings.json": {"texts": {"en": TEXTS["en"]}}}
    package = read_package(a_package(tmp_path / "package", overrides))

    assert {"en"} == {language for language, _ in package.responses}


def test_a_site_page_may_use_the_default_style_and_script(tmp_path: Path) -> None:
    """From defaults/page.css and page.js."""
    overrides = {"page.html": "<style>{{style}}</style><script>{{script}}</script>"}
    page = body(read_package(a_package(tmp_path / "package", overrides)), "en", HTML)

    assert (True, True) == ("color-scheme" in page, "retryAfter" in page)


def test_without_overrides_the_package_is_as_it_was_deployed(tmp_path: Path) -> None:
    """An empty folder changes nothing."""
    shipped = a_package(tmp_path / "shipped")
    with_folder = a_package(tmp_path / "empty")
    (with_folder / "overrides").mkdir()

    assert read_package(shipped).responses == read_package(with_folder).responses


MESSAGE = "'message' must be one line of text or null, not"


@pytest.mark.parametrize(
    ("sentence", "overrides"),
    [
        (
            "page/page.html is missing: add the page in 'en', the default language.",
            {"page.de.html": PAGE},
        ),
        (
            (
                "page/page.html and page/page.en.html are both the page in 'en', the default "
                "language: remove the second."
            ),
            {"page.html": PAGE, "page.en.html": PAGE},
        ),
        (
            (
                "page/page.html has the unknown placeholder {{mesage}}: use only "
                "{{language}}, {{dir}}, {{title}}, {{heading}}, {{message}}, {{message_html}}, "
                "{{until}}, {{until_utc}}, {{is_overdue}}, {{retry_after_seconds}}, {{version}}, "
                "{{planned_end}}, {{time_left}}, {{overdue}}, {{try_again}}, {{leave_open}}, "
                "{{checked}}, {{service_status}}, {{contact_us}}, {{name}}, {{status_url}}, "
                "{{contact}}, {{brand}}, {{links}}, {{icon}}, {{style}}, {{script}}."
            ),
            {"page.html": "{{mesage}}"},
        ),
        (
            (
                "page/page.html has 40001 bytes, and CloudFront accepts 40000 with headers: "
                "shorten it."
            ),
            {"page.html": "a" * 40_001},
        ),
        (
            "page/page.html is not UTF-8 (invalid start byte at byte 3): save it as UTF-8.",
            {"page.html": b"<p>\xfc</p>"},
        ),
        (
            "page/settings.json: remove 'titel', which is not a setting.",
            {"settings.json": '{"titel": 1}'},
        ),
        (
            (
                "page/settings.json: 'retry_after_seconds' must be a whole number from 1 to 86400, "
                "not 0."
            ),
            {"settings.json": {"retry_after_seconds": 0}},
        ),
        (
            "page/settings.json: 'texts' has no entry for the 'language' 'fr'.",
            {"page.html": PAGE, "settings.json": {"language": "fr"}},
        ),
        (
            (
                "page/settings.json: 'texts' has no message for 'pt': add it, because "
                "defaults/texts.json has no 'pt'."
            ),
            {"settings.json": {"texts": {**TEXTS, "pt": {"title": "Volto já"}}}},
        ),
        (
            (
                "defaults/page.html shows the text 'overdue', and 'texts' has none in 'pt': add it "
                "to page/settings.json."
            ),
            {"settings.json": {"texts": {**TEXTS, "pt": TEXTS["en"]}}},
        ),
        (
            (
                "page/settings.json is not valid JSON (Expecting value: line 1 column 1 (char 0)): "
                "correct it there."
            ),
            {"settings.json": "on"},
        ),
        (
            "page/settings.json must be one JSON object: put its keys between { and }.",
            {"settings.json": "[]"},
        ),
        (f'announcement.json: {MESSAGE} "a\\nb".', {"announcement.json": {"message": "a\nb"}}),
        (
            "announcement.json: remove 'end', which is not a setting.",
            {"announcement.json": {"end": None}},
        ),
        (
            (
                "page/Page.html is not a file that the function uses: remove it, or rename it "
                "to page.html, page.<language>.html, settings.json or problem.json."
            ),
            {"Page.html": PAGE},
        ),
        (
            (
                "page/page.pt-BR.html and page/page.pt-br.html are both the page in 'pt-br': "
                "remove one."
            ),
            {"page.html": PAGE, "page.pt-BR.html": PAGE, "page.pt-br.html": PAGE},
        ),
        (
            (
                "page/page.html and page/page.EN.html are both the page in 'en', the default "
                "language: remove the second."
            ),
            {"page.html": PAGE, "page.EN.html": PAGE},
        ),
    ],
)
def test_the_error_names_an_unusable_file_and_the_remedy(
    sentence: str, overrides: dict[str, object], tmp_path: Path
) -> None:
    """By the name that its owner knows, which is the one in the bucket."""
    assert sentence == refusal(a_package(tmp_path / "package", overrides))


def test_the_error_names_all_unusable_files(tmp_path: Path) -> None:
    """So that one upload corrects them all."""
    overrides = {"page.html": b"\xff", "settings.json": "{", "logo.png": b"\x89PNG"}
    sentences = refusal(a_package(tmp_path / "package", overrides))

    assert [True] * 3 == [f"page/{name}" in sentences for name in overrides]


def test_a_folder_among_the_files_is_refused(tmp_path: Path) -> None:
    """A key such as page/page.html/x makes one."""
    package = a_package(tmp_path / "package")
    (package / "overrides" / "page.html").mkdir(parents=True)

    assert "page/page.html is a folder: put only files under page/." == refusal(package)


def test_a_response_that_is_too_large_is_refused_by_its_file(tmp_path: Path) -> None:
    """The page alone is small enough; with its headers it is not."""
    overrides = {"page.html": "{{message}}" + "a" * 39_000}
    sentence = refusal(a_package(tmp_path / "package", overrides))

    assert "The response made from page/page.html can have 41" in sentence


def test_the_size_of_a_message_counts_as_it_is_in_the_page(tmp_path: Path) -> None:
    """In UTF-8 and escaped; the message alone is short."""
    overrides = {"announcement.json": {"message": "&" * 8_000}}

    assert "The response made from defaults/page.html can have" in refusal(
        a_package(tmp_path / "package", overrides)
    )


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    overrides = {
        "page.html": b"\xef\xbb\xbf<p>",
        "settings.json": b'\xef\xbb\xbf{"retry_after_seconds": 60}',
    }
    package = read_package(a_package(tmp_path / "package", overrides))

    assert ("<p>", 60) == (body(package, "en", HTML), package.settings.retry_after_seconds)
