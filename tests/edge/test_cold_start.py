"""A cold start of the edge function loads no slow modules (docs/adr/0021)."""

import json
import os
import subprocess
import sys

from tests.edge.builders import BROWSER, EDGE_HANDLER, a_request, an_event

# Each takes longer to load than most of our modules together.
SLOW = {
    "base64", "dataclasses", "datetime", "hashlib", "html", "inspect", "ipaddress", "pathlib",
    "typing", "maintenance_edge.brand", "maintenance_edge.page_policy", "maintenance_edge.tags",
}  # fmt: skip

PROGRAM = """
import json, sys
import viewer_request
answer = viewer_request.handler(json.load(sys.stdin), None)
json.dump({"status": answer["status"], "modules": sorted(sys.modules)}, sys.stdout)
"""


def test_a_cold_start_loads_no_slow_module() -> None:
    """Up to the first page, with the settings that are deployed next."""
    event = an_event(a_request("/closed", headers={"Accept": BROWSER}))
    ran = subprocess.run(  # noqa: S603 -- our own function
        [sys.executable, "-S", "-s", "-c", PROGRAM],
        cwd=EDGE_HANDLER,
        env={"PATH": os.defpath, "PYTHONPATH": str(EDGE_HANDLER), "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(ran.stdout)

    assert ("503", set()) == (result["status"], SLOW.intersection(result["modules"]))
