"""`tools/slim` leaves in a package what the controller reads, and takes nothing else out."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.template import ROOT

SLIM = ROOT / "tools" / "slim"
APP = ROOT / "controller" / "maintenance" / "app.py"


def _clients(source: str) -> set[str]:
    """Return the services that clients are made of, as `session.client("ssm", ...)` names them."""
    calls = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    made = [
        each.args[0]
        for each in calls
        if isinstance(each.func, ast.Attribute) and each.func.attr == "client"
    ]
    return {each.value for each in made if isinstance(each, ast.Constant)}  # type: ignore[misc]  # any constant


def _left(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_the_models_of_every_client_are_left() -> None:
    """Without its model a client cannot be made, and the run would fail."""
    found = re.search(r'^services="(.*)"$', SLIM.read_text(), re.MULTILINE)

    assert found
    assert _clients(APP.read_text()) == set(found[1].split())


def test_models_of_other_services_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    """What botocore reads for every client, and modules of any name, stay."""
    data = tmp_path / "botocore" / "data"
    kept = {"botocore/data/endpoints.json", "botocore/data/ssm/2014/service-2.json", "ec2/page.txt"}
    for name in (*kept, "botocore/data/ec2/2016/service-2.json", "botocore/data/ssm-sap/1.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    subprocess.run([SLIM, tmp_path], check=True)  # noqa: S603 - our own tool

    assert kept == _left(tmp_path)
    assert {"ssm", "endpoints.json"} == {each.name for each in data.iterdir()}


def test_a_module_is_compiled_and_an_edited_one_is_read_anew(tmp_path: Path) -> None:
    """A compiled file never stands for a source that it was not made of."""
    module = tmp_path / "answer.py"
    module.write_text("ANSWER = 1\n")

    subprocess.run([SLIM, tmp_path], check=True)  # noqa: S603 - our own tool
    compiled = _left(tmp_path) - {"answer.py"}
    module.write_text("ANSWER = 2\n")

    assert {"__pycache__/answer.cpython-313.pyc"} == compiled
    told = subprocess.run(
        [sys.executable, "-c", "import answer; print(answer.ANSWER)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2" == told.stdout.strip()


@pytest.mark.parametrize("packages", [[], ["nowhere"]])
def test_what_is_no_package_is_refused(packages: list[str]) -> None:
    """A typo is no success, and without any name nothing else is compiled."""
    ran = subprocess.run([SLIM, *packages], capture_output=True, text=True, check=False)  # noqa: S603 - our own tool

    assert 1 == ran.returncode
    assert "run make build" in ran.stderr
