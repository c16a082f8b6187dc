"""A package whose files do not fit together is refused."""

import json
import re
import shutil
from pathlib import Path

import pytest
from maintenance_edge.check import package_errors
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
    TOKEN,
    a_package,
    a_request,
    sha256,
    some_settings,
)

PAGE_LIMIT_BYTES = 14_000


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Give a copy of the package in this repository."""
    copy = tmp_path / "shipped"
    shutil.copytree(EDGE_HANDLER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a package with settings of the tests, in English and German."""
    return a_package(tmp_path / "package")


def test_the_package_of_this_repository_can_be_read(shipped: Path) -> None:
    """Settings and pages fit together."""
    package = read_package(shipped)

    assert set(package.settings.texts) == {language for language, _ in package.responses}


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "text/plain"])
def test_cloudfront_accepts_every_response(shipped: Path, accept: str) -> None:
    """The sandbox's edge checks headers, sizes and shapes, in each language."""
    responder = Responder(read_package(shipped))
    requests = [
        a_request("/closed", headers={"Accept": accept, "Accept-Language": language})
        for language in responder.languages
    ]

    assert [()] * len(requests) == [
        check_generated_response("viewer-request", responder.respond(request, NOW))
        for request in requests
    ]


def test_the_policy_blocks_nothing_in_the_default_pages(shipped: Path) -> None:
    """They pass the check for a site's pages, with style and script filled in."""
    assert {} == {
        language: errors
        for language, body in pages(shipped).items()
        if (errors := markup_errors(body, "page", some_settings()))
    }


def test_each_page_is_small(shipped: Path) -> None:
    """A slow connection loads it quickly."""
    sizes = {language: len(body.encode()) for language, body in pages(shipped).items()}

    assert {} == {name: size for name, size in sizes.items() if size >= PAGE_LIMIT_BYTES}


def test_no_default_page_loads_other_files(shipped: Path) -> None:
    """During maintenance they could be down as well."""
    kinds = ("src=", "url(", "@import", "<link", "http", "{{")
    icon = re.compile(r'<link rel="icon" href="data:[^"]*">')

    assert [] == [
        (language, kind)
        for language, body in pages(shipped).items()
        for kind in kinds
        if kind in icon.sub("", body)
    ]


def pages(package: Path) -> dict[str, str]:
    """Return the page of each language of a package, without what its settings may replace."""
    file = package / "defaults" / "settings.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**values, "texts": {}, "brand": {}, "announcement": None}))
    responses = read_package(package).responses
    return {language: body["body"] for (language, kind), body in responses.items() if kind == HTML}


def test_there_are_eight_languages(shipped: Path) -> None:
    """Each with its direction of writing."""
    directions = {
        language: body.partition('dir="')[2][:3] for language, body in pages(shipped).items()
    }

    others = dict.fromkeys(("en", "de", "fr", "es", "it", "sl", "ja"), "ltr")
    assert {**others, "ar": "rtl"} == directions


def test_without_tokens_there_is_no_bypass(folder: Path) -> None:
    """No token has been created, or the last one was revoked."""
    assert None is read_package(folder).bypass


def test_the_controller_adds_the_tokens(folder: Path) -> None:
    """The digest of each, and when it expires."""
    (folder / "overrides").mkdir()
    (folder / "overrides" / "bypass.json").write_text(json.dumps({sha256(TOKEN): int(NOW + 60)}))
    bypass = read_package(folder).bypass

    assert bypass is not None
    assert [60, 0] == [bypass.seconds_left(each, NOW) for each in (TOKEN, TOKEN[::-1])]


def test_a_thousand_tokens_fit(folder: Path) -> None:
    """The list is longer than a response may be, and part of none."""
    (folder / "overrides").mkdir()
    tokens = {sha256(str(each)): 1_800_000_000 for each in range(1_000)}
    (folder / "overrides" / "bypass.json").write_text(json.dumps(tokens))

    assert () == package_errors(folder)


@pytest.mark.parametrize(
    "tokens",
    [{"short": 1}, {sha256(TOKEN).upper(): 1}, {sha256(TOKEN): "1"}, {sha256(TOKEN): True}],
)
def test_other_tokens_are_refused(folder: Path, tokens: dict[str, object]) -> None:
    """The controller writes the file, so this is an older function than the controller's."""
    (folder / "overrides").mkdir()
    (folder / "overrides" / "bypass.json").write_text(json.dumps(tokens))

    with pytest.raises(PackageError, match=r"^bypass\.json: '\w+' is not a SHA-256 with"):
        read_package(folder)


def _page(folder: Path) -> object:
    return Responder(read_package(folder)).respond(a_request(headers={"Accept": BROWSER}), NOW)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
def test_line_ends_of_other_systems_change_no_response(folder: Path, line_end: bytes) -> None:
    """Browsers hash styles and scripts with the line ends of Unix, so the policy has to as well."""
    before = _page(folder)
    for file in (folder / "defaults").iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", line_end))

    after = _page(folder)

    assert before == after


def test_the_error_names_a_missing_file(folder: Path) -> None:
    """Here the texts of all languages."""
    (folder / "defaults" / "texts.json").unlink()

    with pytest.raises(PackageError, match=r"texts\.json is missing from the package: add it"):
        read_package(folder)


def test_the_error_names_unusable_texts(folder: Path) -> None:
    """A line break would end the text for a terminal."""
    (folder / "defaults" / "texts.json").write_text('{"en": {"title": "a\\nb"}}')

    with pytest.raises(PackageError, match=r"texts\.json must be an object with one-line texts"):
        read_package(folder)


def test_the_error_names_a_file_in_another_encoding(folder: Path) -> None:
    """Visitors would see replacement characters."""
    (folder / "defaults" / "page.html").write_bytes("<p>Zurück</p>".encode("latin-1"))

    with pytest.raises(PackageError, match=r"page\.html is not UTF-8 \(.*\): save it as UTF-8"):
        read_package(folder)
