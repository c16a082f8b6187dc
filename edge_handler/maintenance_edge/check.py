"""
Check the package that this module lies in, before it is published.

    cd <package> && python -E -s -B -m maintenance_edge.check

It exits with 0 if visitors would get what the package says, and prints a line for each notice, such
as that an accent is hard to read. Otherwise it prints a line for each error, which names the file,
the error and the remedy, and exits with 1. It reads the package and renders every response with the
code that serves visitors, and measures whether that takes too long for the edge. It also looks for
what goes unnoticed: markup that the policy of a site's page would block (markup.py), logos that
browsers would not show (logo_errors.py), and the source of a template engine (template_source.py).
"""

import contextlib
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from maintenance_edge.files import PackageError
from maintenance_edge.logo_errors import logo_errors
from maintenance_edge.markup import markup_errors
from maintenance_edge.overrides import read_override
from maintenance_edge.package import OVERRIDES, read_package, read_settings
from maintenance_edge.settings import Settings, parse_site_settings
from maintenance_edge.template_source import template_errors

# With 128 MB the function has a fourteenth of a processor (doc: Lambda Developer Guide,
# configuration-memory: 1,769 MB have one), so this takes 1.4 of its 5 seconds, and starting Python
# about as long. A usual page takes a hundredth of it, and 24 pages as large as possible a quarter.
_PROCESSOR_SECONDS = 0.1
_TRIES = 3
_TOO_SLOW = (
    f"Reading the package takes more than {_PROCESSOR_SECONDS} seconds of a processor, and the "
    "edge function has a fourteenth of one: shorten page/settings.json, or the markup of the pages."
)


def package_errors(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each error of the package in `folder`; () if it is usable."""
    pages = _pages(folder / OVERRIDES)
    sources = [error for label, page in pages.items() for error in template_errors(page, label)]
    if sources:
        # The other errors would be about what the engine makes of it.
        return tuple(sources)
    settings = _settings(folder)
    found = [
        error
        for label, page in pages.items()
        if settings
        for error in markup_errors(page, label, settings)
    ]
    logos = logo_errors(settings) if settings else ()
    return (*reading_errors(folder), *found, *logos)


def _pages(overrides: Path) -> dict[str, str]:
    """Return the text of each page by its label, without those that have none."""
    pages = {}
    for file in sorted(overrides.glob("page*.html")):
        # `read_package` names the unreadable ones.
        with contextlib.suppress(PackageError):
            pages[f"page/{file.name}"] = read_override(str(file))
    return pages


def _settings(folder: Path) -> Settings | None:
    """Return the settings; those of the base if the site's, and None if both cannot be read."""
    own = folder / OVERRIDES / "settings.json"
    with contextlib.suppress(PackageError):
        with contextlib.suppress(PackageError):
            if own.exists():
                return read_settings(folder, parse_site_settings(read_override(str(own))))
        return read_settings(folder, {})
    return None


def reading_errors(
    folder: Path, processor_time: Callable[[], float] = time.process_time
) -> Iterator[str]:
    """
    Yield the error of reading the package, and that it takes too long if each of three tries does.

    A single try may be slow on a busy machine, and would refuse a page that is right.
    """
    for _ in range(_TRIES):
        # Python keeps the last expressions that it compiled.
        re.purge()
        began = processor_time()
        try:
            read_package(folder)
        except PackageError as error:
            yield str(error)
            return
        if processor_time() - began <= _PROCESSOR_SECONDS:
            return
    yield _TOO_SLOW


def package_notices(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each thing that the owner of a usable package may want to change."""
    settings = _settings(folder)
    brand = settings.brand if settings else None
    return tuple(f"page/settings.json: {notice}." for notice in brand.notices()) if brand else ()


def main() -> int:
    """Print the errors of this package, or its notices, and return the exit status."""
    folder = Path(__file__).parents[1]
    errors = package_errors(folder)
    # UTF-8 in every environment: file names and settings may be in any script.
    lines = errors or package_notices(folder)
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
