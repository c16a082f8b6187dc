"""
Run the programs that every package of the edge function carries, in a process of their own.

They are the edge function's own code, so what they say of a page is what visitors get of it.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from maintenance.deadline import Deadline
from maintenance.errors import ObservationError, PageRefused

# They take a fraction of a second; a page that takes longer must not keep a site from closing.
_TIMEOUT_SECONDS = 10.0


class PackagePrograms:
    """Runs them until the deadline, with no environment variables but these."""

    def __init__(self, environment: Mapping[str, str], deadline: Deadline) -> None:
        self._environment = dict(environment)
        self._deadline = deadline

    def run(self, program: str, package: bytes) -> bytes:
        """
        Return what the program, a module such as maintenance_edge.check, prints about the package.

        Raises PageRefused with its sentences, ObservationError if it has not finished.
        """
        try:
            with tempfile.TemporaryDirectory() as name:
                return self._run_in(Path(name), program, package)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ObservationError(f"the page could not be checked: {error}") from error

    def _run_in(self, folder: Path, program: str, package: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            archive.extractall(folder)
        if not (folder / f"{program.replace('.', '/')}.py").exists():
            raise ObservationError(
                f"the edge function's package has no {program}, so nothing can be published "
                "with it: deploy the stack again"
            )
        result = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-E", "-s", "-B", "-m", program],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            timeout=min(_TIMEOUT_SECONDS, self._deadline.seconds_left),
            check=False,
        )
        if result.returncode == 0:
            return result.stdout
        printed = result.stdout.decode(errors="replace").strip()
        if not printed:
            crash = result.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise ObservationError(f"the page could not be checked: {crash or result.returncode}")
        raise PageRefused(" ".join(printed.splitlines()))
