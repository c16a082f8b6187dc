"""Without each permission of the deployed stack an operation fails, and with it succeeds."""

import pytest

from tests.stack.conftest import DeployedStack
from tests.stack.operations import OPERATIONS, reset
from tests.stack.permissions import Permission, without


@pytest.mark.parametrize("permission", OPERATIONS, ids=str)
def test_an_operation_fails_without_its_permission_and_succeeds_with_it(
    quiet: DeployedStack, permission: Permission
) -> None:
    """The run's error names the missing action, or the event is not delivered."""
    operation = OPERATIONS[permission]
    reset(quiet)
    for step in operation.prepare:
        step(quiet)

    with without(quiet, *operation.also_without):
        with without(quiet, permission):
            denied = operation.run(quiet)
        permitted = operation.run(quiet)

    reason = operation.denied or permission.action
    assert reason in denied
    assert reason not in permitted
    if operation.permitted:
        assert operation.permitted in permitted
    else:
        assert "" == permitted
