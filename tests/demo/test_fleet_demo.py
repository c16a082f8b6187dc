"""The demo of a fleet, run as `make demo-fleet` runs it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.demo.test_demo import ROOT
from tests.timing import PATIENCE


def test_every_check_of_the_fleets_demo_passes(tmp_path: Path) -> None:
    """Three accounts, deployed by the real SAM CLI; no file stays behind."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    ran = subprocess.run(
        [sys.executable, "-m", "sandbox.demo.fleet"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "COLUMNS": "80", "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "✗" not in ran.stdout
    assert "Every check passed" in ran.stdout.splitlines()[-2]
    assert [] == list(tmp_path.iterdir())
