"""What stays after a stack is deleted."""

from maintenance.deployment.remains import remains

IDS = {
    "MaintenanceEdge": "shop-edge",
    "MaintenancePage": "shop-page",
    "MaintenanceEdgeRole": "shop-role",
    "StateBucket": "shop-state",
    "MaintenanceEdgeVersion1": "shop-edge:1",
}


def test_everything_that_stays_is_named_with_the_reason() -> None:
    """A version goes with its function."""
    found = [*remains(IDS, switch="/shop", packages="packages")]

    assert ["shop-edge", "shop-page", "shop-role", "shop-state", "/shop", "packages"] == [
        each.name for each in found
    ]
    assert all(each.reason for each in found)


def test_what_was_never_created_does_not_stay() -> None:
    """After a creation that failed; another tool looks after its own bucket."""
    assert ["/shop"] == [each.name for each in remains({}, switch="/shop", packages="")]
