"""`make setup` on a machine where little is installed, and not all of it in the usual place."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract.template import ROOT

SYSTEM = "/usr/bin:/bin"
STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a checkout without environments; `uv`, on PATH, writes its calls to the file `calls`."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "environment", tmp_path / "tools")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "dev").mkdir(parents=True)
    _program(tmp_path / "bin" / "uv", 'echo "certs=$UV_SYSTEM_CERTS $*" >>calls')
    return tmp_path


def _program(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o700)


def _make_environment(checkout: Path) -> str:
    """Make `dev`, and return how uv was called."""
    subprocess.run(  # noqa: S603 - our own tool
        [checkout / "tools" / "environment", "dev"],
        check=True,
        env={"PATH": f"{checkout / 'bin'}:{SYSTEM}"},
        capture_output=True,
    )
    return (checkout / "calls").read_text()


def test_uv_trusts_the_authorities_that_the_machine_trusts(checkout: Path) -> None:
    """A company's proxy shows a certificate of the company's own authority."""
    has_store = platform.system() == "Darwin" or any(Path(each).exists() for each in STORES)

    calls = _make_environment(checkout)

    assert f"certs={'true' if has_store else ''} pip sync" in calls


def test_a_python_that_pyenv_has_but_does_not_offer_is_used(checkout: Path) -> None:
    """Its shims fail unless PYENV_VERSION or a file selects the version."""
    shim = '[ "$PYENV_VERSION" = 3.13 ] && echo /pyenv/python3.13'
    _program(checkout / "bin" / "python3.13", shim)

    assert "--python /pyenv/python3.13 .venv/dev" in _make_environment(checkout)


def test_a_uv_that_does_not_start_is_passed_over(checkout: Path) -> None:
    """It may be pyenv's shim for a version that is not selected."""
    _program(checkout / ".venv" / "uv" / "bin" / "uv", 'echo "ours $*" >>calls')
    _program(checkout / "bin" / "uv", "exit 127")

    assert "ours pip sync" in _make_environment(checkout)


def test_jobs_wait_until_uv_is_installed(checkout: Path) -> None:
    """Each would install it, in the same folder."""
    slow = 'echo "begin $1" >>calls; sleep 0.2; echo "end $1" >>calls'
    _program(
        checkout / "tools" / "environment",
        f'mkdir -p ".venv/$1"; {slow}; touch ".venv/$1/.made"',
    )

    subprocess.run(["make", "--jobs=4", "setup"], cwd=checkout, check=True, capture_output=True)  # noqa: S607 - make is anywhere

    calls = (checkout / "calls").read_text().splitlines()
    assert ["begin uv", "end uv"] == calls[:2]
    assert {"begin dev", "begin sandbox"} == set(calls[2:4])
