"""
The built package under Lambda's own runtime: runtime interface emulator and client, as processes.

`sam build` makes the package, as for a deployment; the emulator comes with the SAM CLI. Both
addresses of the emulator are set, or it would listen on every interface.
"""

import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from sandbox.edge_response import check_generated_response
from tests.cloud import eventually
from tests.edge.builders import BROWSER, EDGE_HANDLER, a_request, an_event

ROOT = EDGE_HANDLER.parent
# Whatever this repository's package says of itself, but for its languages.
SETTINGS = {
    "announcement": "Moving & mending.",
    "until": None,
    "allowed_paths": ["/open/*"],
    "allowed_networks": [],
    "cors_origins": [],
}
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Lambda's runtime client has no wheels but for Linux"
)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that `sam build` makes of the edge handler, with the tests' own settings."""
    folder = tmp_path_factory.mktemp("build")
    sam = [sys.executable, "-m", "samcli", "build", "MaintenanceEdge", "--build-dir", str(folder)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    built = subprocess.run(  # noqa: S603 -- the pinned SAM CLI
        [
            *sam,
            "--cache-dir",
            str(folder / "cache"),
            "--template-file",
            str(ROOT / "template.yaml"),
        ],
        cwd=ROOT,
        env={"PATH": path, "HOME": str(folder), "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == built.returncode, built.stderr
    package = folder / "MaintenanceEdge"
    settings_file = package / "page_settings.json"
    settings_file.write_text(json.dumps({**json.loads(settings_file.read_text()), **SETTINGS}))
    return package


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IO[bytes]]:
    """Give the file that emulator and function write to."""
    with (tmp_path_factory.mktemp("runtime") / "stderr.log").open("wb") as file:
        yield file


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def invocations_url(artifact: Path, log: IO[bytes]) -> Iterator[str]:
    """Give the address that invokes the function of the built package."""
    with started(artifact, log) as url:
        yield url


@contextlib.contextmanager
def started(package: Path, log: IO[bytes]) -> Iterator[str]:
    """Run the function in the folder `package`; give the address that invokes it."""
    machine = ARCHITECTURES[platform.machine()]
    emulator = files("samcli") / "local" / "rapid" / f"aws-lambda-rie-{machine}"
    address, runtime_api = (f"127.0.0.1:{free_port()}" for _ in range(2))
    addresses = [
        "--runtime-interface-emulator-address", address, "--runtime-api-address", runtime_api,
    ]  # fmt: skip
    command = [sys.executable, "-m", "awslambdaric", "viewer_request.handler"]
    process = subprocess.Popen(  # noqa: S603 -- the SAM CLI's own program
        [str(emulator), "--log-level", "error", *addresses, *command],
        cwd=package,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(package),
            "LAMBDA_TASK_ROOT": str(package),
            "_HANDLER": "viewer_request.handler",
            "AWS_LAMBDA_FUNCTION_NAME": "maintenance",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "5",
        },
        stderr=log,
        start_new_session=True,
    )
    try:
        eventually(lambda: _listens(address))
        yield f"http://{address}/2015-03-31/functions/function/invocations"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as caller:
        return caller.connect_ex((host, int(port))) == 0


def invoke(url: str, event: object) -> Any:  # noqa: ANN401 -- JSON
    """Return what the function answers to `event`."""
    return httpx.post(url, json=event, timeout=20).json()


def test_a_browser_gets_the_page(invocations_url: str) -> None:
    """The answer that CloudFront gets, which it accepts."""
    event = an_event(a_request(headers={"Accept": BROWSER}))
    answer = invoke(invocations_url, event)

    assert ("503", True, ()) == (
        answer["status"],
        "Moving &amp; mending." in answer["body"],
        check_generated_response("viewer-request", answer),
    )


def test_own_files_beside_the_built_package_are_served(
    artifact: Path, log: IO[bytes], tmp_path: Path
) -> None:
    """As the controller publishes them: the same files, and a folder more."""
    package = tmp_path / "package"
    shutil.copytree(artifact, package)
    (package / "own").mkdir()
    (package / "own" / "page.html").write_text("<h1>Ours</h1><p>{{message}}</p>")
    said = {"message": "New disks", "until": "2099-12-01T04:00:00Z"}
    (package / "own" / "announcement.json").write_text(json.dumps(said))
    with started(package, log) as url:
        page = invoke(url, an_event(a_request(headers={"Accept": BROWSER})))
        problem = invoke(url, an_event(a_request()))

    assert ("<h1>Ours</h1><p>New disks</p>", "2099-12-01T04:00:00Z") == (
        page["body"],
        json.loads(problem["body"])["until"],
    )


def test_an_open_path_passes_untouched(invocations_url: str) -> None:
    """The request comes back as it was sent."""
    request = a_request("/open/a", query="a=%20b", headers={"X-Odd": "é\u2028"})

    assert request == invoke(invocations_url, an_event(request))


def test_the_package_holds_nothing_but_its_own_files(artifact: Path) -> None:
    """No library, no test, no settings of a developer's machine."""
    packed = {path.name for path in artifact.iterdir()} - {"__pycache__", "requirements.txt"}
    own = {path.name for path in EDGE_HANDLER.iterdir()} - {"__pycache__", "requirements.txt"}

    assert own == packed


def test_a_broken_page_is_a_plain_503_and_a_line_in_the_log(artifact: Path, tmp_path: Path) -> None:
    """The function starts all the same, and the line names the file."""
    package = tmp_path / "package"
    shutil.copytree(artifact, package)
    (package / "page.html").write_text("<h1>{{headline}}</h1>")
    call = (
        "import json, sys, viewer_request as v; print(v.handler(json.load(sys.stdin), 0)['status'])"
    )
    called = subprocess.run(  # noqa: S603 -- our own function
        [sys.executable, "-c", call],
        cwd=package,
        env={"PATH": os.defpath},
        input=json.dumps(an_event(a_request())),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("503\n", True) == (
        called.stdout,
        "page.html has the placeholder {{headline}}, which nothing fills" in called.stderr,
    ), called.stderr
