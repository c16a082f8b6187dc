"""Random events in random order lose no setting, and the next sweep completes the work."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cloud import Cloud
from tests.hypothesis_profiles import examples
from tests.simulation.standby_machine import StandbyMachine
from tests.simulation.state_machine import SiteMachine

_STEPS = 20
# Each run of the standby engine renders pages.
_STANDBY_STEPS = 12


def test_no_long_run_loses_a_setting_or_strands_a_site(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real controller against the sandbox; state_machine.py has the steps."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)

    run_state_machine_as_test(
        lambda: SiteMachine(cloud),  # type: ignore[arg-type]  # any callable that makes one does
        settings=settings(
            examples(3), stateful_step_count=_STEPS, suppress_health_check=list(HealthCheck)
        ),
    )


def test_edges_do_what_operators_want_whatever_has_happened(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the standby engine, also if they cannot read the store; standby_machine.py has it."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)

    run_state_machine_as_test(
        lambda: StandbyMachine(cloud),  # type: ignore[arg-type]  # any callable that makes one does
        settings=settings(
            examples(3), stateful_step_count=_STANDBY_STEPS, suppress_health_check=list(HealthCheck)
        ),
    )
