"""
The edge function under Lambda's own runtime, beside the least that a function can do.

    ours                 the package as it is deployed, asked for the page
    ours, not compiled   the package of `sam build`, without compiled modules
    bare Python          a handler that returns a constant, under the same runtime client

The caller measures, so the time includes emulator and HTTP, which is the same for all three.
"""

import contextlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.artifact import (
    PYTHON,
    Artifacts,
    compile_modules,
    copy_package,
    copy_runtime_client,
    environment,
    zipped_bytes,
)
from benchmarks.edge.lambda_runtime import Function, Runtime, running
from benchmarks.results.findings import (
    Finding,
    Goal,
    Samples,
    Section,
    milliseconds,
    number,
    ratios,
)

_COLD_STARTS = 15
_ROUNDS = 40
_INVOCATIONS_A_ROUND = 10
_COLD = Goal(1.1, "x")
OURS, _NOT_COMPILED, FLOOR = "ours", "ours, not compiled", "bare Python"
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
EVENT = {"Records": [{"cf": {"request": _REQUEST}}]}


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings about invocations, cold starts, memory and size."""
    functions = make_functions(artifacts, folder)
    warm, peaks = _measure_warm(functions)
    cold = _measure_cold(functions)
    with running(functions[OURS]) as runtime:
        page_bytes = len(json.dumps(runtime.answer(EVENT), ensure_ascii=False).encode())
    sizes = {name: zipped_bytes(each.package) for name, each in functions.items()}
    findings = (
        _beside_floor("an invocation", OURS, warm),
        _beside_floor("cold start to first answer", OURS, cold, _COLD),
        _beside_floor("cold start to first answer", _NOT_COMPILED, cold),
        Finding(
            subject="peak memory of 128 MB: ours",
            measured=_megabytes(peaks[OURS]),
            beside=f"{FLOOR} {_megabytes(peaks[FLOOR])}",
        ),
        Finding(
            subject="package, as it is uploaded",
            measured=f"{sizes[OURS]:,} bytes",
            beside=f"not compiled {sizes[_NOT_COMPILED]:,} bytes",
        ),
        Finding(subject="response with the page", measured=f"{page_bytes:,} bytes"),
    )
    return Section(title="Edge function under Lambda's runtime", findings=findings)


def make_functions(artifacts: Artifacts, folder: Path) -> dict[str, Function]:
    """Return ours, compiled and not, and the floor."""
    ignored = shutil.ignore_patterns("__*")
    bare = shutil.copytree(Path(__file__).parent / "bare", folder / "bare", ignore=ignored)
    compile_modules(bare)
    ours = copy_package(artifacts.edge, folder / "compiled", slimmed=True)
    plain = copy_package(artifacts.edge, folder / "plain", slimmed=False)
    client = copy_runtime_client(folder / "client")
    return {
        OURS: _function(ours, client, "viewer_request.handler"),
        _NOT_COMPILED: _function(plain, client, "viewer_request.handler"),
        FLOOR: _function(bare, client, "app.handler"),
    }


def _function(package: Path, client: Path, handler: str) -> Function:
    """Return a function; as in Lambda, its runtime client is compiled and outside the package."""
    variables = environment(package)
    variables["PYTHONPATH"] = f"{package}:{client}"
    return Function([*PYTHON, "-m", "awslambdaric", handler], package, variables)


def _measure_warm(
    functions: Mapping[str, Function],
) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return the seconds of an invocation, a median for each round, and the peak memory in kB."""
    with contextlib.ExitStack() as started:
        runtimes = {
            name: started.enter_context(running(function)) for name, function in functions.items()
        }
        seconds: dict[str, list[float]] = {name: [] for name in functions}
        for each in runtimes.values():
            _measure_round(each)  # the first one starts the runtime
        for _ in range(_ROUNDS):
            for name, each in runtimes.items():
                seconds[name].append(_measure_round(each))
        return seconds, {name: each.peak_kilobytes() for name, each in runtimes.items()}


def _measure_round(runtime: Runtime) -> float:
    return Samples(tuple(runtime.seconds(EVENT) for _ in range(_INVOCATIONS_A_ROUND))).median


def _measure_cold(functions: Mapping[str, Function]) -> dict[str, list[float]]:
    """Return the seconds from the start of the runtime to the first answer."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(_COLD_STARTS):
        for name, function in functions.items():
            with running(function) as runtime:
                seconds[name].append(runtime.seconds(EVENT))
    return seconds


def _beside_floor(
    what: str, name: str, seconds: Mapping[str, Sequence[float]], goal: Goal | None = None
) -> Finding:
    ratio = ratios(seconds[name], seconds[FLOOR])
    judged = goal.judge(ratio) if goal else {"judged": f"{number(ratio.median)} x"}
    return Finding(
        subject=f"{what}: {name}",
        measured=milliseconds(seconds[name]),
        beside=f"{FLOOR} {milliseconds(seconds[FLOOR])}",
        **judged,
    )


def _megabytes(kilobytes: int) -> str:
    return f"{kilobytes / 1024:.1f} MB"
