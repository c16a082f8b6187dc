"""Whom the roles of the template trust: named services, and for others' sake none of them."""

import json
from typing import Any

import pytest

from tests.contract.template import load_template

RESOURCES = load_template()["Resources"]
# Services that act for resources of any account, so that ours have to be told from others'.
ACTS_FOR_MANY = {"scheduler.amazonaws.com"}


def _trusting() -> dict[str, dict[str, Any]]:
    """Return the statement of trust of each role, and of each function with a role of its own."""
    policies = {
        name: each["Properties"]["AssumeRolePolicyDocument"]
        for name, each in RESOURCES.items()
        if "AssumeRolePolicyDocument" in each.get("Properties", {})
    }
    return {name: statement for name, each in policies.items() for statement in each["Statement"]}


@pytest.mark.parametrize("name", _trusting())
def test_a_role_trusts_services_and_nobody_else(name: str) -> None:
    """No account, no user and nobody at all."""
    statement = _trusting()[name]

    assert ("sts:AssumeRole", {"Service"}) == (statement["Action"], set(statement["Principal"]))
    assert "*" not in json.dumps(statement["Principal"])


def test_what_acts_for_many_accounts_has_to_come_from_ours() -> None:
    """Or a schedule of a stranger could wake our controller with our role."""
    trusting = [each for each in _trusting().values() if _services(each) & ACTS_FOR_MANY]

    assert [{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}] == [
        each.get("Condition") for each in trusting
    ]


def _services(statement: dict[str, Any]) -> set[str]:
    services = statement["Principal"]["Service"]
    return {services} if isinstance(services, str) else set(services)
