"""What stays after a stack is deleted."""

from pathlib import Path

from maintenance.deployment.remains import remains

IDS = {
    "MaintenanceEdge": "shop-edge",
    "MaintenancePage": "shop-page",
    "MaintenanceEdgeRole": "shop-role",
    "StateBucket": "shop-state",
    "MaintenanceEdgeVersion1": "shop-edge:1",
}
LOGS = "/aws/lambda/us-east-1.shop-Maintenance"
# The variables of docs/remove.md.
VARIABLES = {
    "shop-edge": "$EDGE",
    "shop-page": "$PAGE",
    "shop-role": "$ROLE",
    "shop-state": "$BUCKET",
    "/shop": "$SWITCH",
    "packages": "$PACKAGES",
    LOGS: "/aws/lambda/us-east-1.$STACK-Maintenance",
}
PAGE = Path(__file__).parents[3] / "docs" / "remove.md"


def test_everything_that_stays_is_named_with_its_kind_and_the_reason() -> None:
    """A version goes with its function."""
    found = [*remains(IDS, stack="shop", switch="/shop", packages="packages")]

    assert list(VARIABLES) == [each.name for each in found]
    assert all(each.kind and each.reason for each in found)


def test_the_commands_are_those_of_the_page_with_the_names_filled_in() -> None:
    """The outputs that the page reads the names from went with the stack."""
    page = PAGE.read_text(encoding="utf-8")

    for each in remains(IDS, stack="shop", switch="/shop", packages="packages"):
        assert f'"{each.name}' in each.commands or f"s3://{each.name}" in each.commands
        on_page = each.commands.replace(f'"{each.name}', f'"{VARIABLES[each.name]}')
        assert on_page.replace(f"s3://{each.name}", f"s3://{VARIABLES[each.name]}") in page


def test_what_was_never_created_does_not_stay() -> None:
    """After a creation that failed; another tool looks after its own bucket."""
    found = remains({}, stack="shop", switch="/shop", packages="")

    assert ["/shop", LOGS] == [each.name for each in found]
