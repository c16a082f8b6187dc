"""
The two packages as they are deployed, and Python as Lambda starts it: with the package only.

The real `sam build` builds them once, and `tools/slim` treats a copy as `make build` does. Lambda
mounts a package read-only, so modules that it does not contain compiled are compiled at every cold
start.
"""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(__file__).parent / "programs"
_SLIM = ROOT / "tools" / "slim"
_RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
# Without site-packages, as in Lambda.
PYTHON = (sys._base_executable, "-S", "-s")  # type: ignore[attr-defined]  # noqa: SLF001 - the interpreter behind the environment


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The folders of both packages, as `sam build` leaves them, and the controller slimmed."""

    controller: Path
    edge: Path
    slimmed_controller: Path


@contextlib.contextmanager
def build_packages() -> Iterator[Artifacts]:
    """Build both packages, without compiled files, and delete them afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        command = [sys.executable, "-m", "samcli", "build", "--build-dir", folder]
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "HOME": folder,
            "SAM_CLI_TELEMETRY": "0",
        }
        cache = ["--cache-dir", f"{folder}/cache"]
        ran = subprocess.run(  # noqa: S603 - the pinned SAM CLI
            [*command, *cache],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise RuntimeError(f"sam build failed, so there is nothing to measure:\n{ran.stderr}")
        controller = Path(folder) / "Controller"
        slimmed = copy_package(controller, Path(folder) / "slimmed", slimmed=True)
        yield Artifacts(controller, Path(folder) / "MaintenanceEdge", slimmed)


def copy_package(package: Path, folder: Path, *, slimmed: bool) -> Path:
    """Return a copy of a package in `folder`, as `sam build` or as `make build` leaves it."""
    copy = shutil.copytree(package, folder, ignore=shutil.ignore_patterns("__pycache__"))
    if slimmed:
        subprocess.run([str(_SLIM), str(copy)], check=True)  # noqa: S603 - our own tool
    return copy


def compile_modules(folder: Path) -> Path:
    """Compile the modules in `folder` as pip does, so that loading one of them reads no source."""
    # Measured processes look beside the sources, wherever make keeps the files of this checkout.
    environment = {"PATH": os.defpath}
    command = [sys.executable, "-m", "compileall", "-q", str(folder)]
    subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own folder
    return folder


def copy_runtime_client(folder: Path) -> Path:
    """Return a compiled copy of Lambda's runtime client, which is no part of a package."""
    for name in _RUNTIME_CLIENT:
        for file in distribution(name).files or ():
            copy = folder / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), copy)
    return compile_modules(folder)


def environment(package: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a process that runs `package` and writes no compiled files."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(package),
        "PYTHONDONTWRITEBYTECODE": "1",
        **variables,
    }


def zipped_bytes(package: Path) -> int:
    """Return the size of the package as it is uploaded."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.rglob("*")):
            archive.write(file, file.relative_to(package))
    return len(zipped.getvalue())


def program(name: str) -> str:
    """Return the path of a program that is measured from outside."""
    return str(PROGRAMS / name)
