"""
The standby engine's function: what a request costs, on njs, which CloudFront's runtime resembles.

A multiple of a function that returns the request, measured in turns in one process; V8 beside it.
The store is an object in memory, so a read costs what the engine's promises cost, and digests are
looked up on V8, which has none. CloudFront's own unit is TestFunction's ComputeUtilization, which
only a live account can tell.
"""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from maintenance.standby.state import Period, State, encode_state
from msgspec import Struct
from py_mini_racer import mini_racer

from benchmarks.artifact import PROGRAMS, ROOT, Artifacts
from benchmarks.results.findings import Finding, Goal, Section, number, ratios
from tests.edge.builders import BROWSER, HOUR, NOW, TOKEN
from tests.standby.comparison import Visit, function_event
from tests.standby.runtimes import Run, run_in_v8
from tests.standby.sites import GENERATION, Site, sites

_ROUNDS = 9
_TIMES = {"njs": 300, "V8": 2_000}
_IMPORT = re.compile(r"""import (\w+) from ?["'](\w+)["'];?""")
_CODE = Goal(10_240, "bytes")
_OPEN = Goal(10, "x")
_HTML = (("accept", BROWSER), ("accept-encoding", "gzip"), ("accept-language", "de"))
_COOKIE = (("cookie", f"__Host-maintenance-bypass={TOKEN}"),)


class _Case(Struct, frozen=True):
    """A visit, the site whose store answers it, and whether that is open."""

    visit: Visit
    site: str = "small"
    is_open: bool = False


_CASES = {
    "open, two windows ahead": _Case(Visit(headers=_HTML), is_open=True),
    "closed: page": _Case(Visit(headers=_HTML)),
    "closed: JSON": _Case(Visit()),
    "closed: text": _Case(Visit(headers=(("accept", "text/plain"),))),
    "closed: open path, passes": _Case(Visit(uri="/robots.txt"), "large"),
    "closed: bypass cookie, passes": _Case(Visit(headers=_COOKIE)),
    "closed: page, 145 networks that the visitor is not in": _Case(Visit(headers=_HTML), "large"),
}


