"""The parameters of the template, and the values that it refuses."""

import json
from typing import Any

import pytest
from maintenance.deployment.parameters import Parameter, read_parameters, refusals


def parameter(**members: Any) -> Parameter:  # noqa: ANN401 - members of the template's JSON
    """Return the parameter that the template describes."""
    document = {"Type": "String", "Description": "What it is.", **members}
    return read_parameters(json.dumps({"Parameters": {"Name": document}}))["Name"]


@pytest.mark.parametrize(
    ("members", "value", "refusal"),
    [
        ({"AllowedPattern": "^[a-z]+$"}, "abc", ""),
        (
            {"AllowedPattern": "^[a-z]+$", "ConstraintDescription": "must be letters"},
            "ab1",
            "Name must be letters; this is 'ab1'",
        ),
        ({"AllowedValues": ["yes", "no"]}, "no", ""),
        ({"AllowedValues": ["yes", "no"]}, "y", "Name must be one of yes, no; this is 'y'"),
        ({"AllowedValues": [1, 3]}, "3", ""),
        ({"MinValue": 2, "MaxValue": 720}, "720", ""),
        (
            {"MinValue": 2, "MaxValue": 720},
            "721",
            "Name must be a whole number from 2 to 720; this is '721'",
        ),
        (
            {"MinValue": 2, "MaxValue": 720},
            "1.5",
            "Name must be a whole number from 2 to 720; this is '1.5'",
        ),
        ({"MaxLength": 3}, "abc", ""),
        ({"MaxLength": 3}, "abcd", "Name is too long; this is 'abcd'"),
        ({}, "anything", ""),
    ],
)
def test_a_value_is_refused_as_cloudformation_would(
    members: dict[str, Any], value: str, refusal: str
) -> None:
    """Before anything is built, in the template's own words."""
    assert refusal == parameter(**members).refusal(value)


@pytest.mark.parametrize(("zone", "is_known"), [("Europe/Ljubljana", True), ("Mars/Base", False)])
def test_a_time_zone_must_exist(zone: str, is_known: bool) -> None:  # noqa: FBT001 - a table
    """The template's pattern lets any name through."""
    refusal = Parameter("TimeZone", "", pattern=".*").refusal(zone)

    assert is_known == (not refusal)
    assert is_known or refusal.startswith("TimeZone is 'Mars/Base': unknown time zone")


@pytest.mark.parametrize(
    ("default", "expected"), [({}, None), ({"Default": ""}, ""), ({"Default": 25}, "25")]
)
def test_a_default_is_text(default: dict[str, Any], expected: str | None) -> None:
    """As CloudFormation takes it; without one the value has to be given."""
    assert expected == parameter(**default).default


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Nane", "did you mean 'Name'?"), ("Whatever", "docs/configuration.md lists them")],
)
def test_a_parameter_that_does_not_exist_is_named(name: str, hint: str) -> None:
    """With the one that was meant, if one resembles it."""
    known = {"Name": parameter(AllowedValues=["a"])}

    assert [f"the template has no parameter {name}: {hint}"] == [*refusals(known, {name: "a"})]


def test_every_refused_value_is_named() -> None:
    """One correction is enough."""
    known = {"Name": parameter(AllowedValues=["a"])}

    assert 2 == len([*refusals(known, {"Name": "b", "Nome": "a"})])
    assert [] == [*refusals(known, {"Name": "a"})]
