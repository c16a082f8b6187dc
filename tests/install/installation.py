"""
Install the command into an empty environment, and type it where nothing else is known.

This downloads from the package index, so its tests are no part of `make test`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cli.program import ROOT

# The Pythons that the command runs on, oldest first.
_PYTHONS = ("3.12", "3.13")
_PIPX = "pipx==1.18.4"


def install_with_uv(folder: Path, what: Path = ROOT) -> None:
    """Install a checkout or a wheel, on the oldest Python, with its program in folder/bin."""
    words = [_uv(), "tool", "install", "--quiet", "--python", _oldest_python(), str(what)]
    _run(words, UV_TOOL_DIR=str(folder / "tools"), UV_TOOL_BIN_DIR=str(folder / "bin"))


def install_with_pipx(folder: Path, what: Path = ROOT) -> None:
    """Install it with pipx, on this Python."""
    words = [_uv(), "tool", "run", "--quiet", _PIPX, "install", "--quiet"]
    _run(
        [*words, "--python", sys.executable, str(what)],
        PIPX_HOME=str(folder / "tools"),
        PIPX_BIN_DIR=str(folder / "bin"),
        PIPX_MAN_DIR=str(folder / "man"),
    )


def install_with_make(folder: Path) -> str:
    """Install this checkout as `make install` does after the packages; return what it says."""
    words = ["make", "--old-file=packages", "install"]
    return _run(words, UV_TOOL_DIR=str(folder / "tools"), UV_TOOL_BIN_DIR=str(folder / "bin"))


def type_installed(
    folder: Path, *words: str, program: str = "site-maintenance", **variables: str
) -> str:
    """Run a program of this folder, which knows nothing of this checkout; return its answer."""
    ran = subprocess.run(  # noqa: S603 - our own program
        [folder / program, *words],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder), "COLUMNS": "80", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    return ran.stdout


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
