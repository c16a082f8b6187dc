"""A package whose files do not fit together is refused when it is loaded, file by file."""

import json
import shutil
from pathlib import Path

import pytest
from negotiation import HTML
from package_files import read_package
from page_settings import SettingsError
from viewer_request import make_responder

from sandbox.edge_response import check_generated_response
from tests.edge.builders import BROWSER, EDGE_HANDLER, NOW, a_request, settings_values

PAGE_LIMIT_BYTES = 12_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the package as it is in this repository, without a bypass."""
    copy = tmp_path / "package"
    shutil.copytree(EDGE_HANDLER, copy, ignore=shutil.ignore_patterns("bypass.json", "__pycache__"))
    return copy


def test_the_package_of_this_repository_can_be_read(folder: Path) -> None:
    """Settings and pages fit together, in English and German."""
    answers = read_package(folder).answers

    assert {"en", "de"} == {language for language, _ in answers}


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "text/plain"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_cloudfront_accepts_every_answer(folder: Path, language: str, accept: str) -> None:
    """Checked as the sandbox's edge does: headers, sizes and shapes."""
    request = a_request(headers={"Accept": accept, "Accept-Language": language})
    answer = make_responder(read_package(folder)).respond(request, NOW)

    assert () == check_generated_response("viewer-request", answer)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_is_small(folder: Path, language: str) -> None:
    """It fits into a few packets of a bad connection."""
    body = read_package(folder).answers[language, HTML]["body"]

    assert len(body.encode()) < PAGE_LIMIT_BYTES


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_asks_for_nothing_from_elsewhere(folder: Path, language: str) -> None:
    """Whatever the page linked to would be down as well."""
    body = read_package(folder).answers[language, HTML]["body"]

    assert [] == [
        link for link in ("src=", "url(", "@import", "<link", "http", "{{") if link in body
    ]


def test_without_its_file_there_is_no_bypass(folder: Path) -> None:
    """A package is closed unless somebody prepared it."""
    assert {} == read_package(folder).bypass.anchors


def test_the_bypass_takes_anchors_from_its_file_and_lifetime_from_the_settings(
    folder: Path,
) -> None:
    """One is written by a command, the other by hand."""
    (folder / "bypass.json").write_text('{"first_week": 2969, "anchors": ["' + "A" * 43 + '"]}')
    bypass = read_package(folder).bypass

    assert ({2969: bytes(32)}, 12) == (bypass.anchors, bypass.lifetime_hours)


def test_a_missing_file_is_named(folder: Path) -> None:
    """The file of a language that has texts, here."""
    (folder / "page.de.html").unlink()

    with pytest.raises(SettingsError, match=r"page\.de\.html is missing from the package: add it"):
        read_package(folder)


def test_a_page_without_texts_is_named(folder: Path) -> None:
    """A forgotten entry would leave that language's visitors with the default."""
    (folder / "page_settings.json").write_text(json.dumps(settings_values()))

    with pytest.raises(SettingsError, match=r"page\.de\.html has no 'texts'"):
        read_package(folder)


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    """Half of it would be shown as question marks."""
    (folder / "page.html").write_bytes("<p>Zurück</p>".encode("latin-1"))

    with pytest.raises(SettingsError, match=r"page\.html is not UTF-8 \(.*\): save it as UTF-8"):
        read_package(folder)
