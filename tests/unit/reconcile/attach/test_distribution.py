"""The protocol of ADR 0003 between runs that overlap, step by step, without a network."""

import threading
from collections.abc import Callable
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field

import pytest
from maintenance.cloudfront.config import ReadConfig, read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, empty_record
from maintenance.cloudfront.plan import Intent
from maintenance.errors import ApplyError, StaleObservation
from maintenance.model import VIEWER_RESPONSE, Association, Mode
from maintenance.reconcile.attach.distribution import DistributionReconciler

from tests.builders import (
    DISTRIBUTION_ID,
    EDGE,
    OURS,
    a_behavior,
    a_distribution,
    a_function,
    a_lambda,
    config_xml,
    edge_arn,
)
from tests.engines import INVENTED, invented_arn
from tests.timing import PATIENCE

CLOSE = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn)
OPEN = Intent(Mode.LIVE, EDGE)


def _do_nothing() -> None:
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
    before_update: Callable[[], object] = _do_nothing
    before_write: Callable[[], object] = _do_nothing
    before_read: Callable[[], object] = _do_nothing

    def read_config(self, _id: str) -> ReadConfig:
        hook, self.before_read = self.before_read, _do_nothing
        hook()
        return ReadConfig(self.xml, str(self.etag))

    def update_config(self, _id: str, *, xml: bytes, etag: str) -> None:
        hook, self.before_update = self.before_update, _do_nothing
        hook()
        if etag != str(self.etag):
            raise StaleObservation("the configuration has changed")
        self.xml, self.etag = xml, self.etag + 1

    def read(self, _id: str) -> ReadRecord:
        return self.record

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        hook, self.before_write = self.before_write, _do_nothing
        hook()
        if over.etag != self.record.etag:
            raise StaleObservation("the record has changed")
        self.record = ReadRecord(record, str(int(self.record.etag or 0) + 1))
        return self.record


def test_a_run_that_leaves_a_path_open_keeps_what_another_run_displaces_there() -> None:
    """
    The new record keeps the entry of a behavior that another run is just closing.

    A stack update that changes ExceptPaths makes two runs overlap like this: the second reads the
    record and the configuration after the first has written the record, and before its update.
    """
    before = config_xml(a_behavior(), a_behavior("/x", a_function()))
    cloud = _Cloud(before)
    reconciler = DistributionReconciler(cloud, cloud)
    has_recorded, may_update, is_done = threading.Event(), threading.Event(), threading.Event()

    def close_everything() -> None:
        reconciler.apply(a_distribution(), CLOSE)
        is_done.set()

    def hold_the_first_run() -> None:
        has_recorded.set()
        may_update.wait(PATIENCE)

    def release_the_first_run() -> None:
        may_update.set()
        is_done.wait(PATIENCE)

    cloud.before_update = hold_the_first_run
    threading.Thread(target=close_everything).start()
    has_recorded.wait(PATIENCE)
    cloud.before_write = release_the_first_run

    reconciler.apply(a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, ("/x",)))
    reconciler.apply(a_distribution(), OPEN)

    assert before == cloud.xml


@pytest.mark.parametrize(("is_wanted", "attached"), [(True, ()), (False, (OURS,))])
def test_a_run_that_would_arm_opens_nothing_that_an_on_has_closed_since(
    attached: tuple[Association, ...], *, is_wanted: bool
) -> None:
    """It publishes the version of the window for seconds, after it has read the switch."""
    cloud = _Cloud(config_xml(a_behavior()))
    DistributionReconciler(cloud, cloud).apply(a_distribution(), CLOSE)
    reconciler = DistributionReconciler(cloud, cloud, is_wanted=lambda: is_wanted)

    with suppress(ApplyError):
        reconciler.apply(a_distribution(), replace(CLOSE, arn=edge_arn(9), is_ahead=True))

    assert attached == _attached(cloud)


def test_an_attempt_after_a_lost_race_counts_as_a_change() -> None:
    """The other writer may be the run itself, if only the response got lost."""
    cloud = _Cloud(config_xml(a_behavior()))

    def lose_the_response() -> None:
        other = DistributionReconciler(cloud, cloud)
        other.apply(a_distribution(), CLOSE)

    cloud.before_update = lose_the_response

    outcome = DistributionReconciler(cloud, cloud).apply(a_distribution(), CLOSE)

    assert outcome.changed


