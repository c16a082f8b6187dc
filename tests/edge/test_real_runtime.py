"""
The built package under Lambda's own runtime: runtime interface emulator and client, as processes.

`sam build` makes the package, as for a deployment; the emulator comes with the SAM CLI.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.edge.lambda_runtime import INVOCATIONS, Function, Runtime, running
from sandbox.edge.lambda_responses import check_generated_response
from tests.edge.builders import BROWSER, EDGE_HANDLER, a_request, an_event

ROOT = EDGE_HANDLER.parent
# In place of whatever the repository's package has; its languages stay.
SETTINGS = {
    "announcement": "Moving & packing.",
    "until": None,
    "allowed_paths": ["/open/*"],
    "allowed_networks": [],
    "cors_origins": [],
}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Lambda's runtime client has no wheels but for Linux"
)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that `sam build` makes of the edge handler, with settings of the tests."""
    folder = tmp_path_factory.mktemp("build")
    sam = [sys.executable, "-m", "samcli", "build", "MaintenanceEdge"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    built = subprocess.run(  # noqa: S603 -- the pinned SAM CLI
        [*sam, "--template-file", str(ROOT / "template.yaml")],
        # It builds, and leaves temporary folders, where it runs.
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "TMPDIR": str(folder), "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == built.returncode, built.stderr
    package = folder / ".aws-sam" / "build" / "MaintenanceEdge"
    settings_file = package / "defaults" / "settings.json"
    settings_file.write_text(json.dumps({**json.loads(settings_file.read_text()), **SETTINGS}))
    return package


@pytest.fixture(scope="module")
def runtime(artifact: Path) -> Iterator[Runtime]:
    """Give the runtime of the built package."""
    with running(_function(artifact)) as started:
        yield started


def _function(package: Path) -> Function:
    return Function(
        command=[sys.executable, "-m", "awslambdaric", "viewer_request.handler"],
        package=package,
        environment={"PATH": os.defpath, "PYTHONPATH": str(package)},
    )


def invoke(runtime: Runtime, event: object) -> Any:  # noqa: ANN401 -- JSON
    """Return the function's response to `event`."""
    return runtime.client.post(INVOCATIONS, json=event).json()


def test_a_browser_gets_the_page(runtime: Runtime) -> None:
    """CloudFront accepts the response."""
    event = an_event(a_request(headers={"Accept": BROWSER}))
    response = invoke(runtime, event)

    assert ("503", True, ()) == (
        response["status"],
        "Moving &amp; packing." in response["body"],
        check_generated_response("viewer-request", response),
    )


def test_overrides_in_the_built_package_are_served(artifact: Path, tmp_path: Path) -> None:
    """As the controller publishes them: the built files and one more folder."""
    package = tmp_path / "package"
    shutil.copytree(artifact, package)
    (package / "overrides").mkdir()
    (package / "overrides" / "page.html").write_text("<h1>Ours</h1><p>{{message}}</p>")
    announcement = {"message": "New disks", "until": "2099-12-01T04:00:00Z"}
    (package / "overrides" / "announcement.json").write_text(json.dumps(announcement))
    with running(_function(package)) as published:
        page = invoke(published, an_event(a_request(headers={"Accept": BROWSER})))
        problem = invoke(published, an_event(a_request()))

    assert ("<h1>Ours</h1><p>New disks</p>", "2099-12-01T04:00:00Z") == (
        page["body"],
        json.loads(problem["body"])["until"],
    )


def test_an_allowed_path_passes_unchanged(runtime: Runtime) -> None:
    """The function returns the request as it was sent."""
    request = a_request("/open/a", query="a=%20b", headers={"X-Odd": "é\u2028"})

    assert request == invoke(runtime, an_event(request))


def test_the_package_holds_nothing_but_its_own_files(artifact: Path) -> None:
    """No library, no test, no settings of a developer's machine."""
    assert _files(EDGE_HANDLER) == _files(artifact)


def _files(folder: Path) -> set[str]:
    """Return the files below `folder`, without compiled ones and what only `sam build` reads."""
    files = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    return {name for name in files if "__pycache__" not in name} - {"requirements.txt"}


def test_a_broken_page_gives_a_plain_503_and_a_log_line(artifact: Path, tmp_path: Path) -> None:
    """The function starts all the same, and the line names the file."""
    package = tmp_path / "package"
    shutil.copytree(artifact, package)
    (package / "defaults" / "page.html").write_text("<h1>{{headline}}</h1>")
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
        "defaults/page.html has the unknown placeholder {{headline}}" in called.stderr,
    ), called.stderr
