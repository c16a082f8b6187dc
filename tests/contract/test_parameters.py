"""A parameter of the template has an effect, and so has each setting of the controller."""

import ast
import functools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from maintenance.settings import Settings

from tests.contract.template import ROOT, load_template, properties

TEMPLATE = load_template()
PARAMETERS = TEMPLATE["Parameters"]


def references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a template
    """Yield what a part of the template refers to: parameters, resources and conditions."""
    match value:
        case {"Ref": str(name)} | {"Condition": str(name)}:
            yield name
        case {"Fn::If": [name, *_]}:
            yield name
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            yield from re.findall(r"\$\{(\w+)", text)
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from references(each)


def read_parameters(template: dict[str, Any]) -> set[str]:
    """Return the parameters that reach a resource, also by way of a condition."""
    found = set(references(template["Resources"]))
    conditions = template["Conditions"].items()
    behind = {each for name, value in conditions if name in found for each in references(value)}
    return (found | behind) & set(template["Parameters"])


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_reaches_a_resource(name: str) -> None:
    """A parameter that only an output shows, or that nothing reads, promises what is not done."""
    assert name in read_parameters(TEMPLATE)


def test_a_parameter_behind_an_unused_condition_is_not_read() -> None:
    """Or the test above would find nothing."""
    template = {
        "Parameters": {"Used": {}, "Unused": {}, "Shown": {}},
        "Conditions": {"A": {"Fn::Not": [{"Ref": "Used"}]}, "B": {"Fn::Not": [{"Ref": "Unused"}]}},
        "Resources": {"R": {"Properties": {"P": {"Fn::If": ["A", 1, 2]}}}},
        "Outputs": {"O": {"Value": {"Ref": "Shown"}}},
    }

    assert {"Used"} == read_parameters(template)


def test_every_update_of_the_stack_checks_the_parameters_that_the_controller_reads() -> None:
    """
    CloudFormation asks the controller only where a property of the installation has changed.

    A parameter that is missing there would fail every later run instead of the update.
    """
    given = set(references(properties("Controller")["Environment"]))
    checked = set(references(properties("Installation")))

    assert set() == (given & PARAMETERS.keys()) - checked


@pytest.mark.parametrize("name", Settings.__struct_fields__)
def test_a_setting_is_read_by_the_controller(name: str) -> None:
    """Every environment variable becomes a setting; test_template.py holds that."""
    assert name in attributes_of_settings()


@functools.cache
def attributes_of_settings() -> set[str]:
    """Return the names that follow `settings.` in the controller."""
    modules = set((ROOT / "controller" / "maintenance").rglob("*.py"))
    modules.remove(ROOT / "controller" / "maintenance" / "settings.py")
    return {
        each.attr
        for module in modules
        for each in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(each, ast.Attribute) and ast.unparse(each.value).endswith("settings")
    }
