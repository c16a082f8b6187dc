"""The CDK example, synthesized by the real library."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import EXAMPLES, PYTHON, Example
from tests.needs import need

_GIVEN = ("Distributions", "Engine", "SwitchParameter", "TimeZone")


@pytest.fixture(scope="module")
def synthesized(example: Example, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give the template that the app makes of the packaged one."""
    made = _synthesize(tmp_path_factory.mktemp("cdk"), example.template)
    return dict(made["site-maintenance"])


def _synthesize(folder: Path, packaged: str, *, engine: str = "attach") -> dict[str, Any]:
    """Return the templates of the app, with this engine, by the names of their stacks."""
    need({"node": bool(shutil.which("node"))}, "sudo apt-get install nodejs")
    app = (EXAMPLES / "cdk" / "app.py").read_text("utf-8")
    (folder / "app.py").write_text(app.replace('ENGINE = "attach"', f'ENGINE = "{engine}"'))
    (folder / "packaged.json").write_text(packaged)
    command = json.loads((EXAMPLES / "cdk" / "cdk.json").read_text())["app"].split()
    subprocess.run(  # noqa: S603 - our own program
        [PYTHON, *command[1:]],
        cwd=folder,
        # As the CDK command line does.
        env={**os.environ, "CDK_OUTDIR": str(folder / "cdk.out")},
        check=True,
        capture_output=True,
    )
    made = (folder / "cdk.out").glob("*.template.json")
    return {each.name.partition(".")[0]: json.loads(each.read_text()) for each in made}


def test_each_resource_of_the_packaged_template_is_there(
    example: Example, synthesized: dict[str, Any]
) -> None:
    """With its properties; and they are the same where no parameter of the app comes in."""
    packaged = json.loads(example.template)["Resources"]
    unchanged = [
        name
        for name, each in packaged.items()
        if not any(
            f'{given}"' in json.dumps(each) or f"${{{given}}}" in json.dumps(each)
            for given in _GIVEN
        )
    ]

    assert packaged.keys() <= synthesized["Resources"].keys()
    assert len(unchanged) > len(packaged) / 2
    for name, resource in packaged.items():
        made = synthesized["Resources"][name]
        assert resource["Type"] == made["Type"]
        assert resource.get("Properties", {}).keys() == made.get("Properties", {}).keys()
        if name in unchanged:
            assert resource.get("Properties") == made.get("Properties")


def test_the_parameters_of_the_app_reach_the_controller(synthesized: dict[str, Any]) -> None:
    """What the app gives is no parameter of its stack any more."""
    variables = synthesized["Resources"]["Controller"]["Properties"]["Environment"]["Variables"]

    assert variables["DISTRIBUTIONS"] == "www.example.com"
    assert variables["TIME_ZONE"] == "Europe/Ljubljana"
    assert not {"Distributions", "TimeZone"} & synthesized["Parameters"].keys()


def test_the_windows_are_parameters_below_the_switch(synthesized: dict[str, Any]) -> None:
    """CDK makes strings, as the controller wants them."""
    windows = [
        each["Properties"]
        for each in synthesized["Resources"].values()
        if each["Type"] == "AWS::SSM::Parameter"
    ]

    assert {Path(each["Name"]).parent.as_posix() for each in windows} == {
        "/site/maintenance/windows"
    }
    assert {each["Type"] for each in windows} == {"String"}


def test_with_the_standby_engine_every_behavior_has_the_function(
    example: Example, tmp_path: Path
) -> None:
    """By its ARN, which the stack of the maintenance exports."""
    stacks = _synthesize(tmp_path, example.template, engine="standby")

    (distribution,) = (
        each["Properties"]["DistributionConfig"]
        for each in stacks["site"]["Resources"].values()
        if each["Type"] == "AWS::CloudFront::Distribution"
    )
    (output,) = (
        each for each in stacks["site-maintenance"]["Outputs"].values() if "Export" in each
    )
    function = {
        "EventType": "viewer-request",
        "FunctionARN": {"Fn::ImportValue": output["Export"]["Name"]},
    }
    assert output["Value"] == {"Fn::GetAtt": ["StandbyFunction", "FunctionARN"]}
    assert [[function], [function]] == [
        each["FunctionAssociations"]
        for each in (distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"])
    ]
    variables = stacks["site-maintenance"]["Resources"]["Controller"]["Properties"]["Environment"]
    assert "standby" == variables["Variables"]["ENGINE"]
