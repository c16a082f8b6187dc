"""
Visitors without a pause: wrk against the sandbox's edge, where the function is attached.

What is held is every answer, and the memory of the processes that run the function. Requests a
second are the sandbox's, which plays CloudFront and Lambda on this machine, and say little of AWS.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.controller import started, succeeded, switch_changed
from benchmarks.load.finding import Load, Row, at_most, none_of
from benchmarks.load.scene import Scene
from benchmarks.memory import resident_kilobytes
from tests.sandbox.builders import a_distribution

_SCRIPT = Path(__file__).with_name("answers.lua")
_KINDS = {"text/html": "text/html", "application/json": "application/problem+json"}
_WARM_SECONDS = 3.0
# Of each connection, so that every process has answered and is no longer being started.
_WARM_ANSWERS = 25
_MOST_GROWTH_KILOBYTES = 2 * 1024
_SERVING_SECONDS = 10.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where visitors ask: the distribution's host at the sandbox's address."""

    scene: Scene
    host: str

    def serves(self) -> None:
        """Wait until the edge has what was decided; RuntimeError if it never has."""
        self.scene.site.cloud.sandbox.finish_deployments()
        deadline = time.monotonic() + _SERVING_SECONDS
        while time.monotonic() < deadline:
            url = self.scene.site.cloud.sandbox.endpoint_url
            if httpx.get(url, headers={"Host": self.host}, timeout=30).status_code == 503:  # noqa: PLR2004 - HTTP's own number
                return
            time.sleep(_POLL_SECONDS)
        raise RuntimeError("the edge does not answer with the maintenance page")

    def loaded(self, accept: str, connections: int, seconds: float) -> dict[str, Any]:
        """Return what wrk says of so many seconds."""
        command = ["wrk", "--threads", "1", "--connections", str(connections)]
        command += ["--duration", f"{seconds:.0f}s", "--timeout", "30s"]
        command += ["--header", f"Host: {self.host}", "--header", f"Accept: {accept}"]
        command += ["--script", str(_SCRIPT), self.scene.site.cloud.sandbox.endpoint_url]
        ran = subprocess.run(  # noqa: S603 - wrk, with our own script
            [*command, "--", _KINDS[accept]], check=True, capture_output=True, text=True
        )
        told: dict[str, Any] = json.loads(ran.stdout.strip().rpartition("\n")[2])
        return told


def missing() -> str | None:
    """Return how to get wrk if it is missing, None if it is there."""
    return None if shutil.which("wrk") else "wrk is missing: on Debian, apt-get install wrk"


def run(scene: Scene, *, seconds: float, concurrencies: Sequence[int]) -> Load:
    """Ask for pages and for JSON, so many seconds at each number of connections."""
    scene.quick()
    distribution_id = a_distribution(scene.site.cloud)
    scene.site.says("on")
    with started(scene.package, scene.site, distribution_id) as controller:
        succeeded(controller.invoke(switch_changed()))
    made = scene.site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    edge = _Edge(scene, made["DomainName"])
    edge.serves()
    rows: list[Row] = []
    for accept in _KINDS:
        for connections in concurrencies:
            rows += _sustained(edge, accept, connections, seconds)
    title = f"The edge, {seconds:.0f} s each"
    return Load(title=title, rows=tuple(rows))


def _sustained(edge: _Edge, accept: str, connections: int, seconds: float) -> list[Row]:
    # As many processes as connections run the function; that they are started is no growth.
    answers = 0
    while answers < _WARM_ANSWERS * connections:
        answers += edge.loaded(accept, connections, _WARM_SECONDS)["requests"]
    before = _memory(edge.scene)
    told = edge.loaded(accept, connections, seconds)
    after = _memory(edge.scene)
    growth = max((after[pid] - before[pid] for pid in before.keys() & after.keys()), default=0)
    what = f"{accept}, {connections} connections"
    latency = (f"{name} {told[name]:.1f}" for name in ("p50", "p90", "p99", "max"))
    wrong = [told["example"]] * told["wrong"] + ["no answer"] * told["failed"]
    rate = told["requests"] / told["seconds"]
    seen = f"{told['requests']:,} requests, {rate:,.0f} a second; ms: {', '.join(latency)}"
    return [
        Row(subject=what, seen=seen),
        none_of(f"{what}: answers other than 503 {_KINDS[accept]}", wrong, to_hold="none"),
        at_most(
            f"{what}: growth of a process that runs the function",
            growth,
            _MOST_GROWTH_KILOBYTES,
            "kB",
        ),
    ]


def _memory(scene: Scene) -> dict[int, int]:
    """Return the kilobytes of each process that runs a function in the sandbox, by its id."""
    directory = f"STATE_DIR={scene.site.cloud.sandbox.log.parent}".encode()
    memory = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended, or is another user's
        is_server = b"sandbox\0--port" in command
        if not is_server and any(each.startswith(directory) for each in variables):
            memory[int(process.name)] = resident_kilobytes(int(process.name))
    if not memory:
        raise RuntimeError("no process of the sandbox runs the function")
    return memory
