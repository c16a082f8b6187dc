"""The steps of one run, and how it ends."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.targets import fingerprint
from maintenance.errors import (
    ApplyError,
    ConfigurationError,
    FunctionRefused,
    ObservationError,
    RunFailed,
)
from maintenance.model import Distribution
from maintenance.reconcile.controller import Controller
from maintenance.reporting.report import Report
from maintenance.schedule.switch import ReadSwitch, Says, Switch
from maintenance.wakeup import AlarmClockRang, ParameterChanged, Sweep

from tests.builders import EDGE, NOW, a_behavior, config_xml, edge_arn
from tests.unit.reconcile.world import World


def test_a_run_does_its_steps_in_this_order() -> None:
    """Housekeeping delays neither closing nor the wakeup, and its errors are announced, too."""
    world = World()

    world.controller().reconcile(Sweep())

    assert [
        "list distributions",
        "select a version",
        "write a record",
        "update a distribution",
        "set the wakeup in 60.0 seconds",
        "list versions",
        "write the status",
        "announce Closing now",
    ] == world.done


def test_a_change_is_accepted_before_housekeeping() -> None:
    """That takes time, which is not part of closing."""
    world = World()

    world.controller().reconcile(Sweep())

    assert 20.0 == world.seconds
    assert "2026-12-01T02:00:00Z" == json.loads(world.status or "")["last_change"]["accepted"]


def test_a_run_whose_time_is_over_reports_and_leaves_housekeeping_to_the_next() -> None:
    """Its status says what is left, before Lambda ends it."""
    world = World(throttled=1_000)

    report = world.controller().reconcile(Sweep())

    assert (600, "write the status", False) == (
        world.seconds,
        world.done[-2],
        "list versions" in world.done,
    )
    assert "left no time for it in this run" in report.failure


@pytest.mark.parametrize("read", [Controller.plan, Controller.status], ids=["plan", "status"])
def test_a_question_changes_nothing(read: Callable[[Controller], Report]) -> None:
    """It lists the distributions and selects a version, which it does not publish."""
    world = World()

    read(world.controller())

    assert ["list distributions", "select a version"] == world.done


def test_a_parameter_change_is_followed_by_another_run_in_a_minute() -> None:
    """So that no slower run that did not see it has the last word about the alarm clock."""
    world = World()

    world.controller().reconcile(ParameterChanged("/site/maintenance/windows/a", world.clock()))
    world.done.clear()
    world.controller().reconcile(ParameterChanged("/site/maintenance/windows/b", world.clock()))

    assert "set the wakeup in 60.0 seconds" in world.done


def test_the_record_of_a_live_site_is_read_until_nothing_is_owed() -> None:
    """And again after any change of a configuration, because ours may have come and gone."""
    world = World(says=Says.OFF)
    reads = []

    for edited in (False, False, True, False):
        if edited:
            world.updates.append(config_xml(a_behavior(), a_behavior("/new")))
        world.records_read = 0
        world.controller().reconcile(Sweep())
        reads.append(world.records_read)

    assert [1, 0, 1, 0] == reads


def test_a_run_that_has_opened_the_site_leaves_the_rest_to_the_next() -> None:
    """Its listing is older than its own update."""
    world = World()
    controller = world.controller()
    controller.reconcile(Sweep())
    world.says = Says.OFF
    settled = []

    for _ in range(2):
        controller.reconcile(Sweep())
        settled.append(json.loads(world.status or "")["settled"])

    assert ["", fingerprint(world.list_distributions())] == settled


def test_a_run_without_news_reads_the_status_once() -> None:
    """One with news reads it again before it announces them: another run may have done so."""
    world = World(says=Says.OFF)
    reads = []

    for _ in range(2):
        world.statuses_read = 0
        world.controller().reconcile(Sweep())
        reads.append(world.statuses_read)

    assert [2, 1] == reads


class _Speechless(World):
    """SSM does not return the status."""

    def list_distributions(self) -> tuple[Distribution, ...]:
        self.status = "unreadable"
        return super().list_distributions()


def test_a_status_that_is_no_status_settles_nothing() -> None:
    """Then every run reads the records."""
    world = _Speechless(says=Says.OFF)

    world.controller().reconcile(Sweep())
    world.controller().reconcile(Sweep())

    assert 2 == world.records_read


@dataclass
class _Pruning(World):
    """A sweep has deleted the versions `deleted`; a version that is selected again is another."""

    deleted: tuple[str, ...] = ()
    versions: Iterator[str] = field(default_factory=lambda: iter((edge_arn(8), edge_arn(9))))

    def next_version(self) -> str:
        return next(self.versions, edge_arn(9))

    def update_config(self, _id: str, *, xml: bytes, etag: str) -> None:
        if any(each.encode() in xml for each in self.deleted):
            raise FunctionRefused("the function does not exist")
        super().update_config(_id, xml=xml, etag=etag)


@pytest.mark.parametrize(
    ("deleted", "attached", "errors"),
    [
        ((edge_arn(8),), edge_arn(9), ()),
        ((edge_arn(8), edge_arn(9)), None, ("the function does not exist",)),
        ((edge_arn(9),), edge_arn(8), ()),
    ],
)
def test_a_version_that_was_deleted_before_it_is_attached_is_selected_again(
    deleted: tuple[str, ...], attached: str | None, errors: tuple[str, ...]
) -> None:
    """A sweep that had read an earlier desired state deleted it, because nothing used it."""
    world = _Pruning(deleted=deleted)

    report = world.controller().reconcile(AlarmClockRang())

    (distribution,) = world.list_distributions()
    (behavior,) = distribution.behaviors
    assert (attached, errors) == (attached_version(behavior.associations, EDGE), report.errors)


def test_a_function_that_stays_refused_is_not_tried_again() -> None:
    """Selecting again gives the same version, so the function is not what is missing."""
    world = _Pruning(deleted=(edge_arn(9),), versions=iter(()))

    report = world.controller().reconcile(AlarmClockRang())

    assert ("the function does not exist",) == report.errors
    assert 2 == world.done.count("select a version")


class _Flickering(World):
    """The operator changes the switch whenever a distribution was updated."""

    def update_config(self, _id: str, *, xml: bytes, etag: str) -> None:
        super().update_config(_id, xml=xml, etag=etag)
        self.says = Says.OFF if self.says is Says.ON else Says.ON


def test_a_desired_state_that_keeps_changing_ends_the_run() -> None:
    """With an error that is announced; Lambda tries again."""
    world = _Flickering()

    with pytest.raises(RunFailed, match="the desired state changed 3 times") as failed:
        world.controller().reconcile(AlarmClockRang())

    assert str(failed.value) == json.loads(world.status or "")["last_error"]["message"]


class _Unlisted(World):
    """CloudFront does not answer."""

    def list_distributions(self) -> tuple[Distribution, ...]:
        raise ObservationError("the distributions cannot be listed")


def test_a_failed_run_is_followed_by_another_in_a_minute() -> None:
    """What could not be read may have changed what the site should do."""
    world = _Unlisted()

    with pytest.raises(ObservationError):
        world.controller().reconcile(AlarmClockRang())

    assert [
        "set the wakeup in 60.0 seconds",
        "write the status",
        "announce The controller reports an error",
    ] == world.done


class _Forbidden(World):
    """The settings match more than they may."""

    def list_distributions(self) -> tuple[Distribution, ...]:
        raise ConfigurationError("MaxDistributions allows 1")


def test_a_run_that_its_owner_has_to_fix_is_not_repeated_every_minute() -> None:
    """The sweep is soon enough for what only a person can change."""
    world = _Forbidden()

    with pytest.raises(ConfigurationError):
        world.controller().reconcile(AlarmClockRang())

    assert [
        "write the status",
        "announce The controller reports an error",
    ] == world.done


class _UntilLater(World):
    """The switch closes the site for an hour."""

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - the protocol's
        return ReadSwitch(Switch(Says.ON, NOW, until=NOW + timedelta(hours=1)))


def test_a_refused_closing_still_wakes_up_at_the_end_of_the_maintenance() -> None:
    """Distributions that were closed before must open then: the limit guards closing only."""
    world = _UntilLater()
    controller = world.controller(max_distributions=0)

    with pytest.raises(ConfigurationError, match="MaxDistributions"):
        controller.reconcile(AlarmClockRang())

    assert "set the wakeup in 3600.0 seconds" in world.done


class _Asleep(_Unlisted):
    """Nor does Scheduler."""

    def set_wakeup(self, at: datetime | None, *, read_at: datetime, now: datetime) -> bool:
        del at
        raise ApplyError(f"the alarm clock cannot be set, {read_at < now}")


def test_a_failed_run_whose_wakeup_cannot_be_set_says_both() -> None:
    """Then the next run is the sweep's."""
    both = r"^the distributions cannot be listed \| the alarm clock cannot be set, True$"

    with pytest.raises(RunFailed, match=both):
        _Asleep().controller().reconcile(AlarmClockRang())


