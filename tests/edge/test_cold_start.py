"""A cold start of the edge function loads no slow modules (docs/adr/0021)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from maintenance_edge.bypass import COOKIE

from tests.edge.builders import BROWSER, EDGE_HANDLER, TOKEN, a_request, an_event, sha256

# Each takes longer to load than most of our modules together.
SLOW = {
    "_hashlib", "base64", "dataclasses", "datetime", "hashlib", "hmac", "html", "inspect",
    "ipaddress", "pathlib", "typing", "maintenance_edge.brand", "maintenance_edge.page_policy",
    "maintenance_edge.tags",
}  # fmt: skip

PROGRAM = """
import gc, json, sys
import viewer_request
is_frozen = gc.isenabled() and bool(gc.get_freeze_count())
answer = viewer_request.handler(json.load(sys.stdin), None)
modules = sorted(sys.modules)
json.dump({"status": answer["status"], "modules": modules, "is_frozen": is_frozen}, sys.stdout)
"""


@pytest.mark.parametrize("tokens", [{}, {sha256(TOKEN): 4_000_000_000}])
def test_a_cold_start_loads_no_slow_module(tmp_path: Path, tokens: dict[str, int]) -> None:
    """Up to the first page, with the settings that are deployed next, for a tester too."""
    folder = tmp_path / "package"
    shutil.copytree(EDGE_HANDLER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "overrides").mkdir()
    (folder / "overrides" / "bypass.json").write_text(json.dumps(tokens))
    event = an_event(
        a_request("/closed", headers={"Accept": BROWSER, "Cookie": f"{COOKIE}={TOKEN[::-1]}"})
    )
    ran = subprocess.run(  # noqa: S603 -- our own function
        [sys.executable, "-S", "-s", "-c", PROGRAM],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(ran.stdout)

    assert ("503", set()) == (result["status"], SLOW.intersection(result["modules"]))
    assert result["is_frozen"], "the garbage collector looks through what stays"
