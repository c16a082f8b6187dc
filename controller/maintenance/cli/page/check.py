"""Check a page without AWS: by the edge function's own code, with the packaged settings."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from maintenance_edge.check import package_errors, package_notices

from maintenance.cli.resources import EDGE_HANDLER


def page_errors(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return a sentence for each error of the page files; () if visitors could get them."""
    with package_folder(files) as folder:
        return package_errors(folder)


def page_notices(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return a sentence for what works, and the owner may not have meant."""
    with package_folder(files) as folder:
        found = package_notices(folder)
    pages = {name: content for name, content in files.items() if name.endswith(".html")}
    return (
        *found,
        *(
            notice
            for name, content in sorted(pages.items())
            for notice in _notices(name, content.decode(errors="replace"))
        ),
    )


def _notices(name: str, page: str) -> Iterator[str]:
    if "{{message" not in page:
        yield f"{name} does not show the message of `on`: write {{{{message}}}} where it belongs."
    if "{{script}}" not in page:
        yield (
            f"{name} does not return to the site by itself: add <script>{{{{script}}}}</script> "
            "before </body>."
        )


@contextmanager
def package_folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Give a temporary folder with the files of a package that make what visitors get."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(EDGE_HANDLER / "defaults", folder / "defaults")
        (folder / "overrides").mkdir()
        for file, content in files.items():
            (folder / "overrides" / file).write_bytes(content)
        yield folder
