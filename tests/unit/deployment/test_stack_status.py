"""What a stack's status allows: the table of stack_status.py, row by row."""

import pytest
from maintenance.deployment.stack_status import Step, first_step
from maintenance.errors import ConfigurationError


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (None, Step.CREATE),
        ("REVIEW_IN_PROGRESS", Step.CREATE),
        ("ROLLBACK_COMPLETE", Step.CREATE_AGAIN),
        ("CREATE_COMPLETE", Step.UPDATE),
        ("UPDATE_COMPLETE", Step.UPDATE),
        ("UPDATE_ROLLBACK_COMPLETE", Step.UPDATE),
    ],
)
def test_a_deployment_begins_by_the_status(status: str | None, step: Step) -> None:
    """It can be repeated in each of these."""
    assert step is first_step("shop", status)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("CREATE_IN_PROGRESS", "wait until that is done"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "wait until that is done"),
        ("DELETE_FAILED", "remove it with site-maintenance destroy --stack shop"),
        ("ROLLBACK_FAILED", "remove it with site-maintenance destroy --stack shop"),
        ("CREATE_FAILED", "remove it with site-maintenance destroy --stack shop"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name shop"),
    ],
)
def test_a_status_that_forbids_it_has_a_remedy(status: str, remedy: str) -> None:
    """And it is named."""
    with pytest.raises(ConfigurationError, match=f"the stack shop is {status}: .*{remedy}"):
        first_step("shop", status)
