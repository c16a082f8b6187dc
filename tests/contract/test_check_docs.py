"""`make check-docs` finds what is wrong on a page."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tools.check_docs import commands, references
from tools.check_docs.tables import with_tables


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("aws s4 ls", "aws has no service s4"),
        ("aws s3 copy a b", "aws s3 has no command copy"),
        (
            "aws cloudformation deploy --stack-name x",
            "aws cloudformation deploy lacks --template-file",
        ),
        (
            "aws cloudformation deploy --stack-name x --template-file y --bucket z",
            "aws cloudformation deploy has no option --bucket",
        ),
        ("aws ssm write-parameter", "aws ssm has no operation write-parameter"),
        ("aws ssm get-parameter --nam x", "aws ssm get-parameter has no option --nam"),
        ("aws ssm get-parameter", "aws ssm get-parameter lacks --name"),
        ("aws cloudfront wait deployed", "aws cloudfront has no waiter deployed"),
        ("sam deplyo", "sam has no command deplyo"),
        ("sam deploy --guide-me", "sam deploy: No such option: --guide-me"),
        ("make maintenance-please", "make maintenance-please: "),
        ("site-maintenance plan --iff on", "site-maintenance plan: error: "),
        ("site-maintenance onn", "site-maintenance: error: "),
    ],
)
def test_a_command_that_cannot_be_typed_is_found(typed: str, error: str) -> None:
    """By the models of botocore, and by the parsers of the others."""
    (found, *_) = commands.errors(shlex.split(typed))

    assert found.startswith(error)


@pytest.mark.parametrize("code", ["aws ssm get-parameters --with-love", "make maintenance-please"])
def test_a_wrong_command_in_a_sentence_is_found(code: str) -> None:
    """It may leave out what is required, and no more."""
    assert commands.inline_errors(code)


def test_a_command_with_help_can_be_typed() -> None:
    """It ends the parser as an error does."""
    assert [] == commands.errors(["site-maintenance", "status", "--help"])


def test_a_sentence_may_leave_out_what_a_command_requires() -> None:
    """But a block may not."""
    typed = "site-maintenance bypass revoke"

    assert [] == commands.inline_errors(typed)
    assert commands.errors(typed.split())


def test_the_commands_of_a_block_are_found_wherever_they_stand() -> None:
    """In functions, pipes and quotes, over several lines, and behind a comment."""
    block = """
    make demo  # aws is needed
    f() { echo "$1" | aws ssm get-parameter --name "$1 x" \\
        --query 'a | b' >file; }
    if ! AWS_REGION=x site-maintenance status; then A="$(aws s3 ls "$B")"; fi  # make b
    echo aws s4
    """

    assert [
        ["make", "demo"],
        ["aws", "ssm", "get-parameter", "--name", "$1 x", "--query", "a | b"],
        ["site-maintenance", "status"],
        ["aws", "s3", "ls", "$B"],
    ] == list(commands.commands(block))


def test_a_reference_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """A page, a heading or a test that is not there."""
    page = tmp_path / "page.md"
    page.write_text(
        "# One page\n[a](gone.md) [b](page.md#two-pages) [c](#one-page)\n"
        "`tests/contract/test_check_docs.py::test_nothing`\n"
    )

    assert [
        "there is no gone.md",
        "page.md has no heading #two-pages",
        "there is no test tests/contract/test_check_docs.py::test_nothing",
    ] == list(references.errors(page))


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        ({"Default": "UTC"}, "`UTC` | any text"),
        ({"Default": ""}, "empty | any text"),
        ({}, "required | any text"),
        ({"Default": 25, "MinValue": 1, "MaxValue": 5000}, "`25` | 1 to 5,000"),
        ({"Default": "a", "AllowedValues": ["a", "b"]}, "`a` | `a`, `b`"),
        (
            {"Default": "a", "ConstraintDescription": "must be a or b|c", "MaxLength": 2000},
            "`a` | a or b\\|c; at most 2,000 characters",
        ),
        (
            {"ConstraintDescription": "must be at most 9 characters", "MaxLength": 9},
            "required | at most 9 characters",
        ),
        ({"Default": "*", "Type": "CommaDelimitedList"}, "`*` | a list, comma separated"),
    ],
)
def test_a_parameter_is_shown_with_what_is_allowed(given: dict[str, Any], cells: str) -> None:
    """In words, where the template has words for its pattern."""
    template = {"Parameters": {"Name": given | {"Description": "What."}}, "Outputs": {}}
    page = "".join(f"<!-- begin {n} -->\n<!-- end {n} -->\n" for n in ("parameters", "outputs"))

    assert f"| `Name` | {cells} | What. |" in with_tables(page, template).splitlines()
