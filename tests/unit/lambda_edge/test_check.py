"""The preflight of the base version: the table in the module's docstring, row by row."""

from copy import replace
from dataclasses import dataclass, field

from maintenance.cloudfront.engine import PreflightResult
from maintenance.errors import ObservationError
from maintenance.lambda_edge.check import Preflight
from maintenance.lambda_edge.version import EdgeVersion

from tests.builders import EDGE, edge_arn
from tests.unit.lambda_edge.test_version import a_version

_BASE = EDGE.base_arn


@dataclass
class _Lambda:
    """Lambda's answer for the base version, and the number of calls."""

    answer: EdgeVersion | ObservationError | None = field(
        default_factory=lambda: replace(a_version(7), state="Active")
    )
    calls: int = 0

    def read_version(self, arn: str) -> EdgeVersion | None:
        assert arn == _BASE
        self.calls += 1
        if isinstance(self.answer, ObservationError):
            raise self.answer
        return self.answer


def test_an_attached_or_published_version_is_not_read() -> None:
    """CloudFront has accepted the one, and the other was Active when it was published."""
    functions = _Lambda()
    preflight = Preflight(functions, base_arn=_BASE)

    results = [
        preflight.check(_BASE, attached={_BASE}),
        preflight.check(edge_arn(1, function="Page"), attached=()),
    ]

    assert ([PreflightResult()] * 2, 0) == (results, functions.calls)


def test_a_version_that_can_be_attached_is_read_once() -> None:
    """A version never changes, and a process lives for hours."""
    functions = _Lambda()
    preflight = Preflight(functions, base_arn=_BASE)

    results = [preflight.check(_BASE, attached=()) for _ in range(2)]

    assert ([PreflightResult()] * 2, 1) == (results, functions.calls)


def test_a_version_that_cannot_be_attached_is_read_again() -> None:
    """A Pending version is Active a little later."""
    functions = _Lambda(replace(a_version(7), state="Pending"))
    preflight = Preflight(functions, base_arn=_BASE)
    pending = preflight.check(_BASE, attached=())
    functions.answer = replace(a_version(7), state="Active")

    assert ((1, 0), PreflightResult()) == (
        (len(pending.errors), len(pending.notices)),
        preflight.check(_BASE, attached=()),
    )


def test_a_version_that_does_not_exist_is_named() -> None:
    """CloudFront would refuse it for each distribution."""
    preflight = Preflight(_Lambda(answer=None), base_arn=_BASE)

    (error,) = preflight.check(_BASE, attached=()).errors

    assert f"the edge version {_BASE} does not exist: deploy the stack again" == error


def test_a_version_that_cannot_be_read_is_left_to_cloudfront() -> None:
    """A missing permission must not keep a site open; a notice says what happened."""
    preflight = Preflight(_Lambda(ObservationError("Lambda is silent")), base_arn=_BASE)

    result = preflight.check(_BASE, attached=())

    expected = "Lambda is silent; CloudFront decides whether it can be attached"
    assert PreflightResult(notices=(expected,)) == result
