"""The Terraform example, as far as a machine without Terraform's providers can judge it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from maintenance.schedule.window import parse_window

from tests.contract.template import load_template
from tests.examples.conftest import EXAMPLES, Example, read_hcl
from tests.needs import need

_FOLDER = EXAMPLES / "terraform"
_FILES = sorted([*_FOLDER.glob("**/*.tf"), *_FOLDER.glob("*.tfvars.example")])
_FORMATTER = EXAMPLES.parent / "tests" / "browser" / "node_modules" / "@cdktf" / "hcl-tools"
_FORMAT = """
const { format } = require(process.argv[1]);
const read = require("fs").readFileSync(0, "utf8");
format(read).then((text) => { process.stdout.write(text); process.exit(0); });
"""


def _blocks(kind: str, files: str = "*.tf") -> dict[str, dict[str, Any]]:
    """Return the blocks of a kind in all these files by label, and resources by type."""
    found: dict[str, dict[str, Any]] = {}
    for file in _FOLDER.glob(files):
        for block in read_hcl(file).get(kind, []):
            for label, body in block.items():
                found[label] = next(iter(body.values())) if kind == "resource" else body
    return found


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name)
def test_the_files_have_terraforms_own_format(file: Path) -> None:
    """The formatter is that of Terraform's language library, compiled to WebAssembly."""
    machine = {"node": bool(shutil.which("node")), "hcl-tools": _FORMATTER.exists()}
    need(machine, "sudo apt-get install nodejs npm && tools/browser")
    text = file.read_text("utf-8")

    ran = subprocess.run(  # noqa: S603 - our own program
        ["node", "-e", _FORMAT, str(_FORMATTER)],  # noqa: S607 - from PATH, as the tools are
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout == text


def test_every_variable_is_declared_used_and_described() -> None:
    """Those without a default are in the example of values, and all of that are variables."""
    variables = _blocks("variable")
    given = read_hcl(_FOLDER / "terraform.tfvars.example")
    text = "".join(file.read_text("utf-8") for file in _FOLDER.glob("*.tf"))

    assert {name for name, each in variables.items() if "default" not in each} <= set(given)
    assert set(given) <= set(variables)
    assert all(each["description"] and f"var.{name}" in text for name, each in variables.items())


def test_a_window_is_a_parameter_that_the_controller_reads() -> None:
    """Its name is below the switch, and each value of the example is in the window's grammar."""
    window = _blocks("resource")["aws_ssm_parameter"]
    given = read_hcl(_FOLDER / "terraform.tfvars.example")
    zone = ZoneInfo(given["time_zone"])

    assert window["name"] == "${var.switch_parameter}/windows/${each.key}"
    assert (window["type"], window["value"]) == ("String", "${each.value}")
    for name, value in given["windows"].items():
        assert parse_window(name, value, zone=zone).name == name


def test_both_association_lists_of_every_behavior_are_ignored() -> None:
    """An apply during maintenance then plans no change of the distribution."""
    site = _blocks("resource")["aws_cloudfront_distribution"]
    behaviors = [
        f"{kind}[{index}]"
        for kind in ("default_cache_behavior", "ordered_cache_behavior")
        for index in range(len(site[kind]))
    ]
    lists = ("lambda_function_association", "function_association")

    (lifecycle,) = site["lifecycle"]

    assert sorted(lifecycle["ignore_changes"]) == sorted(
        f"${{{behavior}.{each}}}" for behavior in behaviors for each in lists
    )


def test_every_behavior_has_the_standby_function() -> None:
    """By the output of the template, which exists with this engine; nothing is ignored."""
    ignoring, site = (
        _blocks("resource", files)["aws_cloudfront_distribution"]
        for files in ("*.tf", "standby/*.tf")
    )
    behaviors = [*site["default_cache_behavior"], *site["ordered_cache_behavior"]]
    arns = [
        association["function_arn"]
        for each in behaviors
        for association in each["function_association"]
        if association["event_type"] == "viewer-request"
    ]

    assert ['${aws_cloudformation_stack.maintenance.outputs["StandbyFunctionArn"]}'] * 2 == arns
    assert load_template()["Outputs"]["StandbyFunctionArn"]["Condition"] == "IsStandby"
    for each in behaviors:
        del each["function_association"]
    assert {**site, "lifecycle": ignoring["lifecycle"]} == ignoring


def test_the_values_of_the_example_make_a_stack(example: Example) -> None:
    """The parameters are the template's, the capabilities are enough, and the outputs exist."""
    stack = _blocks("resource")["aws_cloudformation_stack"]
    outputs = _blocks("output")

    assert example.parameters.keys() == stack["parameters"].keys()
    made = example.describe()

    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert made["Capabilities"] == stack["capabilities"]
    names = {each["OutputKey"] for each in made["Outputs"]}
    assert all(
        any(json.dumps(name) in each["value"] for name in names) for each in outputs.values()
    )
