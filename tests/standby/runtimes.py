"""
Run the standby engine's function on two engines: njs, which CloudFront's resembles, and V8.

Both run a whole list of events in one go, with a store of the test's own in place of CloudFront's,
and a clock that stands still.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from py_mini_racer import mini_racer

from tests.contract.template import ROOT
from tests.timing import PATIENCE

PROGRAM = ROOT / "controller" / "maintenance" / "standby" / "function.js"
_IMPORT = re.compile(r"""import (\w+) from ?["'](\w+)["'];?""")

_RUN = """
    async function runAll(runs) {
        const outcomes = [];
        for (let i = 0; i < runs.length; i++) {
            const run = runs[i];
            Date.now = () => run.now;
            STORE.reads = [];
            STORE.values = run.values === undefined ? STORE.values : run.values;
            STORE.failure = run.failure;
            if (run.raw !== null) {
                run.event.request.rawQueryString = () => run.raw;
            }
            const result = await handler(run.event);
            outcomes.push({ result: result, reads: STORE.reads });
        }
        return JSON.stringify(outcomes);
    }
"""
_STORE = """
    const STORE = { values: {}, reads: [], failure: null };
    const CLOUDFRONT = { kvs: () => {
        if (STORE.failure === 'no store') {
            throw new Error('no store is associated');
        }
        return { get: (key) => {
            STORE.reads.push(key);
            if (STORE.failure === 'throws') {
                throw new Error('busy');
            }
            return STORE.failure || STORE.values[key] === undefined
                ? Promise.reject(new Error('KeyNotFound')) : Promise.resolve(STORE.values[key]);
        } };
    } };
"""


class Run(Struct, frozen=True):
    """
    One event, and the time in seconds; `raw` is its query string, None where that is not offered.

    `values` are those of the store; None for those of the run before, to be quick. The `failure`
    of the store is "rejects", "throws" or "no store".
    """

    event: dict[str, Any]
    now: float
    raw: str | None = ""
    values: Mapping[str, str] | None = None
    failure: str = ""


class Outcome(Struct, frozen=True):
    """What the function returned, and the keys that it read."""

    result: dict[str, Any]
    reads: tuple[str, ...]


type Engine = Callable[[bytes, Sequence[Run]], list[Outcome]]


def run_in_v8(code: bytes, runs: Sequence[Run]) -> list[Outcome]:
    """Return the outcomes of these runs in V8, which lacks the modules, so they are played."""
    program = f"{_STORE}{_digests(runs)}{_without_imports(code)}{_RUN}"
    # Not a context left open: its threads would keep the process from ending.
    with mini_racer() as engine:
        engine.eval(f"const console = {{ log: () => {{}} }}; {program}")
        engine.eval(
            f"var out; runAll({_encode(runs)}).then(o => out = o, e => out = String(e)); 0",
            timeout_sec=PATIENCE,
        )
        return _decode(str(engine.eval("out")))


def run_in_njs(code: bytes, runs: Sequence[Run]) -> list[Outcome]:
    """Return the outcomes of these runs in njs; a crash fails."""
    if not shutil.which("njs"):
        pytest.skip("missing: njs. On Debian: apt-get install njs")
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder)
        outcomes = modules / "outcomes.json"
        program = f"""
            import fs from 'fs';
            import played from 'cloudfront';
            {_RUN}
            runAll({_encode(runs)}).then((out) => fs.writeFileSync('{outcomes}', out));
        """
        (modules / "cloudfront").write_text(
            f"{_STORE}globalThis.STORE = STORE; export default CLOUDFRONT;"
        )
        script = modules / "script.js"
        script.write_bytes(code + b"\n" + program.encode())
        ran = subprocess.run(  # noqa: S603 - the function, with the test's own events
            ["njs", "-p", folder, str(script)],  # noqa: S607 - Debian's
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        # A crash has a negative status, and nothing on standard error.
        assert (0, b"") == (ran.returncode, ran.stderr), ran.stdout[-500:]
        return _decode(outcomes.read_text(encoding="utf-8"))


ENGINES: dict[str, Engine] = {"njs": run_in_njs, "V8": run_in_v8}


def _encode(runs: Iterable[Run]) -> str:
    documents = []
    before: Mapping[str, str] | None = None
    for run in runs:
        document: dict[str, Any] = {
            "event": run.event,
            "now": round(run.now * 1_000),
            "raw": run.raw,
            "failure": run.failure,
        }
        if run.values is not None and run.values is not before:
            document["values"] = dict(run.values)
            before = run.values
        documents.append(document)
    return json.dumps(documents)


def _decode(text: str) -> list[Outcome]:
    return [Outcome(each["result"], tuple(each["reads"])) for each in json.loads(text)]


def _without_imports(code: bytes) -> str:
    return _IMPORT.sub(r"const \1 = MODULES.\2;", code.decode())


def _digests(runs: Iterable[Run]) -> str:
    """Return a crypto module that knows the digests of all that a request has."""
    texts = {
        text
        for run in runs
        for text in (
            run.event["viewer"]["ip"],
            *(each["value"] for each in run.event["request"]["headers"].values()),
            *(each["value"] for each in run.event["request"]["cookies"].values()),
            *(each.partition("=")[2] for each in (run.raw or "").split("&")),
            *(each["value"] for each in run.event["request"]["querystring"].values()),
        )
    }
    digests = {
        text: {
            "base64url": urlsafe_b64encode(digest).decode().rstrip("="),
            "hex": digest.hex(),
        }
        for text in texts
        for digest in [hashlib.sha256(text.encode()).digest()]
    }
    return f"""
        const DIGESTS = {json.dumps(digests)};
        const MODULES = {{
            cloudfront: CLOUDFRONT,
            crypto: {{ createHash: () => ({{ update: (text) => ({{
                digest: (encoding) => DIGESTS[text][encoding] }}) }}) }},
        }};
        const require = (name) => MODULES[name];
    """
