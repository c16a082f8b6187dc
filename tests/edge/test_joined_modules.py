"""The edge function answers alike whether its modules are joined (tools/join_modules.py) or not."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.edge.builders import BROWSER, EDGE_HANDLER, NOW, a_package, a_request
from tests.standby.comparison import lambda_request
from tests.standby.sites import sites
from tests.standby.visits import table

ROOT = EDGE_HANDLER.parent
PAGES = ROOT / "tests" / "corpus" / "pages"

# What the code that PYTHONPATH names says about packages, and answers for them.
PROGRAM = """
import json, pathlib, sys
from viewer_request import load_responder
from maintenance_edge.check import package_errors, package_notices
from maintenance_edge.export import export
from maintenance_edge.package import read_package
import maintenance_edge

asked = json.load(sys.stdin)
said = []
for folder in map(pathlib.Path, asked["folders"]):
    respond = load_responder(folder)
    errors = package_errors(folder)
    said.append([
        errors, package_notices(folder), errors or export(read_package(folder)),
        [respond(each, asked["now"]) for each in asked["requests"]],
    ])
json.dump({"said": said, "file": maintenance_edge.__file__}, sys.stdout)
"""


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the code as `make build` leaves it."""
    folder = tmp_path_factory.mktemp("code") / "joined"
    shutil.copytree(EDGE_HANDLER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert "" == join(folder)
    return folder


def join(folder: Path) -> str:
    """Join the modules in `folder` and return the errors."""
    return subprocess.run(  # noqa: S603 -- our own tool
        [sys.executable, "-m", "tools.join_modules", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stderr


def answers(code: Path, folders: Sequence[Path], requests: Sequence[object]) -> list[Any]:
    """Return what `code` says about the packages in `folders`, and answers for them."""
    ran = subprocess.run(  # noqa: S603 -- our own function
        [sys.executable, "-S", "-s", "-c", PROGRAM],
        cwd=code,
        env={"PATH": os.defpath, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps({"folders": [*map(str, folders)], "requests": requests, "now": NOW}),
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(ran.stdout)
    assert Path(result["file"]).is_relative_to(code)
    said: list[Any] = result["said"]
    return said


def test_the_answers_are_the_same_for_all_requests(joined: Path, tmp_path: Path) -> None:
    """With tokens, a brand, networks, an end, pages of the owner's, and an API's errors."""
    folders = [tmp_path / name for name in sites(tmp_path)]
    requests = [lambda_request(visit) for visit in table()]

    expected = answers(EDGE_HANDLER, folders, requests)

    assert len(folders) == len(expected)
    assert expected == answers(joined, folders, requests)


def test_the_answers_are_the_same_for_all_pages_of_owners(joined: Path, tmp_path: Path) -> None:
    """Pages like real ones, some of which the check refuses."""
    folders = [
        a_package(tmp_path / page.name, {"page.html": page.read_bytes()})
        for page in PAGES.glob("*.html")
    ]
    requests = [a_request(headers={"Accept": each}) for each in (BROWSER, "*/*", "text/plain")]

    expected = answers(EDGE_HANDLER, folders, requests)

    assert {True, False} == {bool(errors) for errors, *_ in expected}
    assert expected == answers(joined, folders, requests)


def test_what_a_cold_start_loads_is_one_module(joined: Path) -> None:
    """And there once, so that an edit of it in a console cannot be without effect."""
    ran = subprocess.run(
        [
            sys.executable,
            "-S",
            "-s",
            "-c",
            "import sys, viewer_request; print(sys.modules.items())",
        ],
        cwd=joined,
        env={"PATH": os.defpath, "PYTHONPATH": str(joined), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {
        Path(each.partition("'")[0]).name
        for each in ran.stdout.split(f"from '{joined}{os.sep}")[1:]
    }

    assert {"viewer_request.py", "__init__.py"} == loaded
    left = {each.stem for each in (joined / "maintenance_edge").glob("*.py")}
    assert {"__init__", "brand", "check", "export", "networks"} <= left
    assert left.isdisjoint({"page", "settings", "texts", "package"})


def test_joined_modules_stay_as_they_are(joined: Path) -> None:
    """`tools/slim` may run twice on a package."""
    before = (joined / "maintenance_edge" / "__init__.py").read_text(encoding="utf-8")

    assert "" == join(joined)
    assert before == (joined / "maintenance_edge" / "__init__.py").read_text(encoding="utf-8")


def test_one_name_for_two_things_is_refused(tmp_path: Path) -> None:
    """The later one would take the place of the other; nothing is joined."""
    folder = tmp_path / "package"
    shutil.copytree(EDGE_HANDLER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    texts = folder / "maintenance_edge" / "texts.py"
    texts.write_text(f"{texts.read_text(encoding='utf-8')}\n_HASHES = 1\n", encoding="utf-8")
    page = folder / "maintenance_edge" / "page.py"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n_HASHES = 2\n", encoding="utf-8")

    assert (
        "_HASHES is not the same in maintenance_edge.texts and maintenance_edge.page: rename one "
        "of the two, because tools/join_modules.py makes one module of both.\n"
    ) == join(folder)
    assert page.exists()


def test_another_package_stays_as_it_is(tmp_path: Path) -> None:
    """The controller's, which has no handler of this name."""
    (tmp_path / "handler.py").write_text("X = 1\n", encoding="utf-8")

    assert ("", ["handler.py"]) == (join(tmp_path), [each.name for each in tmp_path.iterdir()])
