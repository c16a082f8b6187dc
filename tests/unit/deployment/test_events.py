"""The events of a stack."""

import pytest
from maintenance.deployment.events import StackEvent, ending, failures, is_success

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1"


def event(status: str, name: str = "Controller", reason: str = "") -> StackEvent:
    """Return an event of a resource, of the stack itself if that is its name."""
    return StackEvent("1", name, STACK if name == "shop" else f"shop-{name}", status, reason)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], None),
        ([event("CREATE_IN_PROGRESS", "shop")], None),
        ([event("CREATE_COMPLETE")], None),
        ([event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "shop")], None),
        ([event("CREATE_COMPLETE"), event("CREATE_COMPLETE", "shop")], "CREATE_COMPLETE"),
        ([event("ROLLBACK_COMPLETE", "shop")], "ROLLBACK_COMPLETE"),
    ],
)
def test_an_operation_ends_with_an_event_of_the_stack(
    events: list[StackEvent], status: str | None
) -> None:
    """Those of its resources end only them."""
    assert status == ending(events, STACK)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("CREATE_COMPLETE", True), ("DELETE_COMPLETE", True), ("ROLLBACK_COMPLETE", False)],
)
def test_a_rollback_is_no_success(status: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """Although it is complete."""
    assert expected == is_success(status)


def test_the_cause_of_a_failure_is_shown_and_not_what_it_stopped() -> None:
    """Nor the stack's own event, which only repeats it."""
    events = [
        event("CREATE_FAILED", "Installation", "TIME_ZONE is 'x'"),
        event("CREATE_FAILED", "Dashboard", "Resource creation cancelled"),
        event("CREATE_FAILED", "shop", "The following resource(s) failed: [Installation]."),
        event("DELETE_COMPLETE"),
    ]

    assert ("Installation: TIME_ZONE is 'x'",) == failures(events, STACK)
