"""
The protocol made weaker, one part at a time: each form loses something, and the explorer finds it.

All but the missing nonce are the project's own code with something between it and its ports.
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
from tests.model_checking.replay import STACK, Form, Ports, apply, decoded
from tests.model_checking.world import PathPattern


@dataclass(slots=True)
class _Through:
    """Passes every call on."""

    ports: Ports

    def read_config(self, distribution_id: str) -> ReadConfig:
        return self.ports.read_config(distribution_id)

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        self.ports.update_config(distribution_id, xml=xml, etag=etag)

    def read(self, distribution_id: str) -> ReadRecord:
        return self.ports.read(distribution_id)

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        self.ports.write(record, over=over)


def _clearing(ports: Ports, intent: Intent) -> Outcome:
    outcome = apply(ports, intent)
    if outcome.restored:
        nothing = empty_record(stack=STACK, distribution_id=DISTRIBUTION_ID)
        ports.write(nothing, over=ports.read(DISTRIBUTION_ID))
    return outcome


class _OnlyStrangers(_Through):
    """Leaves out the writing of a note in which nothing is displaced."""

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        if any(
            EDGE.conflicts(one)
            for row in record.lists_by_path.values()
            for one in row.associations()
        ):
            self.ports.write(record, over=over)


class _NothingWasThere(dict[PathPattern, AssociationLists]):
    """Rows of which a missing one means that nothing was displaced."""

    def get(self, key: PathPattern, default: object = None) -> AssociationLists:  # noqa: ARG002 - there always is an answer
        return self[key] if key in self else AssociationLists(None, None)


def _decoded_without_strangers(body: bytes | None) -> DisplacedRecord:
    record = decoded(body)
    lists_by_path: Mapping[PathPattern, AssociationLists] = MappingProxyType(
        _NothingWasThere(record.lists_by_path)
    )
    return replace(record, lists_by_path=lists_by_path)


@dataclass(slots=True)
class _ConfigFirst(_Through):
    """Reads the configuration whenever the note is read, and hands it out afterwards."""

    early: ReadConfig | None = None

    def read(self, distribution_id: str) -> ReadRecord:
        self.early = self.early or self.ports.read_config(distribution_id)
        return self.ports.read(distribution_id)

    def read_config(self, distribution_id: str) -> ReadConfig:
        found, self.early = self.early, None
        return found or self.ports.read_config(distribution_id)


@dataclass(slots=True)
class _OnlyAttached(_Through):
    """Leaves out the rows of behaviors that are to stay open."""

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
            name: row for name, row in record.lists_by_path.items() if name not in self.staying_open
        }
        self.ports.write(replace(record, lists_by_path=MappingProxyType(lists_by_path)), over=over)


class _Unconditional(_Through):
    """Updates whatever configuration is there by now."""

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        etag = self.ports.read_config(distribution_id).etag
        self.ports.update_config(distribution_id, xml=xml, etag=etag)


def _never_opening(ports: Ports, intent: Intent) -> Outcome:
    mode = Mode.UNCHANGED if intent.mode is Mode.LIVE else intent.mode
    return apply(ports, replace(intent, mode=mode))


CLEARED = Form(apply=_clearing)
ONLY_STRANGERS = Form(
    apply=lambda ports, intent: apply(_OnlyStrangers(ports), intent),
    decoded=_decoded_without_strangers,
)
NO_NONCE = Form(has_nonce=False)
NOTE_LAST = Form(apply=lambda ports, intent: apply(_ConfigFirst(ports), intent))
ONLY_ATTACHED = Form(apply=lambda ports, intent: apply(_OnlyAttached(ports, intent), intent))
UNCONDITIONAL = Form(apply=lambda ports, intent: apply(_Unconditional(ports), intent))
NEVER_OPENING = Form(apply=_never_opening)
