"""Laws of the record of displaced functions: it reads back, and no two writes have equal bytes."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import BehaviorRecord, DisplacedRecord, State, decode, encode

from tests.properties.closing import law
from tests.properties.configurations import configurations

NAMES = st.text(min_size=1, max_size=20)
STATES = st.sampled_from(State)


@st.composite
def records(draw: st.DrawFn) -> DisplacedRecord:
    """Draw a record of all behaviors of a configuration."""
    config = read_config(draw(configurations()).xml)
    behaviors = {
        each.behavior.path_pattern: BehaviorRecord(each.lists, draw(NAMES), draw(STATES))
        for each in config.behaviors
    }
    return DisplacedRecord(draw(NAMES), draw(NAMES), MappingProxyType(behaviors))


@law
@given(records(), NAMES)
def test_a_record_reads_back_as_it_was_written(record: DisplacedRecord, write: str) -> None:
    """Byte for byte, because its lists are restored byte for byte."""
    body = encode(record, write=write)

    assert record == decode(body, stack=record.stack, distribution_id=record.distribution_id)


@law
@given(records(), st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_two_writes_of_a_record_never_have_equal_bytes(
    record: DisplacedRecord, writes: list[str]
) -> None:
    """S3's ETag is a hash of the content: equal bytes would meet each other's conditions."""
    one, other = writes

    assert encode(record, write=one) != encode(record, write=other)
