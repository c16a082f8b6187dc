"""The templates of the hub and of the role in each account."""

import re
from typing import Any

import pytest

from tests.contract.template import ROOT, load_template
from tests.fleet.hub import FLEET


def _properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_template(FLEET / "template.yaml")["Resources"][name]["Properties"]
    return found


def test_stack_sets_take_the_template_of_the_role() -> None:
    """With service-managed permissions they refuse macros (CloudFormation API, CreateStackSet)."""
    template = load_template(FLEET / "spoke.yaml")

    assert "Transform" not in template
    assert ["AWS::IAM::Role"] == [each["Type"] for each in template["Resources"].values()]


def test_every_placeholder_of_the_definition_is_filled() -> None:
    """CloudFormation leaves an unknown one as it is."""
    definition = (FLEET / "machine.asl.json").read_text(encoding="utf-8")

    placeholders = set(re.findall(r"\$\{(\w+)\}", definition))

    assert placeholders == _properties("Machine")["DefinitionSubstitutions"].keys()


def test_a_new_stack_of_the_same_name_is_trusted_by_the_accounts() -> None:
    """Their roles name the machine and its role, so neither has a random part."""
    names = (_properties("Machine")["Name"], _properties("MachineRole")["RoleName"])

    assert ({"Ref": "AWS::StackName"}, {"Fn::Sub": "${AWS::StackName}-machine"}) == names


def test_logs_are_kept_as_long_as_cloudwatch_offers() -> None:
    """It refuses any other number of days, and so the deployment."""
    days = load_template(FLEET / "template.yaml")["Parameters"]["RetentionDays"]
    product = load_template(ROOT / "template.yaml")["Parameters"]["LogRetentionDays"]

    assert product["AllowedValues"] == days["AllowedValues"]


@pytest.mark.parametrize("name", ["FailedOrders", "LateOrders"])
def test_an_alarm_says_what_to_look_at(name: str) -> None:
    """It rings at night."""
    assert "report under runs/" in _properties(name)["AlarmDescription"]
