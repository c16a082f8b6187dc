"""`tools/audit` fails for a vulnerability, and never takes a silent service for a clean one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract.template import ROOT

KNOWN = "Found 1 known vulnerability in 1 package"
CLEAN = "No known vulnerabilities found"
SKIPPED = "ERROR:pip_audit._cli:six: Dependency not found on PyPI and could not be audited"
NPM_CLEAN = "found 0 vulnerabilities"
NPM_KNOWN = "1 high severity vulnerability"
NPM_SILENT = "npm warn audit 405 Method Not Allowed"
SILENT = "ConnectionError: Failed to resolve"


def audit(folder: Path, *answers: str, required: bool = False) -> tuple[int, str]:
    """
    Run a copy of the script beside programs that answer so; return its status and errors.

    The answers: about jinja2 2.10, about the requirements, about the packages of Node.
    """
    known_bad, pip_audit, npm = answers
    for name in ("tools", ".venv/audit/bin", "bin", "requirements", "controller", "tests/browser"):
        (folder / name).mkdir(parents=True)
    for name in ("controller/requirements.txt", "requirements/dev.txt"):
        (folder / name).write_text("six==1.17.0\n")
    (folder / "tests/browser/package-lock.json").write_text("{}\n")
    shutil.copy(ROOT / "tools" / "audit", folder / "tools")
    judge = f'if grep -q jinja2 "$4"; then answer="{known_bad}"; else answer="{pip_audit}"; fi\n'
    _program(folder / ".venv/audit/bin/pip-audit", judge)
    _program(folder / "bin/npm", f'answer="{npm}"\n')
    environment = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(  # noqa: S603 - our own script
        [folder / "tools" / "audit"],
        env=environment | ({"AUDIT_REQUIRED": "1"} if required else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stderr


def _program(path: Path, answer: str) -> None:
    """Write a program that fails unless it answers that it has found nothing."""
    end = f'echo "$answer"\n[ "$answer" = "{CLEAN}" ] || [ "$answer" = "{NPM_CLEAN}" ]\n'
    path.write_text(f"#!/bin/sh\n{answer}{end}")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ((KNOWN, CLEAN, NPM_CLEAN), 0, ""),
        ((KNOWN, KNOWN, NPM_CLEAN), 1, "VULNERABLE: requirements/dev.txt"),
        ((KNOWN, CLEAN, NPM_KNOWN), 1, "VULNERABLE: tests/browser/package-lock.json"),
        ((KNOWN, SKIPPED, NPM_CLEAN), 0, "NOT AUDITED: requirements/dev.txt"),
        ((KNOWN, CLEAN, NPM_SILENT), 0, "NOT AUDITED: tests/browser/package-lock.json"),
        # A mirror without advisories: it does not even know about jinja2 2.10.
        ((CLEAN, CLEAN, NPM_CLEAN), 0, "NOT AUDITED: controller/requirements.txt"),
        ((SILENT, SILENT, NPM_CLEAN), 0, "NOT AUDITED: controller/requirements.txt"),
    ],
)
def test_each_answer_of_a_service_has_its_outcome(
    tmp_path: Path, answers: tuple[str, str, str], status: int, said: str
) -> None:
    """The table in the script, row by row."""
    code, errors = audit(tmp_path, *answers)

    assert status == code
    assert said in errors
    assert bool(said) == bool(errors)


def test_what_was_not_audited_fails_where_an_audit_is_required(tmp_path: Path) -> None:
    """CI that reaches a service sets AUDIT_REQUIRED."""
    code, _ = audit(tmp_path, SILENT, SILENT, NPM_CLEAN, required=True)

    assert 2 == code
