"""Read a page or a file beside it as text, whatever encoding it has. Pure."""

import codecs
import re

# The mark of UTF-32 begins with that of UTF-16, but browsers know no UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Browsers look for it in the first 1,024 bytes (HTML Standard, section 13.2.3.2).
_PRESCAN = 1_024
_CHARSET = re.compile(r"""(<meta\b[^>]*\bcharset\s*=\s*["']?)([\w:.-]+)""", re.IGNORECASE)
# Browsers read these as windows-1252 (WHATWG, Encoding, section 4.2).
_WESTERN = "windows-1252"
_NAMES = {"iso-8859-1": _WESTERN, "latin1": _WESTERN, "ascii": _WESTERN, "us-ascii": _WESTERN}


def decode_page(content: bytes) -> tuple[str, tuple[str, ...]]:
    """
    Return the text of a page with line ends of Unix, and the step that made it UTF-8.

    A byte order mark or <meta charset> names the encoding. Bytes in none that is known stay, as
    surrogates, and the check refuses them.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content.removeprefix(mark).decode(encoding, errors="surrogateescape")
            return _converted(text, "" if encoding == "utf-8" else encoding)
    text = content.decode(errors="surrogateescape")
    declared = _CHARSET.search(text[:_PRESCAN])
    name = declared[2].lower() if declared else ""
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return _converted(content.decode(_NAMES.get(name, name)), name)
        except (LookupError, UnicodeDecodeError):
            return text, ()
    return _converted(text, "")


def decode_file(content: bytes) -> str:
    """Return the text of a style sheet or script, which is UTF-8 or, failing that, windows-1252."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode(_WESTERN, errors="replace")
    return _with_unix_line_ends(text)


def _converted(text: str, encoding: str) -> tuple[str, tuple[str, ...]]:
    text = _with_unix_line_ends(text)
    if not encoding:
        return text, ()
    beginning = _CHARSET.sub(r"\g<1>utf-8", text[:_PRESCAN], count=1)
    return f"{beginning}{text[_PRESCAN:]}", (f"converted from {encoding} to UTF-8",)


def _with_unix_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
