"""Reading goes on while Lambda is asked about the version; writing waits for its answer."""

import threading
from collections.abc import Collection
from copy import replace
from dataclasses import dataclass, field

import pytest
from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.engine import PreflightResult
from maintenance.model import Distribution
from maintenance.reconcile.attach.site import SiteReconciler
from maintenance.wakeup import Sweep

from tests.builders import a_distribution
from tests.timing import PATIENCE
from tests.unit.reconcile.world import SETTINGS, World

_WRITES = ["write a record", "update a distribution"]


@dataclass
class _LambdaAnswersLast(World):
    """Lambda answers only when record and configuration have been read."""

    errors: tuple[str, ...] = ()
    is_read: threading.Event = field(default_factory=threading.Event)

    def read_config(self, distribution_id: str) -> ReadConfig:
        if self.records_read:
            self.is_read.set()
        return super().read_config(distribution_id)

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:
        del version_arn, attached
        self.done.append("Lambda answers" if self.is_read.wait(PATIENCE) else "nothing was read")
        return PreflightResult(self.errors)


@pytest.mark.parametrize(("errors", "writes"), [((), _WRITES), (("it is Pending",), [])])
def test_only_the_first_write_waits_for_the_preflight(
    errors: tuple[str, ...], writes: list[str]
) -> None:
    """A version that cannot be attached changes nothing, and the report says why."""
    world = _LambdaAnswersLast(errors=errors)

    report = world.controller().reconcile(Sweep())

    answered_or_wrote = [each for each in world.done if each in {"Lambda answers", *_WRITES}]
    assert ["Lambda answers", *writes] == answered_or_wrote
    assert [(bool(writes), len(errors))] == [
        (each.changed, len(each.errors)) for each in report.outcomes
    ]


@dataclass
class _TwoDistributions(World):
    """Two distributions, of which the second one's plan comes first."""

    read: list[str] = field(default_factory=list)

    def list_distributions(self) -> tuple[Distribution, ...]:
        return tuple(a_distribution(each) for each in ("E1", "E2"))

    def read_config(self, distribution_id: str) -> ReadConfig:
        self.read.append(distribution_id)
        return super().read_config(distribution_id)


def test_distributions_are_shuffled_and_reported_as_they_are_listed() -> None:
    """Runs at the same time begin at different ones, and an operator finds each in its place."""
    world = _TwoDistributions()
    controller = world.controller()
    assert isinstance(controller.site, SiteReconciler)
    site = replace(
        controller.site,
        settings=replace(SETTINGS, distributions=("E1", "E2")),
        shuffle=lambda plans: plans[::-1],
    )

    report = replace(controller, site=site).plan()

    assert (["E2", "E1"], ["E1", "E2"]) == (
        world.read,
        [each.distribution_id for each in report.outcomes],
    )
