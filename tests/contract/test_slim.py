"""`tools/slim` leaves in a package what the controller reads, and takes nothing else out."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.template import ROOT

SLIM = ROOT / "tools" / "slim"
CONTROLLER = ROOT / "controller" / "maintenance"


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


def test_the_model_of_every_client_is_kept() -> None:
    """Without its model a client cannot be created, and the run would fail."""
    found = re.search(r'^services="(.*)"$', SLIM.read_text(), re.MULTILINE)

    assert found
    wiring = (CONTROLLER / "app.py", *(CONTROLLER / "wiring").glob("*.py"))
    clients = set().union(*(_clients(each.read_text()) for each in wiring))
    assert clients == set(found[1].split())


def test_only_models_of_other_services_are_removed(tmp_path: Path) -> None:
    """Files that botocore reads for every client stay, and so do modules of any name."""
    data = tmp_path / "botocore" / "data"
    kept = {"botocore/data/endpoints.json", "botocore/data/ssm/2014/service-2.json", "ec2/page.txt"}
    for name in (*kept, "botocore/data/ec2/2016/service-2.json", "botocore/data/ssm-sap/1.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"partitions": []}')

    subprocess.run([SLIM, tmp_path], check=True)  # noqa: S603 - our own tool

    assert kept == _left(tmp_path)
    assert {"ssm", "endpoints.json"} == {each.name for each in data.iterdir()}


def test_what_only_the_command_line_runs_is_removed(tmp_path: Path) -> None:
    """The handler imports none of it, and a reader of the package would wonder."""
    for name in ("cli/session.py", "deployment/template.py", "__main__.py", "app.py"):
        (tmp_path / "maintenance" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "maintenance" / name).write_text("")

    subprocess.run([SLIM, tmp_path], check=True)  # noqa: S603 - our own tool

    modules = {each for each in _left(tmp_path) if each.endswith(".py")}
    assert {"maintenance/app.py"} == modules


def test_the_program_of_the_standby_function_is_kept(tmp_path: Path) -> None:
    """The controller reads it from its package, and publishes it."""
    program = tmp_path / "maintenance" / "standby" / "function.js"
    program.parent.mkdir(parents=True)
    program.write_bytes((CONTROLLER / "standby" / "function.js").read_bytes())

    subprocess.run([SLIM, tmp_path], check=True)  # noqa: S603 - our own tool

    assert {"maintenance/standby/function.js"} == _left(tmp_path)


def test_a_module_is_compiled_and_again_after_an_edit(tmp_path: Path) -> None:
    """Python ignores a compiled file of another source."""
    module = tmp_path / "answer.py"
    module.write_text("ANSWER = 1\n")

    subprocess.run([SLIM, tmp_path], check=True)  # noqa: S603 - our own tool
    compiled = _left(tmp_path) - {"answer.py"}
    module.write_text("ANSWER = 2\n")

    assert {"__pycache__/answer.cpython-313.pyc"} == compiled
    ran = subprocess.run(
        [sys.executable, "-c", "import answer; print(answer.ANSWER)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2" == ran.stdout.strip()


@pytest.mark.parametrize("packages", [[], ["nowhere"]])
def test_a_folder_that_does_not_exist_is_refused(packages: list[str]) -> None:
    """A typo fails, and without a name nothing is compiled."""
    ran = subprocess.run([SLIM, *packages], capture_output=True, text=True, check=False)  # noqa: S603 - our own tool

    assert 1 == ran.returncode
    assert "run make build" in ran.stderr
