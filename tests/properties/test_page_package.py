"""Laws of the package: the same content has the same bytes, and no file is lost."""

import io
import stat
import zipfile
from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from maintenance.lambda_edge.package import (
    PageContent,
    build_package,
    code_sha256,
    page_files_of,
)
from maintenance.schedule.announcement import Announcement

from tests.builders import NOW
from tests.properties.closing import law

NAMES = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,4})?", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=200), max_size=6)
ANNOUNCEMENTS = st.builds(Announcement, st.none() | st.text(), st.none() | st.just(NOW))


def a_zip(files: Mapping[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip with the files in this order, and a folder."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", compression) as archive:
        archive.mkdir("folder")
        for name, content in files.items():
            archive.writestr(name, content)
    return package.getvalue()


def shuffled(files: Mapping[str, bytes], random: Random) -> dict[str, bytes]:
    """Return the same files in another order."""
    names = list(files)
    random.shuffle(names)
    return {name: files[name] for name in names}


@law
@given(FILES, FILES, ANNOUNCEMENTS, st.randoms(use_true_random=False))
def test_the_same_content_has_the_same_bytes(
    base: dict[str, bytes], page: dict[str, bytes], announcement: Announcement, random: Random
) -> None:
    """In any order, and however the base was compressed; so it has one CodeSha256."""
    one = build_package(a_zip(base), PageContent(page, announcement))
    other = build_package(
        a_zip(shuffled(base, random), compression=zipfile.ZIP_DEFLATED),
        PageContent(shuffled(page, random), announcement),
    )

    assert one == other


@law
@given(FILES, FILES, ANNOUNCEMENTS)
def test_a_package_has_every_file(
    base: dict[str, bytes], page: dict[str, bytes], announcement: Announcement
) -> None:
    """Byte for byte: the base's as they were, the content's in overrides/."""
    package = build_package(a_zip(base), PageContent(page, announcement))

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        found = {each: archive.read(each) for each in archive.namelist()}
    own = {
        f"overrides/{name}": content
        for name, content in PageContent(page, announcement).files().items()
    }
    assert {**base, **own} == found
    assert page == page_files_of(package)


def test_the_digest_of_a_package_is_the_one_of_lambda() -> None:
    """Base64 of SHA-256, here of no bytes (doc: Lambda API Reference, CodeSha256)."""
    assert "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" == code_sha256(b"")


def test_every_user_can_read_every_file() -> None:
    """Lambda runs as a user of its own (doc: Lambda Developer Guide, deployment packages)."""
    package = build_package(a_zip({"viewer_request.py": b""}), PageContent({"page.html": b""}))

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        modes = [stat.filemode(each.external_attr >> 16) for each in archive.infolist()]
    assert ["-rw-r--r--", "-rw-r--r--"] == modes
