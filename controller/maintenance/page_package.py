"""
The package of a version of MaintenancePage: the base's files, and beside them, in own/, an overlay.

The same content gives the same bytes, whatever order it comes in: names are sorted, date and mode
are fixed, and nothing is compressed, because two releases of zlib may write the same content in
different bytes. So a version is found by the CodeSha256 of its package.
"""

import base64
import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping

from maintenance.errors import ObservationError
from maintenance.overlay import ANNOUNCEMENT_FILE, Overlay

_OWN = "own/"
# The earliest that a zip can hold.
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# Lambda runs as a user of its own: everybody has to be able to read the files.
_MODE = (stat.S_IFREG | 0o644) << 16


def page_package(base: bytes, overlay: Overlay) -> bytes:
    """Return the package of `base`, a zip, with `overlay`; raise ObservationError if it is none."""
    files = _files(base)
    files |= {f"{_OWN}{name}": content for name, content in overlay.files().items()}
    return _archive(files)


def own_page(package: bytes) -> dict[str, bytes]:
    """Return the owner's page files in a package; raise ObservationError if it is no zip."""
    files = _files(package)
    own = {name.removeprefix(_OWN): files[name] for name in files if name.startswith(_OWN)}
    own.pop(ANNOUNCEMENT_FILE, None)
    return own


def code_sha256(package: bytes) -> str:
    """Return what Lambda says of a package as CodeSha256 (doc: Lambda API Reference)."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def _files(package: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return {
                each.filename: archive.read(each)
                for each in archive.infolist()
                if not each.is_dir()
            }
    except zipfile.BadZipFile as error:
        raise ObservationError(f"the edge function's package is not a zip file: {error}") from error


def _archive(files: Mapping[str, bytes]) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, files[name])
    return package.getvalue()
