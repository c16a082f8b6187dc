"""The metrics of a run."""

import json

import pytest
from maintenance.model import Mode
from maintenance.reporting.report import Report
from maintenance.reporting.status import ModeChange, Phase, Transition
from maintenance.reporting.telemetry import count_report

from tests.builders import NOW, a_decision

CHANGE = ModeChange(Mode.MAINTENANCE, Mode.LIVE, None, NOW)


@pytest.mark.parametrize(("seconds", "expected"), [(None, None), (90.0, [90.0])])
def test_a_phase_counts_its_seconds_if_they_are_known(
    capsys: pytest.CaptureFixture[str], seconds: float | None, expected: list[float] | None
) -> None:
    """A zero would pull down the average of the others."""
    transition = Transition(Phase.ACCEPTED, CHANGE, seconds)

    count_report(Report(a_decision(), transitions=(transition,)), stack_name="site", now=NOW)

    assert expected == json.loads(capsys.readouterr().out).get("SecondsToAccepted")
