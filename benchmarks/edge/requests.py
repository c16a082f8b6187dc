"""
What the edge handler adds to a request, in process, over a handler that returns a constant.

Every case is a crowd: addresses and languages differ from request to request, so that the handler's
caches do not flatter it. The package has two hundred bypass tokens.
"""

import hashlib
import ipaddress
import json
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from maintenance_edge.bypass import COOKIE

from benchmarks.artifact import PYTHON, Artifacts, copy_package, environment, program
from benchmarks.results.findings import Finding, Goal, Samples, Section, differences

_CROWD = 2_000
_REPETITIONS = 15
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
_ADDED = Goal(10, "µs", "+")
_NETWORKS = 500
_TOKENS = tuple(hashlib.sha256(bytes([each])).hexdigest()[:43] for each in range(200))
_LANGUAGES = tuple(
    f"{tag};q=0.{weight},en;q=0.1" for tag in ("de", "sl-SI", "fr") for weight in range(2, 9)
)

type _Events = list[dict[str, Any]]


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings for the package, and for one with a long list of allowed networks."""
    plain = _package(artifacts, folder / "plain", networks=())
    listed = _package(artifacts, folder / "listed", networks=_networks())
    samples = {**_measure(plain, _common()), **_measure(listed, _with_networks())}
    findings = [_finding(name, *both) for name, both in samples.items()]
    return Section(title="Edge handler, a request in process", findings=tuple(findings))


def _finding(name: str, ours: list[float], floor: list[float]) -> Finding:
    added = differences(ours, floor)
    beside = f"constant {Samples(tuple(floor)).text('µs')}"
    return Finding(
        subject=name, measured=f"+{added.text('µs')}", beside=beside, **_ADDED.judge(added)
    )


def _measure(
    package: Path, cases: Mapping[str, _Events]
) -> dict[str, tuple[list[float], list[float]]]:
    ran = subprocess.run(  # noqa: S603 - our own program
        [*PYTHON, program("time_handler.py"), str(_REPETITIONS)],
        env=environment(package),
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    samples = json.loads(ran.stdout)
    floor = samples.pop("")
    return {name: (ours, floor) for name, ours in samples.items()}


def _common() -> dict[str, _Events]:
    forged = [f"{each:043d}" for each in range(_CROWD)]
    return {
        "page for a browser": _crowd({"accept": _BROWSER}),
        "JSON for a program": _crowd({"accept": "application/json"}),
        "JSON for a script of another origin": _crowd(
            {"accept": "*/*", "origin": "https://app.example.com"}
        ),
        "open path, passes": _crowd({"accept": _BROWSER}, uri="/robots.txt"),
        "bypass cookie of 200, passes": _crowd(
            *({"accept": _BROWSER, "cookie": f"a=b; {COOKIE}={each}"} for each in _TOKENS)
        ),
        "JSON, a forged bypass cookie": _crowd(
            *({"cookie": f"{COOKIE}={each}"} for each in forged)
        ),
    }


def _with_networks() -> dict[str, _Events]:
    inside = [f"10.{each // 250}.{each % 250}.9" for each in range(_NETWORKS)]
    return {
        "page, 500 networks that the visitor is not in": _crowd({"accept": _BROWSER}),
        "500 networks, the visitor is in one, passes": _crowd(
            {"accept": _BROWSER}, addresses=[inside[n % _NETWORKS] for n in range(_CROWD)]
        ),
    }


def _crowd(
    *headers: Mapping[str, str], uri: str = "/", addresses: Iterable[str] | None = None
) -> _Events:
    first = ipaddress.IPv4Address("198.18.0.0")
    clients = addresses or (str(first + each) for each in range(_CROWD))
    return [
        _event(address, uri, {**headers[n % len(headers)], "accept-language": _LANGUAGES[n % 21]})
        for n, address in enumerate(clients)
    ]


def _event(address: str, uri: str, headers: Mapping[str, str]) -> dict[str, Any]:
    fields = {name: [{"key": name.title(), "value": value}] for name, value in headers.items()}
    fields["host"] = [{"key": "Host", "value": "www.example.com"}]
    request = {
        "clientIp": address,
        "method": "GET",
        "uri": uri,
        "querystring": "",
        "headers": fields,
    }
    config = {"distributionId": "E2EXAMPLE1AB3", "eventType": "viewer-request"}
    return {"Records": [{"cf": {"config": config, "request": request}}]}


def _networks() -> tuple[str, ...]:
    """Return networks that are not adjacent, so that they cannot be merged."""
    return tuple(f"10.{each // 250}.{each % 250}.8/31" for each in range(_NETWORKS))


def _package(artifacts: Artifacts, folder: Path, *, networks: tuple[str, ...]) -> Path:
    package = copy_package(artifacts.edge, folder, slimmed=True)
    file = package / "defaults" / "settings.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    changes = {"allowed_networks": networks, "cors_origins": ["https://app.example.com"]}
    file.write_text(json.dumps({**settings, **changes}), encoding="utf-8")
    expiry = int(time.time()) + 86_400
    tokens = {hashlib.sha256(each.encode()).hexdigest(): expiry for each in _TOKENS}
    overrides = package / "overrides"
    overrides.mkdir()
    (overrides / "bypass.json").write_text(json.dumps(tokens), encoding="utf-8")
    return package
