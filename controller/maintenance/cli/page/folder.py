"""
Find the files that lie beside a page, by the addresses that the page writes. Pure.

`read` returns the content of a file by its path from the page's folder, None if there is none.
"""

import posixpath
import re
import urllib.parse
from collections.abc import Callable
from typing import Final

type Read = Callable[[str], bytes | None]

_SCHEME: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|\\|#)", re.IGNORECASE)


class PageFolder:
    """The files beside a page."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def find(self, url: str, folder: str = "") -> tuple[str, bytes] | None:
        """Return the path and the content of the file that `url` names in a file of `folder`."""
        path = _path(url, folder)
        content = self._read(path) if path else None
        return None if content is None else (path, content)

    def absence(self, url: str, folder: str = "") -> str:
        """Return a clause that names the file if it should lie here and does not, else ""."""
        path = _path(url, folder)
        is_missing = path and self._read(path) is None
        return f": there is no file {path} in the folder" if is_missing else ""


def _path(url: str, folder: str) -> str:
    """Return the path from the page's folder; "" if the address leads elsewhere."""
    if _SCHEME.match(url.strip()):
        return ""
    path = urllib.parse.unquote(re.split(r"[?#]", url.strip(), maxsplit=1)[0])
    found = posixpath.normpath(posixpath.join(folder, path)).lstrip("/")
    return found if path and not found.startswith("..") else ""
