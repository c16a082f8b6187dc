"""The note protocol between runs that meet, step by step, without a network."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
from maintenance.cloudfront.plan import Intent
from maintenance.errors import StaleObservation
from maintenance.model import Mode
from maintenance.reconcile.distribution import DistributionReconciler

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    a_behavior,
    a_distribution,
    a_function,
    a_lambda,
    config_xml,
)

_SECONDS = 60


def _nothing() -> None:
    """Let the call go on."""


@dataclass
class _Cloud:
    """CloudFront and the state bucket; a hook is called once, before the write that it names."""

    xml: bytes
    etag: int = 0
    record: ReadRecord = field(
        default_factory=lambda: ReadRecord(
            empty_record(stack="site", distribution_id=DISTRIBUTION_ID), None
        )
    )
    before_update: Callable[[], object] = _nothing
    before_write: Callable[[], object] = _nothing

    def read_config(self, _id: str) -> ReadConfig:
        return ReadConfig(self.xml, str(self.etag))

    def update_config(self, _id: str, *, xml: bytes, etag: str) -> None:
        hook, self.before_update = self.before_update, _nothing
        hook()
        if etag != str(self.etag):
            raise StaleObservation("somebody else wrote the configuration")
        self.xml, self.etag = xml, self.etag + 1

    def read(self, _id: str) -> ReadRecord:
        return self.record

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        hook, self.before_write = self.before_write, _nothing
        hook()
        if over.etag != self.record.etag:
            raise StaleObservation("somebody else wrote the note")
        self.record = ReadRecord(record, str(int(self.record.etag or 0) + 1))


def test_a_run_that_spares_a_path_does_not_forget_what_another_displaces_there() -> None:
    """
    The row of a behavior that another run is just closing is carried over.

    A stack update that changes ExceptPaths makes two runs meet like this: the second reads the
    note and the configuration between the first one's note and its update.
    """
    before = config_xml(a_behavior(), a_behavior("/x", a_function()))
    cloud = _Cloud(before)
    run = DistributionReconciler(cloud, cloud)
    noted, may_update, is_done = threading.Event(), threading.Event(), threading.Event()

    def close_everything() -> None:
        run.apply(a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn))
        is_done.set()

    def hold_the_first() -> None:
        noted.set()
        may_update.wait(_SECONDS)

    def let_the_first_go_on() -> None:
        may_update.set()
        is_done.wait(_SECONDS)

    cloud.before_update = hold_the_first
    threading.Thread(target=close_everything).start()
    noted.wait(_SECONDS)
    cloud.before_write = let_the_first_go_on

    run.apply(a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, ("/x",)))
    run.apply(a_distribution(), Intent(Mode.LIVE, EDGE))

    assert before == cloud.xml


def test_a_run_that_had_to_start_over_counts_as_a_change() -> None:
    """Who wrote first may have been the run itself, if only the answer got lost."""
    cloud = _Cloud(config_xml(a_behavior()))

    def lose_the_answer() -> None:
        other = DistributionReconciler(cloud, cloud)
        other.apply(a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn))

    cloud.before_update = lose_the_answer

    outcome = DistributionReconciler(cloud, cloud).apply(
        a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn)
    )

    assert outcome.changed


@pytest.mark.parametrize(("spared", "warned"), [(0, 1), (1, 0)])
def test_more_functions_than_the_quota_are_warned_of(spared: int, warned: int) -> None:
    """A function that makes way for ours is none more; the hundredth is within the quota."""
    busy = [a_behavior(f"/{number}", a_lambda("origin-request")) for number in range(50)]
    config = config_xml(a_behavior(None, a_lambda()), *busy)
    cloud = _Cloud(config)
    except_paths = [each.path_pattern or "" for each in busy[:spared]]

    outcome = DistributionReconciler(cloud, cloud).dry_run(
        a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, except_paths)
    )

    assert warned == sum("would have 101 Lambda@Edge" in each for each in outcome.warnings)
