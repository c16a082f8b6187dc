"""
The command, installed from this checkout into an empty environment, as people install it.

This downloads from the package index, so it is no part of `make test`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from maintenance.cli.arguments import COMMANDS
from maintenance.cli.resources import version

from tests.cli.deployed import deploy
from tests.cloud import Cloud
from tests.install.installation import (
    install_with_make,
    install_with_pipx,
    install_with_uv,
    type_installed,
)
from tests.sandbox.builders import a_distribution

_IMPORT_ALL = """
import importlib, pkgutil, maintenance, maintenance_edge
for package in (maintenance, maintenance_edge):
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(each.name)
        print(each.name)
"""


@pytest.fixture(scope="module", params=[install_with_uv, install_with_pipx])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the installed command."""
    folder = tmp_path_factory.mktemp("installed")
    install: Callable[[Path], None] = request.param
    install(folder)
    return folder / "bin"


def test_the_installed_command_says_its_version(installed: Path) -> None:
    """That of the template in the same checkout."""
    assert f"site-maintenance {version()}\n" == type_installed(installed, "--version")


def test_make_installs_the_command_and_says_where_it_is(tmp_path: Path) -> None:
    """Someone without uv on PATH, or with an older Python, has to know nothing else."""
    said = install_with_make(tmp_path)

    program = tmp_path / "bin" / "site-maintenance"
    assert f"Installed {program}\n" in said
    assert f'export PATH="{program.parent}:$PATH"' in said
    assert f"site-maintenance {version()}\n" == type_installed(program.parent, "--version")


def test_every_command_starts_where_nothing_else_is_installed(installed: Path) -> None:
    """Each module has what it imports, on the oldest Python too."""
    programs = (installed / "site-maintenance").resolve().parent

    imported = type_installed(programs, "-c", _IMPORT_ALL, program="python").split()

    assert set() == {f"maintenance.cli.{each}" for each in COMMANDS.values()} - set(imported)
    for each in COMMANDS:
        assert f"site-maintenance {each}" in type_installed(installed, each, "--help")


def test_the_installed_command_composes_a_function(installed: Path, tmp_path: Path) -> None:
    """With the program that it has beside its code."""
    theirs = tmp_path / "theirs.js"
    theirs.write_text("function handler(event) { return event.request; }")

    composed = type_installed(installed, "standby", "compose", str(theirs))

    assert 1 == composed.count("__BAKED__")


def test_the_installed_command_asks_a_stack(installed: Path, cloud: Cloud) -> None:
    """With credentials, and without a checkout."""
    deploy(cloud, a_distribution(cloud))

    shown = type_installed(installed, "status", "--json", **cloud.sandbox.environment())

    assert '"mode": "live"' in shown
