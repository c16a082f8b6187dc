"""
The edge function under Lambda's own runtime, beside the least that a function can do.

    ours          the package as it is deployed, asked for the page
    bare Python   a handler that returns a constant, under the same runtime client
    bare Node     a handler that generates a static response, under Lambda's client for Node

Times are those of whoever invokes, emulator and HTTP included, which is the same for all three.
"""

import contextlib
import json
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.artifact import PYTHON, ROOT, Artifacts, copy_of, environment, packed_bytes
from benchmarks.findings import Finding, Goal, Samples, Section, number, paired
from benchmarks.runtime import Function, Runtime, running

_COLD_STARTS = 15
_ROUNDS = 40
_INVOCATIONS_A_ROUND = 10
_INIT = Goal(1.2, "x")
_HERE = ROOT / "benchmarks"
_NODE_CLIENT = _HERE / "node" / "node_modules" / "aws-lambda-ric"
_REQUEST: dict[str, Any] = {
    "clientIp": "203.0.113.7",
    "method": "GET",
    "uri": "/",
    "querystring": "",
    "headers": {
        "host": [{"key": "Host", "value": "www.example.com"}],
        "accept": [{"key": "Accept", "value": "text/html,*/*;q=0.8"}],
    },
}
_EVENT = {"Records": [{"cf": {"request": _REQUEST}}]}


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings; without the Node client, those of the others, saying so."""
    functions = _functions(artifacts, folder)
    with running(functions["ours"]) as runtime:
        page_bytes = len(json.dumps(runtime.answer(_EVENT), ensure_ascii=False).encode())
    warm, peaks = _warm(functions)
    cold = _cold(functions)
    compiled, plain = (functions[name].package for name in ("ours", "ours, not compiled"))
    findings = [*_warm_findings(warm), *_cold_findings(cold), *_memory_findings(peaks)]
    findings.append(
        Finding(
            subject="package, as it is uploaded",
            measured=f"{packed_bytes(compiled):,} bytes",
            beside=f"not compiled {packed_bytes(plain):,} bytes",
        )
    )
    if "bare Node" not in functions:
        findings.append(Finding(subject="bare Node", measured="not measured: no runtime client"))
    milliseconds = Samples(tuple(1_000 * each for each in warm["ours"])).median
    numbers = {
        "edge_invocation_milliseconds": milliseconds,
        "page_bytes": page_bytes,
    }
    return Section(
        title="Edge function, under Lambda's runtime", findings=tuple(findings), numbers=numbers
    )


def _functions(artifacts: Artifacts, folder: Path) -> dict[str, Function]:
    bare = shutil.copytree(_HERE / "bare", folder / "bare", ignore=shutil.ignore_patterns("__*"))
    functions = {
        "ours": _python(copy_of(artifacts.edge, folder / "compiled", slimmed=True)),
        "ours, not compiled": _python(copy_of(artifacts.edge, folder / "plain", slimmed=False)),
        "bare Python": _python(bare, handler="app.handler"),
    }
    node = shutil.which("node")
    if node and (_NODE_CLIENT / "dist" / "rapid-client.node").exists():
        command = [node, str(_NODE_CLIENT / "bin" / "index.mjs"), "index.handler"]
        functions["bare Node"] = Function(command, _HERE / "node", {})
    return functions


def _python(package: Path, handler: str = "viewer_request.handler") -> Function:
    """Return a function whose runtime client comes from elsewhere, compiled, as in Lambda."""
    client = sysconfig.get_path("purelib")
    variables = environment(package)
    variables["PYTHONPATH"] = f"{package}:{client}"
    return Function([*PYTHON, "-m", "awslambdaric", handler], package, variables)


def _warm(functions: Mapping[str, Function]) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return the seconds of an invocation, a median for each round, and the peak memory in kB."""
    with contextlib.ExitStack() as started:
        runtimes = {
            name: started.enter_context(running(function)) for name, function in functions.items()
        }
        took: dict[str, list[float]] = {name: [] for name in functions}
        for each in runtimes.values():
            _round(each)  # the first one starts the runtime
        for _ in range(_ROUNDS):
            for name, each in runtimes.items():
                took[name].append(_round(each))
        return took, {name: each.peak_kilobytes() for name, each in runtimes.items()}


def _round(runtime: Runtime) -> float:
    times = tuple(runtime.seconds(_EVENT) for _ in range(_INVOCATIONS_A_ROUND))
    return Samples(times).median


def _cold(functions: Mapping[str, Function]) -> dict[str, list[float]]:
    """Return the seconds from the start of the runtime to the first answer."""
    took: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(_COLD_STARTS):
        for name, function in functions.items():
            with running(function) as runtime:
                took[name].append(runtime.seconds(_EVENT))
    return took


def _warm_findings(took: Mapping[str, list[float]]) -> list[Finding]:
    return [
        Finding(
            subject=f"an invocation: {name}",
            measured=_milliseconds(took[name]),
            judged=f"{number(paired(took[name], took['bare Python'], ratio=True).median)} x",
            beside=f"bare Python {_milliseconds(took['bare Python'])}",
        )
        for name in took
        if name not in {"bare Python", "ours, not compiled"}
    ]


def _cold_findings(took: Mapping[str, list[float]]) -> list[Finding]:
    floor = took["bare Python"]
    findings = []
    for name in (name for name in took if name != "bare Python"):
        ratio = paired(took[name], floor, ratio=True)
        plainly = {"judged": f"{number(ratio.median)} x"}
        findings.append(
            Finding(
                subject=f"cold start to first answer: {name}",
                measured=_milliseconds(took[name]),
                beside=f"bare Python {_milliseconds(floor)}",
                **(_INIT.judged(ratio) if name == "ours" else plainly),
            )
        )
    return findings


def _memory_findings(peaks: Mapping[str, int]) -> list[Finding]:
    floor = f"bare Python {peaks['bare Python'] / 1024:.1f} MB"
    return [
        Finding(
            subject=f"peak memory of 128 MB: {name}",
            measured=f"{peaks[name] / 1024:.1f} MB",
            beside=floor,
        )
        for name in peaks
        if name not in {"bare Python", "ours, not compiled"}
    ]


def _milliseconds(seconds: list[float]) -> str:
    return Samples(tuple(1_000 * each for each in seconds)).shown("ms")
