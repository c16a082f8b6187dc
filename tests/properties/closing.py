"""Closing and reopening a generated distribution with any engine, without a cloud."""

from copy import replace
from types import MappingProxyType

from hypothesis import settings
from hypothesis import strategies as st
from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, decode, encode
from maintenance.cloudfront.plan import Intent, Plan, plan_distribution
from maintenance.model import VIEWER_REQUEST, Association, Mode

from tests.builders import DISTRIBUTION_ID
from tests.engines import ENGINES

NO_RECORD = DisplacedRecord("site", DISTRIBUTION_ID, MappingProxyType({}))
INTENTS = {name: Intent(Mode.MAINTENANCE, *each) for name, each in ENGINES.items()}
INTENTS_TO_CLOSE = st.sampled_from(list(INTENTS.values()))

# The machine is shared, so the time of one example says nothing.
law = settings(deadline=None)


def ours(intent: Intent) -> Association:
    """Return the association that an intent attaches."""
    return Association(VIEWER_REQUEST, intent.engine.kind, intent.arn)


def plan_for(intent: Intent, xml: bytes) -> Plan:
    """Return the plan of a run for a configuration."""
    behaviors = [each.behavior for each in read_config(xml).behaviors]
    return plan_distribution(DISTRIBUTION_ID, behaviors, intent)


def close(xml: bytes, intent: Intent) -> tuple[bytes, DisplacedRecord]:
    """Return the configuration in maintenance, and the record as the next run reads it."""
    change = _change(intent, xml, NO_RECORD)
    assert change.record
    body = encode(change.record, write="once")
    return change.xml, decode(body, stack="site", distribution_id=DISTRIBUTION_ID)


def reopen(xml: bytes, record: DisplacedRecord, intent: Intent) -> Change:
    """Return the change that opens a configuration which the intent has closed."""
    return _change(replace(intent, mode=Mode.LIVE), xml, record)


def _change(intent: Intent, xml: bytes, record: DisplacedRecord) -> Change:
    read = ReadRecord(record, "R1", is_fresh=False)
    return build_change(plan_for(intent, xml), read_config(xml), read, intent, etag="E1")
