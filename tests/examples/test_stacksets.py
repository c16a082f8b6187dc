"""The StackSets example: no emulator has stack sets, so the AWS CLI checks the calls."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.examples.conftest import AWS, EXAMPLES, Example

_FOLDER = EXAMPLES / "stacksets"
# Checks a command against the API's model, and answers with an example instead of calling AWS.
_CHECKING = f"""#!/bin/sh
echo "$*" >>calls
exec '{AWS}' "$@" --generate-cli-skeleton output
"""


@pytest.fixture
def calls(tmp_path: Path) -> list[str]:
    """Give the commands of the script for the accounts of the example."""
    program = tmp_path / "bin" / "aws"
    program.parent.mkdir()
    program.write_text(_CHECKING)
    program.chmod(0o700)
    (tmp_path / "packaged.json").write_text("{}")
    subprocess.run(  # noqa: S603 - our own program
        [_FOLDER / "create.sh", "code", "packaged.json", _FOLDER / "accounts.example"],
        cwd=tmp_path,
        env={"PATH": f"{program.parent}:{os.defpath}", "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    return (tmp_path / "calls").read_text().splitlines()


def test_every_command_is_one_that_aws_knows(calls: list[str]) -> None:
    """One stack set, and stacks for each account with its own distributions."""
    accounts = [line.split() for line in (_FOLDER / "accounts.example").read_text().splitlines()]

    stacks = [each for each in calls if "create-stack-instances" in each]

    assert sum("create-stack-set " in each for each in calls) == 1
    assert len(stacks) == len(accounts)
    for call, (account, unit, distributions) in zip(stacks, accounts, strict=True):
        assert f"Accounts={account},OrganizationalUnitIds={unit}" in call
        assert f'"ParameterValue": "{distributions}"' in call


def test_the_bucket_is_open_to_the_organization_only() -> None:
    """The policy has the two words that the script replaces, and no other condition."""
    (statement,) = json.loads((_FOLDER / "bucket-policy.json").read_text())["Statement"]

    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "ORGANIZATION"}}
    assert statement["Action"] == "s3:GetObject"
    assert statement["Resource"].startswith("arn:aws:s3:::BUCKET/")


def test_the_template_has_nothing_that_stack_sets_refuse(example: Example) -> None:
    """Macros and nested stacks (doc: CloudFormation API, CreateStackSet, Capabilities)."""
    template = json.loads(example.template)

    assert "Transform" not in example.template
    assert "AWS::CloudFormation::Stack" not in {
        each["Type"] for each in template["Resources"].values()
    }
