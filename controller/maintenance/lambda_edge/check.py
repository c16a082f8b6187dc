"""
Two checks before a version is attached: of a package, and of the base version.

`PackageCheck` runs the program maintenance_edge.check that every package carries. It is the edge
function's own code, so a page that the edge function could not read is never published.

`Preflight` asks Lambda about the base, which nothing else has checked, before any distribution is
changed:

    version to attach                             result
    --------------------------------------------  -------------------------------------------
    a version of MaintenancePage, or attached     no call: it was Active when it was published,
    already, or checked before                    or CloudFront has accepted it
    CloudFront is certain to refuse it            an error for each reason
    Lambda does not answer                        a notice, and CloudFront decides
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from maintenance.cloudfront.engine import PreflightResult
from maintenance.deadline import Deadline
from maintenance.errors import ObservationError, PageRefused
from maintenance.lambda_edge.version import EdgeVersion, incompatibilities

_PROGRAM = "maintenance_edge.check"
# A check takes a fraction of a second; a page that takes longer must not keep a site from closing.
_TIMEOUT_SECONDS = 10.0


class PackageCheck:
    """Checks packages in a process of their own, with no environment variables but these."""

    def __init__(self, environment: Mapping[str, str], deadline: Deadline) -> None:
        self._environment = dict(environment)
        self._deadline = deadline

    def run(self, package: bytes) -> tuple[str, ...]:
        """
        Check a package, and return the program's notices about it.

        Raises PageRefused with the program's sentences, ObservationError if it has not finished.
        """
        try:
            with tempfile.TemporaryDirectory() as name:
                return self._run_in(Path(name), package)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ObservationError(f"the page could not be checked: {error}") from error

    def _run_in(self, folder: Path, package: bytes) -> tuple[str, ...]:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            archive.extractall(folder)
        if not (folder / f"{_PROGRAM.replace('.', '/')}.py").exists():
            raise ObservationError(
                f"the edge function's package has no {_PROGRAM}, so nothing can be published "
                "with it: deploy the stack again"
            )
        result = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-E", "-s", "-B", "-m", _PROGRAM],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            timeout=min(_TIMEOUT_SECONDS, self._deadline.seconds_left),
            check=False,
        )
        printed = result.stdout.decode(errors="replace").strip()
        if result.returncode == 0:
            return tuple(printed.splitlines())
        if not printed:
            crash = result.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise ObservationError(f"the page could not be checked: {crash or result.returncode}")
        raise PageRefused(" ".join(printed.splitlines()))


class _Versions(Protocol):
    def read_version(self, version_arn: str) -> EdgeVersion | None: ...


class Preflight:
    """Checks the base version `base_arn` by the table of this module."""

    def __init__(self, versions: _Versions, *, base_arn: str) -> None:
        self._versions = versions
        self._base_arn = base_arn
        self._has_passed = False

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:
        """Return whether the version can be attached; `attached` are versions of ours in use."""
        if version_arn != self._base_arn or version_arn in attached or self._has_passed:
            return PreflightResult()
        try:
            version = self._versions.read_version(version_arn)
        except ObservationError as error:
            notice = f"{error}; CloudFront decides whether it can be attached"
            return PreflightResult(notices=(notice,))
        errors = incompatibilities(version_arn, version)
        self._has_passed = not errors
        return PreflightResult(errors)
