"""Whether the base can be attached: the table in the module's docstring, row by row."""

from copy import replace
from dataclasses import dataclass, field

from maintenance.errors import ObservationError
from maintenance.lambda_edge.check import Preflight, Verdict
from maintenance.lambda_edge.version import EdgeVersion

from tests.builders import EDGE, edge_arn
from tests.unit.lambda_edge.test_version import a_version

_BASE = EDGE.base_arn


@dataclass
class _Lambda:
    """What Lambda says of any version, and how often it was asked."""

    says: EdgeVersion | ObservationError | None = field(
        default_factory=lambda: replace(a_version(7), state="Active")
    )
    asked: int = 0

    def read_version(self, _arn: str) -> EdgeVersion | None:
        self.asked += 1
        if isinstance(self.says, ObservationError):
            raise self.says
        return self.says


def test_a_version_that_a_site_holds_or_that_was_baked_is_not_asked_for() -> None:
    """CloudFront has taken the one, and who baked the other has seen it Active."""
    functions = _Lambda()
    preflight = Preflight(functions, base_arn=_BASE)

    verdicts = [
        preflight.judge(_BASE, attached={_BASE}),
        preflight.judge(edge_arn(1, function="Page"), attached=()),
    ]

    assert ([Verdict()] * 2, 0) == (verdicts, functions.asked)


def test_a_version_that_can_be_attached_is_asked_for_once() -> None:
    """It never changes, and a process lives for hours."""
    functions = _Lambda()
    preflight = Preflight(functions, base_arn=_BASE)

    verdicts = [preflight.judge(_BASE, attached=()) for _ in range(2)]

    assert ([Verdict()] * 2, 1) == (verdicts, functions.asked)


def test_a_version_that_cannot_be_attached_is_asked_for_again() -> None:
    """What is Pending now is Active at the next try."""
    functions = _Lambda(replace(a_version(7), state="Pending"))
    preflight = Preflight(functions, base_arn=_BASE)
    pending = preflight.judge(_BASE, attached=())
    functions.says = replace(a_version(7), state="Active")

    assert ((1, 0), Verdict()) == (
        (len(pending.errors), len(pending.notices)),
        preflight.judge(_BASE, attached=()),
    )


def test_a_version_that_nobody_can_read_is_left_to_cloudfront() -> None:
    """A right that is missing must not keep a site open; what happened is told."""
    preflight = Preflight(_Lambda(ObservationError("Lambda is silent")), base_arn=_BASE)

    verdict = preflight.judge(_BASE, attached=())

    expected = "Lambda is silent; CloudFront decides whether it can be attached"
    assert Verdict(notices=(expected,)) == verdict
