# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Judge the package that this file lies in, before it is published.

    python -E -s -B <folder>/check_package.py

It ends with 0 and says nothing if visitors would get what the package says. Else it ends with 1 and
prints a line for each fault, which names the file, the fault and the remedy. The code that answers
visitors is the only judge; beyond it this looks for what the policy of a page of the owner's would
stop (page_markup.py), which at the edge would be too late.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from own_files import read_own_text
from package_files import read_package
from page_markup import markup_faults
from text_files import SettingsError


def package_faults(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each fault of the package in `folder`, none if it is usable."""
    unusable: list[str] = []
    try:
        read_package(folder)
    except SettingsError as fault:
        unusable.append(str(fault))
    return (*unusable, *_stopped(folder / "own"))


def _stopped(own: Path) -> Iterator[str]:
    for file in sorted(own.glob("page*.html")):
        # What cannot be read was named above.
        with contextlib.suppress(SettingsError):
            yield from markup_faults(read_own_text(str(file)), f"page/{file.name}")


def main() -> int:
    """Print the faults of this package and return the exit status."""
    faults = package_faults(Path(__file__).parent)
    # Whatever encoding the environment names: pages are in any script.
    sys.stdout.buffer.write("".join(f"{fault}\n" for fault in faults).encode())
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
