"""
The door of the audit: `make audit`, and CI with it.

Every locked set of requirements is asked about at the services of pip-audit and npm. A service is
believed only if it knows of a vulnerability that is known to all: a mirror that has no advisories
answers "nothing found" to everything. What could not be audited is said, and fails the build where
AUDIT_REQUIRED is set, as it should be wherever such a service can be reached.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dependency_audit.verdict import (
    Vulnerability,
    not_excepted,
    of_npm_audit,
    of_pip_audit,
    read_exceptions,
)

ROOT = Path(__file__).parent.parent
EXCEPTIONS = ROOT / "dependency_audit" / "exceptions.json"
REQUIREMENTS = ("controller/requirements.txt", "requirements/dev.txt", "requirements/sandbox.txt",
                "requirements/bench.txt", "requirements/audit.txt")  # fmt: skip
LOCKS = ("tests/browser", "benchmarks/node")
SERVICES = ("pypi", "osv")
# Templates of others ran out of their sandbox in it: CVE-2019-10906.
KNOWN_BAD = "jinja2==2.10\n"
_SECONDS = 60


def main() -> int:
    """Return 0 if nothing is known against what was audited; 1 for a vulnerability; 2 for none."""
    unaudited: list[str] = []
    found = [*_python(unaudited), *_node(unaudited)]
    exceptions = read_exceptions(json.loads(EXCEPTIONS.read_text(encoding="utf-8")))
    today = datetime.now(UTC).date()
    faults = not_excepted(found, exceptions, today=today)
    for each in faults:
        _say(f"VULNERABLE: {each}.")
    for each in set(found) - set(faults):
        _say(f"Excepted: {each}.")
    for silence in unaudited:
        _say(f"NOT AUDITED: {silence}.")
    if faults:
        return 1
    if unaudited:
        _say("No advisory service answered for these, so nothing is known about them.")
        return 2 if os.environ.get("AUDIT_REQUIRED") else 0
    _say("No vulnerability is known in what is pinned.")
    return 0


def _python(unaudited: list[str]) -> list[Vulnerability]:
    service = next((each for each in SERVICES if _knows(each)), None)
    if service is None:
        unaudited.append(f"{', '.join(REQUIREMENTS)}: neither {' nor '.join(SERVICES)} answers")
        return []
    found: list[Vulnerability] = []
    for name in REQUIREMENTS:
        _asked(name, functools.partial(_pip_audit, service, ROOT / name), found, unaudited)
    return found


def _node(unaudited: list[str]) -> list[Vulnerability]:
    found: list[Vulnerability] = []
    for name in LOCKS:
        _asked(f"{name}/package-lock.json", functools.partial(_npm_audit, name), found, unaudited)
    return found


def _asked(
    name: str,
    ask: Callable[[], Sequence[Vulnerability]],
    found: list[Vulnerability],
    unaudited: list[str],
) -> None:
    try:
        found += ask()
    except (LookupError, OSError, ValueError, subprocess.TimeoutExpired) as fault:
        unaudited.append(f"{name}: {fault}")


def _knows(service: str) -> bool:
    """Tell whether a service has advisories at all."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(KNOWN_BAD, encoding="utf-8")
        try:
            return bool(_pip_audit(service, file))
        except (LookupError, OSError, ValueError, subprocess.TimeoutExpired):
            return False


def _pip_audit(service: str, requirements: Path) -> tuple[Vulnerability, ...]:
    program = ROOT / ".venv" / "audit" / "bin" / "pip-audit"
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    return of_pip_audit(_json_of([str(program), "-s", service, *options, "-r", str(requirements)]))


def _npm_audit(folder: str) -> tuple[Vulnerability, ...]:
    return of_npm_audit(
        _json_of(["npm", "audit", "--json", "--package-lock-only", "--prefix", str(ROOT / folder)])
    )


def _json_of(command: list[str]) -> Any:  # noqa: ANN401 -- JSON
    ran = subprocess.run(  # noqa: S603 -- fixed programs and files of this repository
        command, capture_output=True, text=True, check=False, timeout=_SECONDS, cwd=ROOT
    )
    try:
        return json.loads(ran.stdout)
    except ValueError as fault:
        last = (ran.stderr.strip().splitlines() or ["no words at all"])[-1]
        raise LookupError(last[:200]) from fault


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
