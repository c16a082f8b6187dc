"""`make release`: everything that is published, the same bytes each time."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from maintenance.cli.resources import version
from maintenance.deployment.template import package_keys

from tests.cli.program import ROOT
from tests.cloud import Cloud
from tests.install.installation import install_with_uv, type_installed
from tests.sandbox.builders import a_distribution
from tests.timing import crowding
from tools.release import release_notes

_LONGEST_SECONDS = 120
_LEFT_OUT = shutil.ignore_patterns(
    ".venv",
    ".git",
    ".aws-sam",
    ".cache",
    "dist",
    "node_modules",
    "__pycache__",
    ".*_cache",
    "*.pyc",
)


def _make(folder: Path, *words: str) -> None:
    ran = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--silent", *words],  # noqa: S607 - whichever make is here
        cwd=folder,
        env=os.environ | {"PATH": f"{ROOT}/.venv/dev/bin{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ran.returncode, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give dist/ of two releases, made in two copies of this checkout."""
    _make(ROOT, "--old-file=requirements/release.txt", ".venv/release/.made")
    folder = tmp_path_factory.mktemp("releases")
    first, second = folder / "one", folder / "another"
    for copy in (first, second):
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
        _make(copy, "--old-file=setup", "--old-file=.venv/release/.made", "release")
    return first / "dist", second / "dist"


def test_a_release_has_the_same_bytes_wherever_it_is_made(releases: tuple[Path, Path]) -> None:
    """So that anyone can check what they install."""
    first, second = ((each / "SHA256SUMS").read_text() for each in releases)

    assert first == second
    assert len(first.splitlines()) == 7


def test_the_checksums_are_those_of_all_other_files(releases: tuple[Path, Path]) -> None:
    """As `sha256sum --check` reads them."""
    dist = releases[0]
    lines = (dist / "SHA256SUMS").read_text().splitlines()

    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}

    assert sums.keys() | {"SHA256SUMS"} == {each.name for each in dist.iterdir()}
    assert sums == {name: hashlib.sha256((dist / name).read_bytes()).hexdigest() for name in sums}


def test_the_wheel_carries_the_packages_that_are_published(releases: tuple[Path, Path]) -> None:
    """And the template that names them."""
    dist = releases[0]
    (wheel,) = dist.glob("*.whl")
    inside = "maintenance/resources/packages"
    with zipfile.ZipFile(wheel) as archive:
        template = archive.read(f"{inside}/template.json")
        for key in package_keys(template.decode()):
            name = key.rpartition("/")[2]
            assert (dist / name).read_bytes() == archive.read(f"{inside}/{name}")

    assert template == (dist / f"site-maintenance-{version()}-template.json").read_bytes()
    assert f"site_maintenance-{version()}-py3-none-any.whl" == wheel.name


def test_a_stranger_needs_only_the_wheel(
    releases: tuple[Path, Path], cloud: Cloud, tmp_path: Path
) -> None:
    """Installed, deployed, planned, closed, opened and destroyed within two minutes."""
    distribution_id, began = a_distribution(cloud), time.monotonic()

    def types(*words: str) -> str:
        return type_installed(tmp_path / "bin", *words, **cloud.sandbox.environment())

    install_with_uv(tmp_path, next(releases[0].glob("*.whl")))
    deployed = types("deploy", "--distributions", distribution_id, "--yes")
    planned = types("plan", "on", "for", "2h")
    closed = types("on", "for", "30m", "--yes")
    opened = types("off", "--yes")
    removed = types("destroy", "--yes")

    assert "This would close 1 behavior of 1 distribution." in deployed
    assert "This would close 1 behavior of 1 distribution." in planned
    assert "CLOS" in closed
    assert "OPEN" in opened
    assert "is deleted, and the site is open" in removed
    assert time.monotonic() - began < _LONGEST_SECONDS * crowding()


def test_the_lambda_packages_have_nothing_of_the_command(releases: tuple[Path, Path]) -> None:
    """And every module compiled."""
    (controller,) = releases[0].glob("controller-*.zip")
    with zipfile.ZipFile(controller) as archive:
        names = set(archive.namelist())

    assert "maintenance/handler.py" in names
    assert "maintenance/__pycache__/handler.cpython-313.pyc" in names
    assert [] == [
        each
        for each in names
        if each.startswith(("maintenance/cli/", "maintenance/dep"))
        and not each.startswith("maintenance/deadline")
    ]


def test_the_source_archive_has_the_tests_and_nothing_that_was_made(
    releases: tuple[Path, Path],
) -> None:
    """`make test` passes in it, and no environment is in it."""
    (archive,) = releases[0].glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {each.name.partition("/")[2] for each in opened.getmembers()}

    assert {"Makefile", "template.yaml", "tests/conftest.py", "docs/deploy.md"} <= names
    made = (".venv", ".aws-sam", ".cache", "dist")
    assert [] == [each for each in names if each.startswith(made)]


def test_the_bill_of_materials_has_every_pinned_package(releases: tuple[Path, Path]) -> None:
    """With its version, in CycloneDX."""
    document = json.loads((releases[0] / f"site-maintenance-{version()}-sbom.cdx.json").read_text())
    pinned = {
        line.split(" ")[0]
        for line in (ROOT / "controller" / "requirements.txt").read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }

    assert "CycloneDX" == document["bomFormat"]
    assert ("site-maintenance", version()) == (
        document["metadata"]["component"]["name"],
        document["metadata"]["component"]["version"],
    )
    assert pinned == {f"{each['name']}=={each['version']}" for each in document["components"]}


def test_the_notes_are_the_changelogs(releases: tuple[Path, Path]) -> None:
    """Of this version alone."""
    notes = (releases[0] / "NOTES.md").read_text()

    assert notes.startswith(f"## [{version()}] - 20")
    assert 1 == notes.count("\n## ") + 1


def test_a_version_without_a_date_is_not_released() -> None:
    """It says what to do."""
    changelog = "# Changelog\n\n## [Unreleased]\n\n- a\n\n## [1.0.0] - 2026-12-01\n\n- b\n"

    assert "## [1.0.0] - 2026-12-01\n\n- b\n" == release_notes(changelog, "1.0.0")
    with pytest.raises(SystemExit, match=r"has no section '## \[1\.1\.0\] - <date>'"):
        release_notes(changelog, "1.1.0")
