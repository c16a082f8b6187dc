"""The roles of the template trust named services only, and only on behalf of this account."""

import json
from typing import Any

import pytest

from tests.contract.template import load_template

RESOURCES = load_template()["Resources"]
# Services that act on behalf of any account, so a role must name ours.
ACTS_FOR_MANY = {"scheduler.amazonaws.com"}


def _trusting() -> dict[str, dict[str, Any]]:
    """Return the trust statement of each role, and of each function with a role of its own."""
    policies = {
        name: each["Properties"]["AssumeRolePolicyDocument"]
        for name, each in RESOURCES.items()
        if "AssumeRolePolicyDocument" in each.get("Properties", {})
    }
    return {name: statement for name, each in policies.items() for statement in each["Statement"]}


@pytest.mark.parametrize("name", _trusting())
def test_a_role_trusts_only_services(name: str) -> None:
    """No account, no user, and not everyone."""
    statement = _trusting()[name]

    assert ("sts:AssumeRole", {"Service"}) == (statement["Action"], set(statement["Principal"]))
    assert "*" not in json.dumps(statement["Principal"])


def test_a_service_that_acts_for_many_accounts_is_trusted_only_for_ours() -> None:
    """Or another account's schedule could wake our controller with our role."""
    statements = [each for each in _trusting().values() if _services(each) & ACTS_FOR_MANY]

    assert [{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}] == [
        each.get("Condition") for each in statements
    ]


def _services(statement: dict[str, Any]) -> set[str]:
    services = statement["Principal"]["Service"]
    return {services} if isinstance(services, str) else set(services)
