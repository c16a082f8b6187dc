"""Reading goes on while Lambda is asked about the version; writing waits for its answer."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

import pytest
from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.engine import PreflightResult
from maintenance.wakeup import Sweep

from tests.timing import PATIENCE
from tests.unit.reconcile.world import World

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
