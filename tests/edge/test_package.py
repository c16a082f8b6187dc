"""A package whose files do not fit together is refused when it is loaded, file by file."""

import json
import shutil
from pathlib import Path

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.markup import markup_errors
from maintenance_edge.negotiation import HTML
from maintenance_edge.package import read_package
from viewer_request import Responder

from sandbox.edge.lambda_responses import check_generated_response
from tests.edge.builders import (
    BROWSER,
    EDGE_HANDLER,
    NOW,
    TEXTS,
    a_package,
    a_request,
    settings_values,
)

PAGE_LIMIT_BYTES = 12_000


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Give a copy of the package as it is in this repository."""
    copy = tmp_path / "shipped"
    shutil.copytree(EDGE_HANDLER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a package with settings of the tests, in English and German, without a bypass."""
    return a_package(tmp_path / "package")


def test_the_package_of_this_repository_can_be_read(shipped: Path) -> None:
    """Settings, pages and bypass fit together, so that no visitor meets a fault of them."""
    package = read_package(shipped)

    assert set(package.settings.texts) == {language for language, _ in package.responses}


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "text/plain"])
def test_cloudfront_accepts_every_answer(shipped: Path, accept: str) -> None:
    """Checked as the sandbox's edge does: headers, sizes and shapes, in each language."""
    responder = Responder(read_package(shipped))
    requests = [
        a_request("/closed", headers={"Accept": accept, "Accept-Language": language})
        for language in responder.languages
    ]

    assert [()] * len(requests) == [
        check_generated_response("viewer-request", responder.respond(request, NOW))
        for request in requests
    ]


def test_no_policy_stops_anything_of_a_page(shipped: Path) -> None:
    """What is asked of the pages of a site's owner holds for ours, with style and script in."""
    assert {} == {
        language: errors
        for language, body in pages(shipped).items()
        if (errors := markup_errors(body, "page"))
    }


def test_each_page_is_small(shipped: Path) -> None:
    """It fits into a few packets of a bad connection."""
    sizes = {language: len(body.encode()) for language, body in pages(shipped).items()}

    assert {} == {name: size for name, size in sizes.items() if size >= PAGE_LIMIT_BYTES}


def test_no_page_asks_for_anything_from_elsewhere(shipped: Path) -> None:
    """Whatever a page linked to would be down as well."""
    kinds = ("src=", "url(", "@import", "<link", "http", "{{")

    assert [] == [
        (language, kind)
        for language, body in pages(shipped).items()
        for kind in kinds
        if kind in body
    ]


def pages(package: Path) -> dict[str, str]:
    """Return the page of each language of a package, with a text that is short and ours."""
    file = package / "defaults" / "settings.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    texts = dict.fromkeys(values["texts"], TEXTS["en"])
    file.write_text(json.dumps({**values, "texts": texts, "announcement": None}))
    answers = read_package(package).responses
    return {language: answers[language, HTML]["body"] for language in texts}


def test_without_its_file_there_is_no_bypass(folder: Path) -> None:
    """A package is closed unless somebody prepared it."""
    assert None is read_package(folder).bypass


def test_the_bypass_takes_anchors_from_its_file_and_lifetime_from_the_settings(
    folder: Path,
) -> None:
    """One is written by a command, the other by hand."""
    (folder / "bypass.json").write_text('{"first_week": 2969, "anchors": ["' + "A" * 43 + '"]}')
    bypass = read_package(folder).bypass

    assert bypass is not None
    assert ({2969: bytes(32)}, 12) == (bypass.anchors, bypass.lifetime_hours)


def _page(folder: Path) -> object:
    return Responder(read_package(folder)).respond(a_request(headers={"Accept": BROWSER}), NOW)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
def test_line_ends_of_other_systems_change_no_answer(folder: Path, line_end: bytes) -> None:
    """A browser hashes styles and scripts with those of Unix, so the policy has to as well."""
    before = _page(folder)
    for file in (folder / "defaults").iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", line_end))

    after = _page(folder)

    assert before == after


def test_a_missing_file_is_named(folder: Path) -> None:
    """The file of a language that has texts, here."""
    (folder / "defaults" / "page.de.html").unlink()

    with pytest.raises(PackageError, match=r"page\.de\.html is missing from the package: add it"):
        read_package(folder)


def test_a_page_without_texts_is_named(folder: Path) -> None:
    """A forgotten entry would leave that language's visitors with the default."""
    (folder / "defaults" / "settings.json").write_text(json.dumps(settings_values()))

    with pytest.raises(PackageError, match=r"page\.de\.html has no 'texts'"):
        read_package(folder)


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    """Half of it would be shown as question marks."""
    (folder / "defaults" / "page.html").write_bytes("<p>Zurück</p>".encode("latin-1"))

    with pytest.raises(PackageError, match=r"page\.html is not UTF-8 \(.*\): save it as UTF-8"):
        read_package(folder)
