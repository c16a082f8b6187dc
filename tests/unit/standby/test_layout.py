"""Answers become keys that an edge can put together again, whatever has reached it."""

import base64
import gzip
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance.errors import ConfigurationError
from maintenance.standby.layout import (
    MAX_PARTS,
    VALUE_LIMIT_BYTES,
    RenderedKeys,
    is_complete,
    render_keys,
)
from maintenance.standby.rendering import Answer, Answers

HEADERS = {
    "cache-control": "no-store",
    "content-type": "text/html",
    "vary": "Accept, Accept-Language",
    "x-maintenance": "on",
}


def _answers(page: str = "<p>", problem: str = "{}\n", text: str = "Soon\n") -> dict[str, Answers]:
    answers = Answers(Answer(HEADERS, page), Answer(HEADERS, problem), Answer(HEADERS, text))
    return {"en": answers}


def _joined(rendered: RenderedKeys, kind: str) -> tuple[int, dict[str, str], str]:
    """Return the number of parts, the headers and the body, as the function reads them."""
    prefix = f"{rendered.rendering}.en.{kind}."
    number, headers, body = rendered.keys[f"{prefix}0"].split("\n", 2)
    body += "".join(rendered.keys[f"{prefix}{part}"] for part in range(1, int(number)))
    return int(number), json.loads(headers), body


def _bytes(length: int) -> str:
    """Return text that does not compress."""
    return "".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(length // 64))


def test_a_page_is_stored_compressed() -> None:
    """Base64, because values are text."""
    rendered = render_keys(_answers(page="<p>\u20ac</p>"))

    _, headers, body = _joined(rendered, "h")

    assert "gzip" == headers["content-encoding"]
    assert "<p>\u20ac</p>" == gzip.decompress(base64.b64decode(body)).decode()


def test_text_and_json_are_stored_as_they_are() -> None:
    """Programs and people without gzip read them."""
    rendered = render_keys(_answers(problem='{"a": 1}\n', text="Soon\nEnd\n"))

    assert [(1, '{"a": 1}\n'), (1, "Soon\nEnd\n")] == [
        (number, body) for number, _, body in (_joined(rendered, "j"), _joined(rendered, "t"))
    ]


def test_headers_that_the_function_sets_are_not_stored() -> None:
    """The page depends on Accept-Encoding, and the same address has to say so in every answer."""
    rendered = render_keys(_answers())

    _, headers, _ = _joined(rendered, "t")

    expected = {"content-type": "text/html", "vary": "Accept, Accept-Language, Accept-Encoding"}
    assert expected == headers


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=3))
def test_parts_fit_and_give_the_text_back(text: str) -> None:
    """No part ends within a character, whatever the text has."""
    long = text * 900

    rendered = render_keys(_answers(text=long))

    assert long == _joined(rendered, "t")[2]
    assert all(0 < len(each.encode()) <= VALUE_LIMIT_BYTES for each in rendered.keys.values())


def test_nine_parts_and_ten_are_numbered_right() -> None:
    """The number has two digits from ten parts on, and is part of the first one itself."""
    numbers = [
        _joined(render_keys(_answers(text="x" * length)), "t")[0]
        for length in range(9 * VALUE_LIMIT_BYTES - 110, 9 * VALUE_LIMIT_BYTES - 60)
    ]

    assert {9, 10} == set(numbers)


def test_every_change_makes_another_rendering() -> None:
    """Else an edge could join parts of two pages."""
    changed = [_answers(), _answers(page="x"), _answers(problem="x"), _answers(text="x")]

    assert len(changed) == len({render_keys(each).rendering for each in changed})


def test_the_same_answers_make_the_same_keys() -> None:
    """So that a run that starts over writes nothing twice."""
    assert render_keys(_answers()) == render_keys(_answers())


def test_the_order_of_languages_changes_no_key() -> None:
    """Which one is the default stands in the state."""
    one, other = _answers()["en"], _answers(text="Bald\n")["en"]

    assert render_keys({"en": one, "de": other}) == render_keys({"de": other, "en": one})


def test_the_time_is_no_part_of_a_compressed_page() -> None:
    """A page that has not changed is found in the store again (RFC 1952, MTIME)."""
    _, _, body = _joined(render_keys(_answers()), "h")

    assert bytes(4) == base64.b64decode(body)[4:8]


def test_a_rendering_is_part_of_each_key() -> None:
    """Eight characters of hexadecimal, a language, a kind and a part."""
    rendered = render_keys(_answers())

    assert {f"{rendered.rendering}.en.{kind}.0" for kind in "hjt"} == rendered.keys.keys()


def test_a_page_of_too_many_parts_is_refused() -> None:
    """Each part is a read while a visitor waits; the sentence names page, size and room."""
    with pytest.raises(ConfigurationError, match=r"page in 'en' has \d+ bytes .* 12288: shorten"):
        render_keys(_answers(page=_bytes(20_000)))


def test_text_fills_twelve_values_and_no_more() -> None:
    """The number of parts and the headers count, too."""
    first = render_keys(_answers(text="x"))
    (head,) = [value for key, value in first.keys.items() if ".t." in key]
    # A digit more, as the number of parts has two.
    most = MAX_PARTS * VALUE_LIMIT_BYTES - len(head)

    assert MAX_PARTS == _joined(render_keys(_answers(text="x" * most)), "t")[0]
    with pytest.raises(ConfigurationError, match=f"has {most + len(head) - 2} bytes as it is"):
        render_keys(_answers(text="x" * (most + 1)))


def test_a_page_of_the_most_parts_is_stored() -> None:
    """Some 25,000 bytes of markup fit."""
    rendered = render_keys(_answers(page=_bytes(15_500)))

    assert MAX_PARTS == _joined(rendered, "h")[0]


def test_a_rendering_is_complete_with_all_its_parts() -> None:
    """In each language."""
    rendered = render_keys(_answers(page=_bytes(4_000)))

    assert is_complete(rendered.keys, rendered.rendering, ("en",))
    assert not is_complete(rendered.keys, rendered.rendering, ("en", "de"))
    for missing in rendered.keys:
        keys = {key: value for key, value in rendered.keys.items() if key != missing}
        assert not is_complete(keys, rendered.rendering, ("en",))


def test_a_rendering_of_something_else_is_not_complete() -> None:
    """Somebody has edited a key."""
    rendered = render_keys(_answers())
    key = f"{rendered.rendering}.en.t.0"

    assert not is_complete({**rendered.keys, key: "x\n"}, rendered.rendering, ("en",))
