"""
The controller's cold start: a sweep with nothing to do, in a process that has just been started.

The floor is a process that imports boto3, makes the clients of the same services and makes the same
calls, as the sandbox has seen them. Both are judged by the work of their processor, because waiting
for answers is the same for both and would flatter the ratio.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.artifact import PYTHON, Artifacts, copy_of, environment, packed_bytes, program
from benchmarks.call_log import busy_seconds
from benchmarks.controller import Answer, started, succeeded
from benchmarks.findings import Finding, Goal, Samples, Section, number, paired
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, GROUP, PAGE_NAME, Site, make_site

_COLD_STARTS = 15
# What an answer of AWS is taken to need, where a run waits for it.
_CALL_SECONDS = 0.15
_COLD = Goal(1.15, "x")
_SWEEP = {"sweep": True}
_MADE = "make build"
_PLAIN_BUILD = "sam build"

# How each call of a sweep is made without us; a call that is not here is left out, which is said.
_PLAIN: Mapping[str, Callable[[str], tuple[str, str, dict[str, Any]]]] = {
    "ssm:GetParameter": lambda name: ("ssm", "get_parameter", {"Name": name}),
    "ssm:GetParametersByPath": lambda path: (
        "ssm",
        "get_parameters_by_path",
        {"Path": path, "Recursive": True},
    ),
    "cloudfront:ListDistributions": lambda _: ("cloudfront", "list_distributions", {}),
    "scheduler:GetSchedule": lambda _: (
        "scheduler",
        "get_schedule",
        {"Name": "alarm-clock", "GroupName": GROUP},
    ),
    "lambda:ListVersionsByFunction": lambda _: (
        "lambda",
        "list_versions_by_function",
        {"FunctionName": PAGE_NAME},
    ),
    "s3:ListObjectsV2": lambda _: (
        "s3",
        "list_objects_v2",
        {"Bucket": BUCKET, "Prefix": "page/"},
    ),
}

type _Samples = dict[str, list[float]]


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings for the package as `make build` and as `sam build` leave it."""
    packages = {
        _MADE: copy_of(artifacts.controller, folder / "made", slimmed=True),
        _PLAIN_BUILD: copy_of(artifacts.controller, folder / "plain", slimmed=False),
    }
    with start_sandbox("--deploy-seconds", "0") as sandbox:
        site = make_site(Cloud(sandbox))
        distribution_id = a_distribution(site.cloud)
        not_restored = _warm_up(packages[_MADE], site, distribution_id)
        cold = {name: _samples(each, site, distribution_id) for name, each in packages.items()}
        sandbox.set(call_seconds=_CALL_SECONDS)
        waiting = busy_seconds(_sweep_calls(packages[_MADE], site, distribution_id))
    findings = [*_findings(cold, not_restored), *_package_findings(packages)]
    numbers = {
        "cold_sweep_work_seconds": Samples(tuple(cold[_MADE]["cpu"])).median,
        "sweep_waiting_seconds": waiting,
    }
    return Section(title="Controller, cold start", findings=tuple(findings), numbers=numbers)


def _warm_up(package: Path, site: Site, distribution_id: str) -> list[str]:
    """Bring the site to rest and learn the calls of a sweep; return those without a floor."""
    with started(package, site, distribution_id) as environment_:
        succeeded(environment_.invoke(_SWEEP))
    calls = {call["operation"] for call in _sweep_calls(package, site, distribution_id)}
    return sorted(calls - _PLAIN.keys())


def _sweep_calls(package: Path, site: Site, distribution_id: str) -> list[Answer]:
    before = len(site.cloud.sandbox.calls())
    with started(package, site, distribution_id) as environment_:
        succeeded(environment_.invoke(_SWEEP))
    return site.cloud.sandbox.calls()[before:]


def _samples(package: Path, site: Site, distribution_id: str) -> _Samples:
    calls = _sweep_calls(package, site, distribution_id)
    plain = [
        _PLAIN[each["operation"]](each["resource"]) for each in calls if each["operation"] in _PLAIN
    ]
    samples: _Samples = {"import": [], "cpu": [], "floor import": [], "floor": []}
    for _ in range(_COLD_STARTS):
        imported, called = _floor(package, site, plain)
        samples["floor import"].append(imported["cpu"])
        samples["floor"].append(called["cpu"])
        with started(package, site, distribution_id) as environment_:
            samples["import"].append(environment_.imported["cpu"])
            answer = succeeded(environment_.invoke(_SWEEP))
            samples["cpu"].append(answer["cpu"])
    return samples


def _floor(package: Path, site: Site, calls: list[tuple[str, str, dict[str, Any]]]) -> list[Answer]:
    ran = subprocess.run(  # noqa: S603 - our own program
        [*PYTHON, program("plain_calls.py")],
        env=environment(package, **site.cloud.sandbox.environment()),
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _findings(cold: Mapping[str, _Samples], not_restored: list[str]) -> list[Finding]:
    without = f" (without {', '.join(not_restored)})" if not_restored else ""
    findings = []
    for name, samples in cold.items():
        whole = paired(samples["cpu"], samples["floor"], ratio=True)
        is_deployed = name == _MADE
        judged = _COLD.judged(whole) if is_deployed else {"judged": f"{number(whole.median)} x"}
        findings += [
            Finding(
                subject=f"imports, {name}",
                measured=_milliseconds(samples["import"]),
                beside=f"import boto3 {_milliseconds(samples['floor import'])}",
                judged=f"{_ratio(samples['import'], samples['floor import'])} x",
            ),
            Finding(
                subject=f"imports, clients and a sweep with nothing to do, {name}",
                measured=_milliseconds(samples["cpu"]),
                beside=f"boto3, the same calls{without} {_milliseconds(samples['floor'])}",
                **judged,
            ),
        ]
    saved = paired(cold[_PLAIN_BUILD]["cpu"], cold[_MADE]["cpu"])
    findings.append(
        Finding(
            subject="saved by make build in place of sam build",
            measured=_milliseconds(list(saved.values)),
        )
    )
    return findings


def _package_findings(packages: Mapping[str, Path]) -> list[Finding]:
    sizes = {name: packed_bytes(package) / 1e6 for name, package in packages.items()}
    return [
        Finding(
            subject="package, as it is uploaded",
            measured=f"{sizes[_MADE]:.1f} MB",
            beside=f"{_PLAIN_BUILD} {sizes[_PLAIN_BUILD]:.1f} MB",
        )
    ]


def _ratio(mine: list[float], floor: list[float]) -> str:
    return number(paired(mine, floor, ratio=True).median)


def _milliseconds(seconds: list[float]) -> str:
    return Samples(tuple(1_000 * each for each in seconds)).shown("ms")