class _Unwritable(_Unlisted):
    """Nor does SSM accept the status."""

    def write_status(self, text: str) -> None:
        raise ApplyError(f"the status cannot be written, {len(text) > 0}")


def test_a_failure_is_announced_and_raised() -> None:
    """The error as it is."""
    world = _Unlisted()

    with pytest.raises(ObservationError, match=r"^the distributions cannot be listed$"):
        world.controller().reconcile(AlarmClockRang())

    assert (
        "the distributions cannot be listed"
        == (json.loads(world.status or "")["last_error"]["message"])
    )


def test_a_failure_that_cannot_be_announced_says_both() -> None:
    """Or the log would not show why the status is old."""
    both = r"^the distributions cannot be listed \| the status cannot be written"

    with pytest.raises(RunFailed, match=both):
        _Unwritable().controller().reconcile(AlarmClockRang())


def test_a_late_run_of_a_deleted_stack_leaves_nothing_behind() -> None:
    """Neither a status nor an event; its log says why."""
    world = World(is_stopped=True)

    report = world.controller().reconcile(Sweep())

    assert "set the wakeup in 60.0 seconds" == world.done[-1]
    assert report.notices == (
        "the stack is being deleted, so neither alarm clock nor status was written",
    )


def test_a_late_run_of_a_deleted_stack_that_fails_leaves_nothing_behind() -> None:
    """It only raises its error."""
    world = _Unlisted(is_stopped=True)

    with pytest.raises(ObservationError):
        world.controller().reconcile(Sweep())

    assert ["set the wakeup in 60.0 seconds"] == world.done
