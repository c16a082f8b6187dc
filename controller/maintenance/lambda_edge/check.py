"""
Let a package judge itself before it is published, in a process of its own.

Every package carries maintenance_edge.check, which reads it as the edge function will and says what
is wrong with it. So there is one judge, the edge function's own code, and what it cannot read never
reaches a visitor.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from maintenance.errors import ObservationError, PageRefused
from maintenance.lambda_edge.version import EdgeVersion, incompatibilities

_PROGRAM = "maintenance_edge.check"
# It takes a fraction of a second; a page that takes longer must not keep a site from closing.
_LONGEST_SECONDS = 10


class PackageCheck:
    """The adapter. `environment` is all that the process gets to see of ours; it has `seconds`."""

    def __init__(
        self, environment: Mapping[str, str], *, seconds: float = _LONGEST_SECONDS
    ) -> None:
        self._environment = dict(environment)
        self._seconds = seconds

    def judge(self, package: bytes) -> None:
        """Raise PageRefused with its sentences if it is unusable, ObservationError if none come."""
        try:
            with tempfile.TemporaryDirectory() as name:
                self._judge_in(Path(name), package)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ObservationError(f"the page could not be checked: {error}") from error

    def _judge_in(self, folder: Path, package: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            archive.extractall(folder)
        if not (folder / f"{_PROGRAM.replace('.', '/')}.py").exists():
            raise ObservationError(
                f"the edge function's package has no {_PROGRAM}, so nothing can be published "
                "with it: deploy the stack anew"
            )
        self._run(folder)

    def _run(self, folder: Path) -> None:
        ran = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-E", "-s", "-B", "-m", _PROGRAM],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            timeout=self._seconds,
            check=False,
        )
        if ran.returncode == 0:
            return
        said = ran.stdout.decode(errors="replace").strip()
        if not said:
            crash = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise ObservationError(f"the page could not be checked: {crash or ran.returncode}")
        raise PageRefused(" ".join(said.splitlines()))


class _Versions(Protocol):
    def read_version(self, version_arn: str) -> EdgeVersion | None: ...


class Verdict(Struct, frozen=True):
    """Why no distribution may be given the version, and what else is worth knowing about it."""

    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class Preflight:
    """Judges versions; `base_arn` is the numbered version of MaintenanceEdge."""

    def __init__(self, versions: _Versions, *, base_arn: str) -> None:
        self._versions = versions
        self._base_arn = base_arn
        self._is_fit = False

    def judge(self, version_arn: str, *, attached: Collection[str]) -> Verdict:
        """Return the verdict by the table; `attached` are the ARNs of ours that sites hold."""
        if version_arn != self._base_arn or version_arn in attached or self._is_fit:
            return Verdict()
        try:
            version = self._versions.read_version(version_arn)
        except ObservationError as error:
            return Verdict(notices=(f"{error}; CloudFront decides whether it can be attached",))
        errors = incompatibilities(version_arn, version)
        self._is_fit = not errors
        return Verdict(errors)
