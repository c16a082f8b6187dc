"""`sam deploy --guided`, the way in for a checkout, by someone with docs/deploying-policy.json."""

import re
import shutil
import tomllib
from pathlib import Path

from maintenance.deployment.questions import QUESTIONS

from sandbox.demo.sam import lock_build
from tests.cli.program import ROOT
from tests.cloud import Cloud
from tests.contract.template import load_template
from tests.deployment.typed import in_terminal
from tests.sandbox.builders import a_distribution

_SAM = str(ROOT / ".venv" / "dev" / "bin" / "sam")
_OTHER_PARAMETERS = len(load_template()["Parameters"]) - len(QUESTIONS)


def test_guided_asks_our_questions_first_and_saves_the_answers(
    empty: Cloud, deployer: Cloud, tmp_path: Path
) -> None:
    """The time zone among them, and Return is right for all the others."""
    distribution, saved = a_distribution(empty), tmp_path / "samconfig.site.toml"
    shutil.copy(ROOT / "samconfig.toml", saved)
    lines = [
        *("", ""),  # stack and Region
        *(distribution, "Europe/Ljubljana", "", "", "", ""),
        *("" for _ in range(_OTHER_PARAMETERS)),
        *("y", "y", "n"),  # show changes, create roles, keep rollback
        *("y", "", ""),  # save, in which file and environment
        "y",  # deploy
    ]

    with lock_build():
        program = [_SAM, "deploy", "--guided", "--config-file", str(saved)]
        code, answer, screen = in_terminal(deployer, program, lines)

    assert 0 == code, answer + screen
    asked = re.findall(r"Parameter (\w+) \[", answer)
    assert [each.parameter for each in QUESTIONS] == asked[: len(QUESTIONS)]
    assert len(QUESTIONS) + _OTHER_PARAMETERS == len(asked)
    (stack,) = empty.cloudformation.describe_stacks(StackName="site-maintenance")["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert "Europe/Ljubljana" == parameters["TimeZone"]
    settings = tomllib.loads(saved.read_text())["default"]["deploy"]["parameters"]
    assert f'Distributions="{distribution}"' in settings["parameter_overrides"]


def test_what_guided_saves_is_no_file_of_the_repository() -> None:
    """An owner's answers are in no commit, and in the way of no update."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert "/samconfig.*.toml" in ignored
