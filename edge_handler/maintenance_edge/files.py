"""Read a file of the package, as text or as one JSON object."""

from __future__ import annotations

import codecs
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PackageError(ValueError):
    """A file of the package is unusable; the message names the file, the error and the remedy."""


def read_text(file: str, label: str) -> str:
    """Return the text of `file`; raise PackageError, which calls it `label`, if it has none."""
    try:
        with open(file, "rb") as opened:
            content = opened.read()
        # A byte order mark is not part of the text. Browsers hash styles and scripts with the line
        # ends of Unix, whatever the file has.
        text = content.removeprefix(codecs.BOM_UTF8).decode()
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError as error:
        raise PackageError(f"{label} is missing from the package: add it.") from error
    except UnicodeDecodeError as error:
        raise PackageError(
            f"{label} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8."
        ) from error


def parse_object(text: str, label: str) -> dict[str, Any]:
    """Return the members of the JSON object in `text`; raise PackageError if it is not one."""
    try:
        value = json.loads(text)
        # Python reads what cannot be sent as JSON in UTF-8: NaN, 1e999, lone surrogates.
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{label} is not valid JSON ({error}): correct it there.") from error
    if not isinstance(value, dict):
        raise PackageError(f"{label} must be one JSON object: put its keys between {{ and }}.")
    return value
