"""The check of a package, run as the controller runs it before publishing."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from maintenance_edge.check import package_errors

from tests.edge.builders import EDGE_HANDLER, a_package

OVERRIDES = {
    "page.html": "<h1>{{title}}</h1><style>{{style}}</style>",
    "problem.json": {"code": 7},
    "announcement.json": {"message": "Nové disky", "until": None},
}


def run_check(package: Path) -> tuple[int, str, str]:
    """Return exit status, output and errors of the check, run as the controller does."""
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-B", "-m", "maintenance_edge.check"],
        cwd=package,
        env={"PATH": os.defpath, "LC_ALL": "POSIX"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_usable_package_passes_without_output(tmp_path: Path) -> None:
    """The check writes nothing into the package either."""
    package = a_package(tmp_path / "package", OVERRIDES)

    assert (0, "", "") == run_check(package)
    assert [] == list(package.rglob("__pycache__"))


def test_each_error_of_an_unusable_package_is_one_line(tmp_path: Path) -> None:
    """Unreadable files and blocked markup, in any script."""
    overrides = {**OVERRIDES, "page.html": "<p>\n<img src='é'>", "settings.json": '{"é": 1}'}
    package = a_package(tmp_path / "package", overrides)

    assert (
        1,
        (
            "page/settings.json: remove 'é', which is not a setting.\n"
            "page/page.html, line 2: <img src> loads a file, which the page's "
            "Content-Security-Policy blocks: draw it as <svg> in the page, or remove it.\n"
        ),
        "",
    ) == run_check(package)


def test_an_unreadable_page_has_one_error(tmp_path: Path) -> None:
    """Its markup is not checked."""
    package = a_package(tmp_path / "package", {"page.html": b"\xff<img src=a>"})

    assert (
        "page/page.html is not UTF-8 (invalid start byte at byte 0): save it as UTF-8.",
    ) == package_errors(package)


def test_the_package_of_this_repository_is_usable(capfd: pytest.CaptureFixture[str]) -> None:
    """Run from edge_handler/ itself, with the settings that are deployed next."""
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EDGE_HANDLER / "maintenance_edge" / "check.py"), run_name="__main__")

    assert (0, "") == (ended.value.code, capfd.readouterr().out)
