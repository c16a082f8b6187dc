"""A package says all that it answers, for an engine that only picks."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from maintenance_edge.export import export, main
from maintenance_edge.files import PackageError
from maintenance_edge.package import Package, read_package
from viewer_request import load_responder

from tests.edge.builders import EDGE_HANDLER, NOW, a_package, a_request


def run_export(package: Path) -> tuple[int, str, str]:
    """Return exit status, output and errors of the program, in an environment without UTF-8."""
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-B", "-m", "maintenance_edge.export"],
        cwd=package,
        env={"PATH": os.defpath, "LC_ALL": "POSIX"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_each_language_has_its_three_answers(tmp_path: Path) -> None:
    """As the edge handler gives them, but for what depends on the request."""
    package = read_package(a_package(tmp_path / "package"))

    document = export(package)

    assert ["en", "de"] == document["languages"] == list(document["answers"])
    text = document["answers"]["de"]["text"]
    assert "Gleich\nUmzug.\n" == text["body"]
    assert "text/plain; charset=utf-8" == text["headers"]["content-type"]
    assert {"page", "problem", "text"} == document["answers"]["en"].keys()


def test_the_answers_after_the_end_are_others(tmp_path: Path) -> None:
    """Only if an end is known."""
    ending = a_package(tmp_path / "ending", {"announcement.json": {"until": "2026-11-26T01:00Z"}})

    document = export(read_package(ending))
    endless = export(read_package(a_package(tmp_path / "endless")))

    assert document["until"] == NOW + 3_600
    assert "01:00 UTC" in document["answers"]["en"]["text"]["body"]
    assert "01:00 UTC" not in document["overdue"]["en"]["text"]["body"]
    assert (None, None) == (endless["until"], endless["overdue"])


def test_the_settings_are_those_that_decide_for_each_request(tmp_path: Path) -> None:
    """Networks as ranges of IPv6 numbers, named origins as an expression."""
    package = a_package(
        tmp_path / "package",
        allowed_paths=["/a*"],
        allowed_networks=["192.0.2.0/24", "192.0.3.0/24"],
        cors_origins=["https://a.example", "*"],
        rewrite="single-page",
        rewrite_except_paths=["/api/*"],
        retry_after_seconds=7,
        retry_after_max_seconds=8,
    )

    assert {
        "allowed_paths": ("/a*",),
        "rewrite": "single-page",
        "rewrite_except_paths": ("/api/*",),
        "allowed_ranges": [[f"{'0' * 20}ffffc0000200", f"{'0' * 20}ffffc00003ff"]],
        "named_origins": r"https://a\.example",
        "all_origins": True,
        "retry_after_seconds": 7,
        "retry_after_max_seconds": 8,
    } == export(read_package(package))["settings"]


def test_without_networks_and_named_origins_there_are_none(tmp_path: Path) -> None:
    """The expression would be one that matches nothing."""
    settings = export(read_package(a_package(tmp_path / "package")))["settings"]

    assert ([], "", False) == (
        settings["allowed_ranges"],
        settings["named_origins"],
        settings["all_origins"],
    )


def test_the_program_prints_the_document(tmp_path: Path) -> None:
    """The controller runs it beside the check, in a process without settings."""
    package = a_package(tmp_path / "package", {"announcement.json": {"message": "Nov\u00e9 disky"}})

    status, output, errors = run_export(package)

    assert (0, "") == (status, errors)
    assert json.loads(json.dumps(export(read_package(package)))) == json.loads(output)
    assert "Nov\u00e9 disky" in json.loads(output)["answers"]["en"]["text"]["body"]


def test_the_program_says_why_a_package_is_unusable(tmp_path: Path) -> None:
    """On one line, as the check does."""
    package = a_package(tmp_path / "package", {"settings.json": "{"})

    status, output, errors = run_export(package)

    assert (1, "") == (status, errors)
    assert output.startswith("page/settings.json is not valid JSON")
    assert 1 == output.count("\n")


def test_the_package_of_this_repository_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    """Run from edge_handler/ itself: the same answer as the handler's."""
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EDGE_HANDLER / "maintenance_edge" / "export.py"), run_name="__main__")

    document = json.loads(capfd.readouterr().out)
    response = load_responder(EDGE_HANDLER)(a_request(), NOW)
    assert 0 == ended.value.code
    assert response.get("body") == document["answers"]["en"]["problem"]["body"]


def test_main_prints_why_a_package_is_unusable(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """As UTF-8, whatever the terminal takes."""

    def unusable(_: Path) -> Package:
        raise PackageError("page/straße.html: remove it")

    monkeypatch.setattr("maintenance_edge.export.read_package", unusable)

    assert (1, "page/straße.html: remove it\n") == (main(), capsysbinary.readouterr().out.decode())
