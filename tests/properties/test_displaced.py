"""Laws of the note: it says what it was told, and no two writings of it are the same."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import Note, decode, encode

from tests.hypothesis_profiles import untraced
from tests.properties.closing import law
from tests.properties.configurations import configurations

pytestmark = untraced

NAMES = st.text(min_size=1, max_size=20)


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """Draw a note with a row for each behavior of a configuration."""
    config = read_config(draw(configurations()).xml)
    rows = {each.behavior.path_pattern: each.lists for each in config.behaviors}
    return Note(draw(NAMES), draw(NAMES), MappingProxyType(rows))


@law
@given(notes(), NAMES)
def test_a_note_reads_back_as_it_was_written(note: Note, write: str) -> None:
    """Byte for byte, for what it remembers is put back byte for byte."""
    body = encode(note, write=write)

    assert note == decode(body, stack=note.stack, distribution_id=note.distribution_id)


@law
@given(notes(), st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_two_writings_of_a_note_never_have_equal_bytes(note: Note, writes: list[str]) -> None:
    """S3's ETag is a hash of the content, so a condition on it would be met by the wrong one."""
    one, other = writes

    assert encode(note, write=one) != encode(note, write=other)
