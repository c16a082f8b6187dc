"""Laws of the note: it says what it was told, and no two writings of it are the same."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import DisplacedRecord, decode, encode

from tests.hypothesis_profiles import untraced
from tests.properties.closing import law
from tests.properties.configurations import configurations

pytestmark = untraced

NAMES = st.text(min_size=1, max_size=20)


@st.composite
def records(draw: st.DrawFn) -> DisplacedRecord:
    """Draw a note with a row for each behavior of a configuration."""
    config = read_config(draw(configurations()).xml)
    lists_by_path = {each.behavior.path_pattern: each.lists for each in config.behaviors}
    return DisplacedRecord(draw(NAMES), draw(NAMES), MappingProxyType(lists_by_path))


@law
@given(records(), NAMES)
def test_a_note_reads_back_as_it_was_written(record: DisplacedRecord, write: str) -> None:
    """Byte for byte, for what it remembers is put back byte for byte."""
    body = encode(record, write=write)

    assert record == decode(body, stack=record.stack, distribution_id=record.distribution_id)


@law
@given(records(), st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_two_writings_of_a_note_never_have_equal_bytes(
    record: DisplacedRecord, writes: list[str]
) -> None:
    """S3's ETag is a hash of the content, so a condition on it would be met by the wrong one."""
    one, other = writes

    assert encode(record, write=one) != encode(record, write=other)
