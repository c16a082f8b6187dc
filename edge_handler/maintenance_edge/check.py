"""
Check the package that this module lies in, before it is published.

    cd <package> && python -E -s -B -m maintenance_edge.check

It prints nothing and exits with 0 if visitors would get what the package says. Otherwise it prints
a line for each error, which names the file, the error and the remedy, and exits with 1. It reads
the package with the code that serves visitors, and measures whether that takes too long for the
edge. It also looks for markup that the policy of a site's page would block (markup.py), since that
would go unnoticed.
"""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from maintenance_edge.files import PackageError
from maintenance_edge.markup import markup_errors
from maintenance_edge.overrides import read_override
from maintenance_edge.package import OVERRIDES, read_package

# With 128 MB the function has a fourteenth of a processor (doc: Lambda Developer Guide,
# configuration-memory: 1,769 MB have one), so this takes 1.4 of its 5 seconds, and starting Python
# about as long. A usual page takes a hundredth of it, and 24 pages as large as possible a quarter.
_PROCESSOR_SECONDS = 0.1
_TOO_SLOW = (
    f"Reading the package takes more than {_PROCESSOR_SECONDS} seconds of a processor, and the "
    "edge function has a fourteenth of one: shorten page/settings.json, or the markup of the pages."
)


def package_errors(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each error of the package in `folder`; () if it is usable."""
    unusable: list[str] = []
    began = time.process_time()
    try:
        read_package(folder)
    except PackageError as error:
        unusable.append(str(error))
    if time.process_time() - began > _PROCESSOR_SECONDS:
        unusable.append(_TOO_SLOW)
    return (*unusable, *_markup_errors(folder / OVERRIDES))


def _markup_errors(overrides: Path) -> Iterator[str]:
    for file in sorted(overrides.glob("page*.html")):
        # `read_package` has named the unreadable ones.
        with contextlib.suppress(PackageError):
            yield from markup_errors(read_override(str(file)), f"page/{file.name}")


def main() -> int:
    """Print the errors of this package and return the exit status."""
    errors = package_errors(Path(__file__).parents[1])
    # UTF-8 in every environment: file names and settings may be in any script.
    sys.stdout.buffer.write("".join(f"{error}\n" for error in errors).encode())
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
