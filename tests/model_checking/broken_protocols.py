"""
The protocol with one part broken: each variant loses something, and the exploration finds it.

Except for the missing write id, each is the product's code with something between it and its ports.
"""

from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass
from types import MappingProxyType

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import ReadConfig, read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
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

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        self.ports.write(record, over=over)


def _clear_after_restoring(ports: Ports, intent: Intent) -> Outcome:
    outcome = apply(ports, intent)
    if outcome.restored:
        nothing = empty_record(stack=STACK, distribution_id=DISTRIBUTION_ID)
        ports.write(nothing, over=ports.read(DISTRIBUTION_ID))
    return outcome


class _OnlyDisplaced(_Forwarding):
    """Writes no record in which nothing is displaced."""

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        if any(
            EDGE.conflicts(one)
            for lists in record.lists_by_path.values()
            for one in lists.associations()
        ):
            self.ports.write(record, over=over)


class _EmptyByDefault(dict[PathPattern, AssociationLists]):
    """A record in which a missing behavior means that nothing was displaced."""

    def get(self, key: PathPattern, default: object = None) -> AssociationLists:  # noqa: ARG002 - there always is a value
        return self[key] if key in self else AssociationLists(None, None)


def _decode_with_defaults(body: bytes | None) -> DisplacedRecord:
    record = decode_record(body)
    lists_by_path: Mapping[PathPattern, AssociationLists] = MappingProxyType(
        _EmptyByDefault(record.lists_by_path)
    )
    return replace(record, lists_by_path=lists_by_path)


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

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        lists_by_path = {
            name: lists
            for name, lists in record.lists_by_path.items()
            if name not in self.staying_open
        }
        self.ports.write(replace(record, lists_by_path=MappingProxyType(lists_by_path)), over=over)


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
WITHOUT_EXCEPTED = Variant(
    apply=lambda ports, intent: apply(_WithoutExcepted(ports, intent), intent)
)
UNCONDITIONAL = Variant(apply=lambda ports, intent: apply(_Unconditional(ports), intent))
NEVER_OPENING = Variant(apply=_never_open)