@pytest.mark.parametrize(("excepted", "warnings"), [(0, 1), (1, 0)])
def test_exceeding_the_quota_of_functions_is_a_warning(excepted: int, warnings: int) -> None:
    """A displaced function does not count; the hundredth is within the quota."""
    busy = [a_behavior(f"/{number}", a_lambda("origin-request")) for number in range(50)]
    config = config_xml(a_behavior(None, a_lambda()), *busy)
    cloud = _Cloud(config)
    except_paths = [each.path_pattern or "" for each in busy[:excepted]]

    outcome = DistributionReconciler(cloud, cloud).dry_run(
        a_distribution(), Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn, except_paths)
    )

    assert warnings == sum("would have 101 Lambda@Edge" in each for each in outcome.warnings)


def test_a_continuous_deployment_policy_is_a_warning() -> None:
    """CloudFront sends part of the visitors to a distribution that stays open."""
    policy = b"<ContinuousDeploymentPolicyId>abc</ContinuousDeploymentPolicyId>"
    cloud = _Cloud(config_xml(a_behavior(), extra=policy))

    reconciler = DistributionReconciler(cloud, cloud)
    closing = reconciler.dry_run(a_distribution(), CLOSE)
    opening = reconciler.dry_run(a_distribution(), OPEN)

    assert 1 == sum("has a continuous deployment policy" in each for each in closing.warnings)
    assert () == opening.warnings


def test_another_engine_has_its_own_quota() -> None:
    """It counts functions of its own kind."""
    config = config_xml(
        a_behavior(None, a_lambda()),
        a_behavior("/a", a_function(), a_function(VIEWER_RESPONSE)),
        a_behavior("/b"),
    )
    cloud = _Cloud(config)

    outcome = DistributionReconciler(cloud, cloud).dry_run(
        a_distribution(), Intent(Mode.MAINTENANCE, INVENTED, invented_arn())
    )

    (warning,) = (each for each in outcome.warnings if "would have" in each)
    assert "would have 4 CloudFront Functions, and CloudFront refuses more than 3" in warning


def test_another_engine_closes_and_reopens_by_the_same_protocol() -> None:
    """With the record of what it displaced."""
    before = config_xml(a_behavior(None, a_lambda(), a_lambda(VIEWER_RESPONSE)))
    cloud = _Cloud(before)
    reconciler = DistributionReconciler(cloud, cloud)

    closed = reconciler.apply(a_distribution(), Intent(Mode.MAINTENANCE, INVENTED, invented_arn()))
    reopened = reconciler.apply(a_distribution(), Intent(Mode.LIVE, INVENTED))

    assert (True, True, before) == (closed.changed, reopened.changed, cloud.xml)
    assert (a_lambda(), a_lambda(VIEWER_RESPONSE)) == reopened.restored


def _reconciler(cloud: _Cloud) -> DistributionReconciler:
    return DistributionReconciler(cloud, cloud)


def _somebody_writes(cloud: _Cloud, *associations: Association) -> None:
    cloud.xml, cloud.etag = config_xml(a_behavior(None, *associations)), cloud.etag + 1


def _attached(cloud: _Cloud) -> tuple[Association, ...]:
    (behavior,) = read_config(cloud.xml).behaviors
    return behavior.lists.associations()


@pytest.mark.parametrize("sweeps", [0, 1, 2])
def test_ours_is_removed_by_hand_and_its_place_left_empty(sweeps: int) -> None:
    """The function that protected the site comes back, however often a sweep closed it again."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)
    _somebody_writes(cloud)
    for _ in range(sweeps):
        reconciler.apply(a_distribution(), CLOSE)
        _somebody_writes(cloud)

    assert reconciler.owes(DISTRIBUTION_ID)
    outcome = reconciler.apply(a_distribution(), OPEN)

    assert ((a_lambda(),), (a_lambda(),)) == (_attached(cloud), outcome.restored)
    (warning,) = outcome.warnings
    assert (
        f"{DISTRIBUTION_ID}: restored {a_lambda()}, because another party had removed the "
        "maintenance function and left the place empty"
    ) == warning
    assert not reconciler.owes(DISTRIBUTION_ID)


def test_a_function_that_was_attached_in_place_of_ours_stays() -> None:
    """It replaces the displaced one, and the run that opens the site names that once."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)
    _somebody_writes(cloud, a_function())

    outcome = reconciler.apply(a_distribution(), OPEN)

    assert ((a_function(),), (a_lambda(),)) == (_attached(cloud), outcome.not_restored)
    (warning,) = outcome.warnings
    assert (
        f"{DISTRIBUTION_ID}: did not restore {a_lambda()}, because another function has been "
        "attached in its place"
    ) == warning
    assert not reconciler.owes(DISTRIBUTION_ID)


