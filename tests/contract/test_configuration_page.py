"""docs/configuration.md says what template.yaml says."""

import re

import pytest

from tests.contract.configuration_page import PAGE, with_tables
from tests.contract.template import load_template


def test_the_page_says_what_the_template_says() -> None:
    """Parameter by parameter and output by output."""
    page = PAGE.read_text(encoding="utf-8")

    assert with_tables(page, load_template()) == page, (
        "docs/configuration.md is older than template.yaml: make docs writes it anew."
    )


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        ({"Default": "UTC"}, "`UTC` | any text"),
        ({"Default": ""}, "empty | any text"),
        ({}, "none: it has to be given | any text"),
        ({"Default": 25, "MinValue": 1, "MaxValue": 5000}, "`25` | 1 to 5,000"),
        ({"Default": "a", "AllowedValues": ["a", "b"]}, "`a` | `a`, `b`"),
        (
            {"Default": "a", "ConstraintDescription": "must be a or b|c", "MaxLength": 2000},
            "`a` | a or b\\|c; at most 2,000 characters",
        ),
        ({"Default": "*", "Type": "CommaDelimitedList"}, "`*` | a list, comma separated"),
    ],
)
def test_a_parameter_is_shown_with_what_is_allowed(given: dict[str, object], cells: str) -> None:
    """In words, where the template has words for its pattern."""
    template = {"Parameters": {"Name": given | {"Description": "What."}}, "Outputs": {}}
    page = "".join(f"<!-- begin {n} -->\n<!-- end {n} -->\n" for n in ("parameters", "outputs"))

    assert f"| `Name` | {cells} | What. |" in with_tables(page, template).splitlines()


def test_every_parameter_that_the_hand_written_part_names_exists() -> None:
    """A renamed parameter leaves no sentence behind."""
    template = load_template()
    page = PAGE.read_text(encoding="utf-8")
    by_hand = re.sub(r"<!-- begin (\w+) -->.*?<!-- end \1 -->", "", page, flags=re.DOTALL)
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", by_hand))

    assert named
    assert set() == named - template["Parameters"].keys() - template["Outputs"].keys()
