"""A page is read from a file or a folder, as it would be uploaded."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from maintenance.cli.page.source import announced, default_source, read_source
from maintenance.errors import ConfigurationError

from tests.builders import NOW

PAGE = "<!doctype html><p>{{message}}</p>"


def a_folder(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, and return their folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_a_folder_has_the_files_of_a_page(tmp_path: Path) -> None:
    """Other files are what pages load, and are not uploaded."""
    folder = a_folder(
        tmp_path,
        {
            "page.html": PAGE,
            "page.pt-BR.html": "<p>",
            "problem.json": "{}",
            "logo.png": b"PNG",
            "notes.txt": "",
        },
    )

    source = read_source(folder)

    assert ({"page.html", "page.pt-BR.html", "problem.json"}, ()) == (
        set(source.files),
        source.steps,
    )


@pytest.mark.parametrize("name", [".", "503.html"])
def test_a_page_of_another_name_becomes_page_html(tmp_path: Path, name: str) -> None:
    """As frameworks call it; named itself, or by its folder."""
    a_folder(tmp_path, {"503.html": "<img src=a.png>", "a.png": b"PNG"})

    source = read_source(tmp_path / name)

    assert (
        {"page.html": b'<img src="data:image/png;base64,UE5H">'},
        ("page.html: made of 503.html", "page.html: put a.png into it (3 bytes)"),
    ) == (source.files, source.steps)


def test_a_file_may_be_one_of_several(tmp_path: Path) -> None:
    """Only that one is uploaded then."""
    a_folder(tmp_path, {"page.html": PAGE, "page.de.html": "<p>", "settings.json": "{}"})

    assert {"page.de.html"} == set(read_source(tmp_path / "page.de.html").files)


def test_settings_alone_make_a_page(tmp_path: Path) -> None:
    """They change the packaged one."""
    source = read_source(a_folder(tmp_path, {"settings.json": "{}", "logo.png": b"PNG"}))

    assert {"settings.json": b"{}"} == source.files


@pytest.mark.parametrize("settings", ['{"allowed_paths": ["/assets/*"]}', "{", b"\xff"])
def test_a_page_is_prepared_with_the_settings_beside_it(
    tmp_path: Path, settings: str | bytes
) -> None:
    """What they keep open stays as it is; the check names what is wrong with them."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.png").write_bytes(b"PNG")
    a_folder(tmp_path, {"page.html": "<img src='/assets/a.png'>", "settings.json": settings})

    page = read_source(tmp_path).files["page.html"].decode()

    is_open = isinstance(settings, str) and len(settings) > 1
    assert is_open == ("/assets/a.png" in page)


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    """A page of someone else must not carry files of the operator's machine."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    page = "<img src=../secret.png><img src=/../secret.png><img src=link.png>"
    a_folder(folder, {"page.html": page})

    assert b"data:" not in read_source(folder).files["page.html"]


def test_a_name_that_no_file_can_have_is_no_file(tmp_path: Path) -> None:
    """The check says what is wrong with the address; and a later version of it is compared."""
    page = f"<img src=a%00b.png><img src={'a' * 5_000}.png>"
    source = read_source(a_folder(tmp_path, {"page.html": page}))

    assert (page.encode(), True, None) == (
        source.files["page.html"],
        bool(source.version()),
        source.read("a\0b.png"),
    )


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ("missing cannot be read: No such file or directory", "missing"),
        ("logo.png is not a page: name an .html file, settings.json, problem.json", "logo.png"),
        (" has no page.html: add it, or name the file", "empty"),
        (" has no page.html, and several other pages: name the file", "several"),
        (" bytes, and at most 1000000 are read: shorten page/page.html", "large"),
    ],
)
def test_what_is_no_page_is_refused(tmp_path: Path, error: str, name: str) -> None:
    """In one sentence with the remedy."""
    for folder in ("empty", "several", "large"):
        (tmp_path / folder).mkdir()
    a_folder(tmp_path, {"logo.png": b"PNG"})
    a_folder(tmp_path / "several", {"index.html": PAGE, "404.html": PAGE})
    a_folder(tmp_path / "large", {"page.html": b" " * 1_000_001})

    with pytest.raises(ConfigurationError, match=error.replace(".", r"\.")):
        read_source(tmp_path / name)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that exists and cannot be read")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Its owner may be another, or it was just deleted."""
    (tmp_path / "page.html").symlink_to("/proc/self/mem")

    with pytest.raises(ConfigurationError, match=r"page\.html cannot be read: Input/output error"):
        read_source(tmp_path)


def test_a_page_may_be_announced_as_a_switch_would(tmp_path: Path) -> None:
    """For the preview."""
    source = announced(read_source(a_folder(tmp_path, {"page.html": PAGE})), "New disks", NOW)

    assert {"message": "New disks", "until": "2026-12-01T02:00Z"} == json.loads(
        source.files["announcement.json"]
    )


def test_the_packaged_page_has_no_files_of_its_own() -> None:
    """It is what a site without a page shows."""
    assert {} == announced(default_source(), None, None).files


def test_the_version_changes_with_each_file_that_a_page_depends_on(tmp_path: Path) -> None:
    """Also with one that was missing; the preview then reads the page again."""
    (tmp_path / "img").mkdir()
    source = read_source(a_folder(tmp_path, {"page.html": "<img src=img/a.png>"}))
    versions = [source.version()]
    (tmp_path / "img" / "a.png").write_bytes(b"PNG")
    versions.append(source.version())
    a_folder(tmp_path, {"page.html": "<p>"})
    versions.append(source.version())

    assert 3 == len(set(versions))
    assert versions[-1] == source.version()
