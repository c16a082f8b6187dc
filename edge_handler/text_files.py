# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Read a file of the package, as text or as one JSON object.

Whatever cannot be used is refused in a sentence that names the file, the fault and the remedy.
"""

from __future__ import annotations

import codecs
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SettingsError(ValueError):
    """A file of the package is unusable; the message names the file, the fault and the remedy."""


def read_text(file: str, called: str) -> str:
    """Return the text of `file`, which faults name as `called`; SettingsError if it has none."""
    try:
        with open(file, "rb") as opened:
            content = opened.read()
        # Editors that begin a file with a byte order mark mean no character of the text by it. And
        # a browser hashes a style or script with the line ends of Unix, whatever the file has.
        text = content.removeprefix(codecs.BOM_UTF8).decode()
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError as fault:
        raise SettingsError(f"{called} is missing from the package: add it.") from fault
    except UnicodeDecodeError as fault:
        raise SettingsError(
            f"{called} is not UTF-8 ({fault.reason} at byte {fault.start}): save it as UTF-8."
        ) from fault


def parse_object(text: str, called: str) -> dict[str, Any]:
    """Return the members of the JSON object that `text` is; raise SettingsError if it is none."""
    try:
        value = json.loads(text)
        # What JSON can spell but nobody could be sent: NaN, 1e999, half a character.
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise SettingsError(f"{called} is not JSON ({fault}): mend that place.") from fault
    if not isinstance(value, dict):
        raise SettingsError(f"{called} must be one JSON object: put its keys into {{ and }}.")
    return value
