"""
How answers are laid out in the key-value store. Pure.

    key                                value
    --------------------------------   -------------------------------------------------------------
    <rendering>.<language>.h.<part>    the page: base64 of gzip
    <rendering>.<language>.j.<part>    the JSON for programs
    <rendering>.<language>.t.<part>    the text

All parts of an answer, joined, are the number of parts, a line of headers in JSON, and the body.
<rendering> is a hash of all that they hold, so that a reader who finds some parts of one version
and some of another never joins them: each edge gets each key when it likes.

The function reads these keys (standby_function/source.js); state.py, access.py and program.py have
the others.
"""

import base64
import gzip
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from maintenance.errors import ConfigurationError
from maintenance.standby.rendering import Answer, AnswersByLanguage

# A value has 1 KB at most (doc: CloudFront Developer Guide, cloudfront-limits).
VALUE_LIMIT_BYTES = 1_024
# Each part is a read of the store, while a visitor waits.
MAX_PARTS = 12
_HASH_CHARACTERS = 8
# Set by the function, because its own text has them too.
_SET_BY_FUNCTION = frozenset({"cache-control", "x-maintenance"})
_ANSWERS = {"h": "page", "j": "problem", "t": "text"}


class RenderedKeys(Struct, frozen=True):
    """The keys and values of one rendering, and its hash."""

    rendering: str
    keys: Mapping[str, str]


def render_keys(answers: AnswersByLanguage) -> RenderedKeys:
    """Return the keys of these answers; raise ConfigurationError if one is too large."""
    values = {
        f"{language}.{kind}.{part}": value
        for language, each in answers.items()
        for kind, name in _ANSWERS.items()
        for part, value in enumerate(_parts(getattr(each, name), f"{name} in {language!r}"))
    }
    # Over the values, not the texts: another zlib compresses the same page to other bytes.
    content = json.dumps(values, sort_keys=True).encode()
    rendering = hashlib.sha256(content).hexdigest()[:_HASH_CHARACTERS]
    return RenderedKeys(rendering, {f"{rendering}.{key}": value for key, value in values.items()})


def is_complete(keys: Mapping[str, str], rendering: str, languages: Iterable[str]) -> bool:
    """Return whether the store has all parts of a rendering, whatever is in them."""
    for language, kind in itertools.product(languages, _ANSWERS):
        prefix = f"{rendering}.{language}.{kind}."
        number = keys.get(f"{prefix}0", "").partition("\n")[0]
        if not number.isdecimal():
            return False
        if any(f"{prefix}{part}" not in keys for part in range(int(number))):
            return False
    return True


def _parts(answer: Answer, what: str) -> list[str]:
    text = _text(answer, is_compressed=what.startswith("page"))
    # Their number is part of the first one, which it makes longer.
    for number in range(1, MAX_PARTS + 1):
        parts = [*_split(f"{number}\n{text}")]
        if len(parts) == number:
            return parts
    raise ConfigurationError(
        f"the {what} has {len(text.encode())} bytes as it is stored, and the standby engine serves "
        f"{MAX_PARTS * VALUE_LIMIT_BYTES}: shorten it, or its images"
    )


def _text(answer: Answer, *, is_compressed: bool) -> str:
    headers = {
        name: value for name, value in answer.headers.items() if name not in _SET_BY_FUNCTION
    }
    # Who does not accept gzip gets the text.
    headers["vary"] = f"{headers['vary']}, Accept-Encoding"
    body = answer.body
    if is_compressed:
        headers["content-encoding"] = "gzip"
        body = base64.b64encode(gzip.compress(body.encode(), mtime=0)).decode()
    return f"{json.dumps(headers, ensure_ascii=False, separators=(',', ':'))}\n{body}"


def _split(text: str) -> Iterator[str]:
    """Yield the text in parts of as many whole characters as a value can have."""
    data = text.encode()
    while data:
        part = data[:VALUE_LIMIT_BYTES].decode(errors="ignore")
        yield part
        data = data[len(part.encode()) :]
