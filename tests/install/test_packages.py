"""The wheel carries the Lambda packages if they were made of the same sources."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.program import ROOT
from tools.packages import digest_of_sources, zip_folder

_SOURCES = ("controller", "edge_handler", "tools")
_FILES = ("pyproject.toml", "template.yaml", "README.md", "LICENSE")
_COMPILED = shutil.ignore_patterns("__pycache__")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a checkout whose packages have just been made, with little in them."""
    for folder in _SOURCES:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=_COMPILED)
    for file in _FILES:
        shutil.copy(ROOT / file, tmp_path)
    packages = tmp_path / ".aws-sam" / "packages"
    packages.mkdir(parents=True)
    (packages / "edge-1.zip").write_bytes(zip_folder(tmp_path / "edge_handler"))
    (packages / "template.json").write_text("{}")
    (packages / "sources.sha256").write_text(digest_of_sources(tmp_path))
    return tmp_path


def _wheel(checkout: Path) -> tuple[set[str], str]:
    """Build the wheel; return the packages in it, and what was said."""
    names, said = _names_in_wheel(checkout)
    inside = "maintenance/resources/packages/"
    return {each.removeprefix(inside) for each in names if each.startswith(inside)}, said


def _names_in_wheel(checkout: Path) -> tuple[set[str], str]:
    ran = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    (file,) = (checkout / "dist").glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist()), ran.stderr


def test_packages_of_these_sources_are_in_the_wheel(checkout: Path) -> None:
    """Also after compiled files have come and gone."""
    (checkout / "controller" / "__pycache__").mkdir()
    (checkout / "controller" / "__pycache__" / "a.cpython-313.pyc").write_bytes(b"x")

    assert {"edge-1.zip", "template.json"} == _wheel(checkout)[0]


def test_the_program_of_the_standby_function_is_in_the_wheel(checkout: Path) -> None:
    """The command composes it with a function of the site's own."""
    names, _ = _names_in_wheel(checkout)

    assert "maintenance/standby/function.js" in names


def test_outdated_packages_are_left_out_and_named(checkout: Path) -> None:
    """A stack would run other code than the command."""
    (checkout / "controller" / "maintenance" / "text.py").write_text("# edited\n")

    packages, said = _wheel(checkout)

    assert set() == packages
    assert "The Lambda packages are outdated and left out: make packages" in said


def test_without_packages_the_command_says_where_to_get_them(checkout: Path) -> None:
    """Before it asks AWS for anything."""
    shutil.rmtree(checkout / ".aws-sam")

    ran = subprocess.run(
        [sys.executable, "-m", "maintenance", "package", "--bucket", "any"],
        env={
            "PATH": os.defpath,
            "PYTHONPATH": f"{checkout / 'controller'}:{checkout / 'edge_handler'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (1, "") == (ran.returncode, ran.stdout)
    assert "installed without the Lambda packages: install the wheel of a release" in ran.stderr


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    """Their times and modes do not matter."""
    for name, time, mode in (("one", 1_000_000_000, 0o600), ("two", 1_500_000_000, 0o755)):
        (tmp_path / name / "folder").mkdir(parents=True)
        for file in ("b.py", "folder/a.py"):
            path = tmp_path / name / file
            path.write_text("x = 1\n")
            path.chmod(mode)
            os.utime(path, (time, time))

    assert zip_folder(tmp_path / "one") == zip_folder(tmp_path / "two")