def run(_artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings; without njs only those of V8."""
    all_sites = sites(folder)
    code = all_sites["small"].code
    engines = {"V8": _measure_v8(code, all_sites)}
    if shutil.which("njs"):
        engines["njs"] = _measure_njs(code, all_sites)
    judge = "njs" if "njs" in engines else "V8"
    one_read = ratios(engines[judge]["reads one key"], engines[judge]["returns the request"])
    findings = [
        Finding(
            subject="a function that reads one key, for comparison",
            measured=f"{judge} {one_read.text('x')}, 1 read",
            beside="a function that returns the request: 1 x",
        ),
        *(_cost(name, case, engines, judge, all_sites) for name, case in _CASES.items()),
    ]
    source = (ROOT / "standby_function" / "source.js").stat().st_size
    findings.append(
        Finding(
            subject="code with its state, as it is published",
            measured=f"{len(code):,} bytes",
            beside=f"source {source:,} bytes",
            **_CODE.judge(len(code)),
        )
    )
    return Section(title="the standby function, a request", findings=tuple(findings))


def _cost(
    name: str,
    case: _Case,
    engines: dict[str, dict[str, list[float]]],
    judge: str,
    all_sites: dict[str, Site],
) -> Finding:
    costs = {
        engine: ratios(rounds[name], rounds["returns the request"])
        for engine, rounds in engines.items()
    }
    others = [
        f"{engine} {number(each.median)} x" for engine, each in costs.items() if engine != judge
    ]
    [outcome] = run_in_v8(all_sites["small"].code, [_run(case, all_sites)])
    body = outcome.result.get("body", {}).get("data", "")
    size = f", {len(body.encode()):,} bytes of body" if body else ""
    reads = f"{len(outcome.reads)} read{'s' if len(outcome.reads) > 1 else ''}{size}"
    return Finding(
        subject=name,
        measured=f"{judge} {costs[judge].text('x')}, {reads}",
        beside="; ".join(others),
        **(_OPEN.judge(costs[judge]) if case.is_open else {}),
    )


def _run(case: _Case, all_sites: dict[str, Site]) -> Run:
    return Run(function_event(case.visit), NOW, case.visit.query, _store(case, all_sites))


def _store(case: _Case, all_sites: dict[str, Site]) -> dict[str, str]:
    site = all_sites[case.site]
    if not case.is_open:
        return dict(site.store)
    rendering = site.rendered.rendering
    ahead = tuple(
        Period(int(NOW + day * HOUR), int(NOW + (day + 1) * HOUR), rendering) for day in (24, 48)
    )
    state = State(GENERATION, site.rendering.languages, rendering, ahead)
    return {**site.store, "state": encode_state(state)}


def _program(engine: str, all_sites: dict[str, Site]) -> str:
    """Return the JavaScript that measures all cases, each as many times in each round."""
    cases: list[dict[str, Any]] = [
        {"name": "returns the request", "handler": "trivial", "case": _Case(Visit())},
        {"name": "reads one key", "handler": "oneRead", "case": _Case(Visit())},
        *({"name": name, "handler": "ours", "case": each} for name, each in _CASES.items()),
    ]
    documents = [
        {
            "name": each["name"],
            "handler": each["handler"],
            # What is quick is repeated more often, for a clock of milliseconds.
            "repeat": 1 if each["handler"] == "ours" and not each["case"].is_open else 50,
            "event": function_event(each["case"].visit),
            "values": _store(each["case"], all_sites),
        }
        for each in cases
    ]
    measure = (PROGRAMS / "time_function.js").read_text("utf-8")
    numbers = f"{int(NOW * 1000)}, {_ROUNDS}, {_TIMES[engine]}"
    return f"{measure}\nmeasureAll({json.dumps(documents)}, {numbers})"


def _measure_njs(code: bytes, all_sites: dict[str, Site]) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        modules, out = Path(name), Path(name) / "out.json"
        (modules / "cloudfront").write_text(
            "const STORE = { values: {} }; globalThis.STORE = STORE;"
            "export default { kvs: () => ({ get: (key) => STORE.values[key] === undefined"
            " ? Promise.reject(new Error('KeyNotFound')) : Promise.resolve(STORE.values[key]) }) };"
        )
        script = modules / "script.js"
        program = _program("njs", all_sites)
        script.write_text(
            f"{code.decode()}\nimport fs from 'fs'; import CLOUDFRONT from 'cloudfront';\n"
            f"{program}.then((found) => fs.writeFileSync('{out}', found));",
            "utf-8",
        )
        subprocess.run(["njs", "-p", name, str(script)], check=True, capture_output=True)  # noqa: S603, S607 - Debian's, with our own program
        found: dict[str, list[float]] = json.loads(out.read_text("utf-8"))
        return found


def _measure_v8(code: bytes, all_sites: dict[str, Site]) -> dict[str, list[float]]:
    digest = "A" * 43
    played = f"""
        const console = {{ log: () => {{}} }};
        const STORE = {{ values: {{}} }};
        const CLOUDFRONT = {{ kvs: () => ({{ get: (key) => STORE.values[key] === undefined
            ? Promise.reject(new Error('KeyNotFound')) : Promise.resolve(STORE.values[key]) }}) }};
        const MODULES = {{ cloudfront: CLOUDFRONT, crypto: {{ createHash: () => ({{
            update: () => ({{ digest: () => '{digest}' }}) }}) }} }};
    """
    ours = _IMPORT.sub(r"const \1 = MODULES.\2;", code.decode())
    with mini_racer() as engine:
        engine.eval(f"{played}{ours}")
        engine.eval(f"var out; {_program('V8', all_sites)}.then((found) => {{ out = found; }}); 0")
        found: dict[str, list[float]] = json.loads(str(engine.eval("out")))
        return found