def test_a_run_without_time_left_asks_no_record() -> None:
    """S3 may hang for many distributions, one after the other."""

    def refuse(distribution_id: str) -> None:
        raise ApplyError(f"no time left for {distribution_id}")

    cloud = _Cloud(config_xml())
    reconciler = DistributionReconciler(cloud, cloud, raise_if_late=refuse)

    with pytest.raises(ApplyError, match="no time left"):
        reconciler.owes(DISTRIBUTION_ID)


def test_an_old_configuration_of_ours_restores_nothing_after_the_maintenance() -> None:
    """What the record names was replaced, and the site stays closed until somebody decides."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)
    reconciler.apply(a_distribution(), OPEN)
    _somebody_writes(cloud, a_lambda(name="new"))
    _somebody_writes(cloud, OURS)
    written = cloud.etag

    outcome = reconciler.apply(a_distribution(), OPEN)

    assert (written, False) == (cloud.etag, outcome.changed)
    (error,) = outcome.errors
    assert "that maintenance is over" in error


def test_an_attach_between_the_two_reads_of_a_detaching_run_is_noticed() -> None:
    """It displaced something else, and the record that was read before does not know."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)

    def replace_ours_and_close_again() -> None:
        _somebody_writes(cloud, a_lambda(name="new"))
        _reconciler(cloud).apply(a_distribution(), CLOSE)

    cloud.before_read = replace_ours_and_close_again
    reconciler.apply(a_distribution(), OPEN)

    assert (a_lambda(name="new"),) == _attached(cloud)


def test_a_run_that_writes_the_record_first_settles_it() -> None:
    """The site is open, and whatever the other run has left is for the next."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)

    def write_first() -> None:
        cloud.record = replace(cloud.record, etag="99")

    cloud.before_write = write_first
    outcome = reconciler.apply(a_distribution(), OPEN)

    assert (True, (), False) == (outcome.changed, outcome.errors, outcome.is_settled)
    assert (a_lambda(),) == _attached(cloud)


def test_a_record_that_cannot_be_settled_is_an_error_of_an_open_site() -> None:
    """S3 refuses the write; the next run tries again."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)

    def refuse() -> None:
        raise ApplyError("the record was not written: AccessDenied")

    cloud.before_write = refuse
    outcome = reconciler.apply(a_distribution(), OPEN)

    assert (True, ("the record was not written: AccessDenied",)) == (
        outcome.changed,
        outcome.errors,
    )
    assert (a_lambda(),) == _attached(cloud)
    settling = reconciler.apply(a_distribution(), OPEN)
    assert (False, True, False) == (
        settling.changed,
        settling.is_settled,
        reconciler.owes(DISTRIBUTION_ID),
    )


@pytest.mark.parametrize(
    ("removes_ours", "stays"), [(False, "in maintenance"), (True, "open without them")]
)
def test_an_update_that_restores_and_is_refused_says_how_the_site_stays(
    *, removes_ours: bool, stays: str
) -> None:
    """The function may have been deleted."""
    cloud = _Cloud(config_xml(a_behavior(None, a_lambda())))
    reconciler = _reconciler(cloud)
    reconciler.apply(a_distribution(), CLOSE)
    if removes_ours:
        _somebody_writes(cloud)

    def refuse() -> None:
        raise ApplyError("CloudFront refuses it")

    cloud.before_update = refuse
    with pytest.raises(ApplyError, match=rf"It stays {stays}, .* another in its place"):
        reconciler.apply(a_distribution(), OPEN)


def test_a_distribution_that_another_run_has_just_closed_is_still_rolling_out() -> None:
    """The listing is older and says Deployed, so the site would be called closed everywhere."""
    listed = a_distribution(behaviors=(a_behavior(),))
    cloud = _Cloud(config_xml(a_behavior(None, OURS)))

    outcome = DistributionReconciler(cloud, cloud).apply(listed, CLOSE)

    assert (False, "InProgress") == (outcome.changed, outcome.status)
    assert outcome.is_listing_outdated
