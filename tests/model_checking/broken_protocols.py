"""
The protocol with one part broken: each variant loses something, and the exploration finds it.

Except for the missing write id, each is the product's code with something between it and its ports.
"""

from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass, field
from types import MappingProxyType

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import ReadConfig, read_config
from maintenance.cloudfront.displaced import (
    BehaviorRecord,
    DisplacedRecord,
    ReadRecord,
    State,
    empty_record,
)
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import Intent
from maintenance.model import Mode
from maintenance.reporting.report import Outcome

from tests.builders import DISTRIBUTION_ID, EDGE
from tests.model_checking.replay import STACK, Ports, Variant, apply, decode_record
from tests.model_checking.world import PathPattern


@dataclass(slots=True)
class _Forwarding:
    """Forwards every call."""

    ports: Ports

    def read_config(self, distribution_id: str) -> ReadConfig:
        return self.ports.read_config(distribution_id)

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        self.ports.update_config(distribution_id, xml=xml, etag=etag)

    def read(self, distribution_id: str) -> ReadRecord:
        return self.ports.read(distribution_id)

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        return self.ports.write(record, over=over)


def _clear_after_restoring(ports: Ports, intent: Intent) -> Outcome:
    outcome = apply(ports, intent)
    if outcome.restored:
        nothing = empty_record(stack=STACK, distribution_id=DISTRIBUTION_ID)
        ports.write(nothing, over=ports.read(DISTRIBUTION_ID))
    return outcome


class _OnlyDisplaced(_Forwarding):
    """Writes no record in which nothing is displaced."""

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        if any(each.displaced(EDGE) for each in record.behaviors.values()):
            return self.ports.write(record, over=over)
        return over


class _EmptyByDefault(dict[PathPattern, BehaviorRecord]):
    """A record in which a missing behavior means that nothing was displaced."""

    def __missing__(self, _key: PathPattern) -> BehaviorRecord:
        return BehaviorRecord(AssociationLists(None, None), "-")

    def get(self, key: PathPattern, default: object = None) -> BehaviorRecord:  # noqa: ARG002 - there always is a value
        return self[key]


def _decode_with_defaults(body: bytes | None) -> DisplacedRecord:
    record = decode_record(body)
    behaviors: Mapping[PathPattern, BehaviorRecord] = MappingProxyType(
        _EmptyByDefault(record.behaviors)
    )
    return replace(record, behaviors=behaviors)


@dataclass(slots=True)
class _WithoutOwed(_Forwarding):
    """Records the lists of a behavior as they are, without what an earlier attach displaced."""

    config: ReadConfig = field(default_factory=lambda: ReadConfig(b"", ""))

    def read_config(self, distribution_id: str) -> ReadConfig:
        self.config = self.ports.read_config(distribution_id)
        return self.config

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        lists = {
            each.behavior.path_pattern: each.lists
            for each in read_config(self.config.xml).behaviors
        }
        behaviors = {
            path: replace(each, lists=lists[path]) if each.attached_to == self.config.etag else each
            for path, each in record.behaviors.items()
        }
        return self.ports.write(replace(record, behaviors=MappingProxyType(behaviors)), over=over)


class _NeverSettled(_Forwarding):
    """Takes every entry for one of the maintenance in force."""

    def read(self, distribution_id: str) -> ReadRecord:
        read = self.ports.read(distribution_id)
        behaviors = {
            path: replace(each, state=State.DISPLACED)
            for path, each in read.record.behaviors.items()
        }
        return replace(read, record=replace(read.record, behaviors=MappingProxyType(behaviors)))

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        is_mark = any(each.state is State.SETTLED for each in record.behaviors.values())
        return over if is_mark else self.ports.write(record, over=over)


class _SettledAtOnce(_Forwarding):
    """Settles an entry although the run that wrote it may be about to attach ours."""

    def read(self, distribution_id: str) -> ReadRecord:
        return replace(self.ports.read(distribution_id), is_fresh=False)


@dataclass(slots=True)
class _RecordReadOnce(_Forwarding):
    """Does not read the record again after the configuration."""

    before: ReadRecord | None = None

    def read(self, distribution_id: str) -> ReadRecord:
        self.before = self.before or self.ports.read(distribution_id)
        return self.before

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        self.before = None
        return self.ports.write(record, over=over)

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        self.before = None
        self.ports.update_config(distribution_id, xml=xml, etag=etag)


@dataclass(slots=True)
class _ConfigFirst(_Forwarding):
    """Reads the configuration before the record, and returns it afterwards."""

    early: ReadConfig | None = None

    def read(self, distribution_id: str) -> ReadRecord:
        self.early = self.early or self.ports.read_config(distribution_id)
        return self.ports.read(distribution_id)

    def read_config(self, distribution_id: str) -> ReadConfig:
        found, self.early = self.early, None
        return found or self.ports.read_config(distribution_id)


@dataclass(slots=True)
class _WithoutExcepted(_Forwarding):
    """Drops the record of excepted behaviors that are open."""

    intent: Intent
    staying_open: frozenset[PathPattern] = frozenset()

    def read_config(self, distribution_id: str) -> ReadConfig:
        read = self.ports.read_config(distribution_id)
        behaviors = [each.behavior for each in read_config(read.xml).behaviors]
        self.staying_open = frozenset(
            each.path_pattern
            for each in behaviors
            if each.path_pattern in self.intent.except_paths
            and not attached_version(each.associations, self.intent.engine)
        )
        return read

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        behaviors = {
            name: each for name, each in record.behaviors.items() if name not in self.staying_open
        }
        shorter = replace(record, behaviors=MappingProxyType(behaviors))
        return replace(self.ports.write(shorter, over=over), record=record)


class _Unconditional(_Forwarding):
    """Updates the configuration without its condition."""

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        etag = self.ports.read_config(distribution_id).etag
        self.ports.update_config(distribution_id, xml=xml, etag=etag)


def _never_open(ports: Ports, intent: Intent) -> Outcome:
    mode = Mode.UNCHANGED if intent.mode is Mode.LIVE else intent.mode
    return apply(ports, replace(intent, mode=mode))


CLEARED = Variant(apply=_clear_after_restoring)
ONLY_DISPLACED = Variant(
    apply=lambda ports, intent: apply(_OnlyDisplaced(ports), intent),
    decode_record=_decode_with_defaults,
)
NO_WRITE_ID = Variant(has_write_id=False)
RECORD_READ_LAST = Variant(apply=lambda ports, intent: apply(_ConfigFirst(ports), intent))
RECORD_READ_ONCE = Variant(apply=lambda ports, intent: apply(_RecordReadOnce(ports), intent))
WITHOUT_EXCEPTED = Variant(
    apply=lambda ports, intent: apply(_WithoutExcepted(ports, intent), intent)
)
WITHOUT_OWED = Variant(apply=lambda ports, intent: apply(_WithoutOwed(ports), intent))
NEVER_SETTLED = Variant(apply=lambda ports, intent: apply(_NeverSettled(ports), intent))
SETTLED_AT_ONCE = Variant(apply=lambda ports, intent: apply(_SettledAtOnce(ports), intent))
OPEN_SITES_UNREAD = Variant(owes=lambda _: False)
UNCONDITIONAL = Variant(apply=lambda ports, intent: apply(_Unconditional(ports), intent))
NEVER_OPENING = Variant(apply=_never_open)
# Decides by the listing alone whether arming displaces anything.
ARMING_BY_THE_LISTING = Variant(
    apply=lambda ports, intent: apply(ports, replace(intent, is_ahead=False))
)
