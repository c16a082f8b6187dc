"""Closing and opening a generated distribution, step by step as a run does, without a cloud."""

from types import MappingProxyType

from hypothesis import settings
from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.displaced import DisplacedRecord, decode, encode
from maintenance.cloudfront.plan import Intent, Plan, plan_distribution
from maintenance.model import Mode

from tests.builders import DISTRIBUTION_ID, EDGE

NO_NOTE = DisplacedRecord("site", DISTRIBUTION_ID, MappingProxyType({}))

# How long one example takes says nothing here: the machine is shared.
law = settings(deadline=None)


def plan_for(mode: Mode, xml: bytes) -> Plan:
    """Return the plan that a run makes of a configuration."""
    behaviors = [each.behavior for each in read_config(xml).behaviors]
    return plan_distribution(DISTRIBUTION_ID, behaviors, _intent(mode))


def closed(xml: bytes) -> tuple[bytes, DisplacedRecord]:
    """Return the configuration in maintenance, and the note as it would be read back."""
    change = _prepare(Mode.MAINTENANCE, xml, NO_NOTE)
    assert change.record
    body = encode(change.record, write="once")
    return change.xml, decode(body, stack="site", distribution_id=DISTRIBUTION_ID)


def opened(xml: bytes, record: DisplacedRecord) -> Change:
    """Return the change that takes a configuration out of maintenance."""
    return _prepare(Mode.LIVE, xml, record)


def _prepare(mode: Mode, xml: bytes, record: DisplacedRecord) -> Change:
    return build_change(plan_for(mode, xml), read_config(xml), record, _intent(mode))


def _intent(mode: Mode) -> Intent:
    return Intent(mode, EDGE, EDGE.base_arn)
