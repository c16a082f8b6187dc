"""
The command, installed from this checkout into an empty environment, as people install it.

This downloads from the package index, so it is no part of `make test`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from maintenance.cli.arguments import COMMANDS
from maintenance.cli.resources import version

from tests.cli.deployed import ROOT, deploy
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution

PIPX = "pipx==1.18.4"
# The Pythons that the command runs on, oldest first.
_PYTHONS = ("3.12", "3.13")
_IMPORT_ALL = """
import importlib, pkgutil, maintenance, maintenance_edge
for package in (maintenance, maintenance_edge):
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(each.name)
        print(each.name)
"""


def _uv() -> str:
    """Return the uv that made the environments of this checkout."""
    return shutil.which("uv") or str(ROOT / ".venv" / "uv" / "bin" / "uv")


def _run(words: list[str], **variables: str) -> str:
    ran = subprocess.run(  # noqa: S603 - programs of this machine
        words, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert 0 == ran.returncode, ran.stderr
    return ran.stdout


def _oldest_python() -> str:
    """Return the oldest Python on this machine that the command runs on, also one of pyenv."""
    for minor in _PYTHONS:
        # pyenv's programs fail unless this selects the version.
        variables = os.environ | {"PYENV_VERSION": minor}
        ask = f"python{minor} -c 'import sys; print(sys.executable)'"
        ran = subprocess.run(  # noqa: S602 - a constant, and the shell finds what is not there
            ask, shell=True, env=variables, capture_output=True, text=True, check=False
        )
        if found := ran.stdout.strip():
            return found
    return sys.executable


def by_uv(folder: Path) -> None:
    """Install as the README says first."""
    words = [_uv(), "tool", "install", "--quiet", "--python", _oldest_python(), "."]
    _run(words, UV_TOOL_DIR=str(folder / "tools"), UV_TOOL_BIN_DIR=str(folder / "bin"))


def by_pipx(folder: Path) -> None:
    """Install as the README says second."""
    words = [_uv(), "tool", "run", "--quiet", PIPX, "install", "--quiet"]
    _run(
        [*words, "--python", sys.executable, "."],
        PIPX_HOME=str(folder / "tools"),
        PIPX_BIN_DIR=str(folder / "bin"),
        PIPX_MAN_DIR=str(folder / "man"),
    )


@pytest.fixture(scope="module", params=[by_uv, by_pipx])
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the installed command."""
    folder = tmp_path_factory.mktemp("installed")
    install: Callable[[Path], None] = request.param
    install(folder)
    return folder / "bin" / "site-maintenance"


def _types(command: Path, *words: str, **variables: str) -> str:
    """Run the command in an environment that knows nothing of this checkout."""
    return subprocess.run(  # noqa: S603 - our own program
        [command, *words],
        cwd=command.parent,
        env={"PATH": os.defpath, "HOME": str(command.parent), "COLUMNS": "80", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_installed_command_says_its_version(command: Path) -> None:
    """That of the template in the same checkout."""
    assert f"site-maintenance {version()}\n" == _types(command, "--version")


def test_every_command_starts_where_nothing_else_is_installed(command: Path) -> None:
    """Each module has what it imports, on the oldest Python too."""
    python = command.resolve().parent / "python"

    imported = _types(python, "-c", _IMPORT_ALL).split()

    assert set() == {f"maintenance.cli.{each}" for each in COMMANDS.values()} - set(imported)
    for each in COMMANDS:
        assert f"site-maintenance {each}" in _types(command, each, "--help")


def test_the_installed_command_asks_a_stack(command: Path, cloud: Cloud) -> None:
    """With credentials, and without a checkout."""
    deploy(cloud, a_distribution(cloud))

    shown = _types(command, "status", "--json", **cloud.sandbox.environment())

    assert '"mode": "live"' in shown
