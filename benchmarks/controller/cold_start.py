"""
The controller's cold start: a sweep with nothing to do, in a new process.

The floor is a process that imports boto3, creates clients of the same services and makes the same
calls. Beside the package of `make build` its boto3 is whole and compiled as pip does it, the best
that the one of Lambda's own runtime can do; beside that of `sam build` it is the one of that
package. Both are judged by processor
time: waiting for answers is the same for both, and would only bring the ratio closer to one.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.artifact import (
    PYTHON,
    Artifacts,
    compile_modules,
    copy_package,
    environment,
    program,
    zipped_bytes,
)
from benchmarks.controller.process import Answer, require_success, start_controller
from benchmarks.results.findings import (
    Finding,
    Goal,
    Section,
    busy_seconds,
    differences,
    milliseconds,
    number,
    ratios,
)
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, GROUP, PAGE_NAME, Site, make_site

_COLD_STARTS = 15
_CALL_SECONDS = 0.15
_COLD = Goal(1.0, "x")
_SWEEP = {"scheduled_sweep": True}
_OURS = "make build"
_PLAIN_BUILD = "sam build"

# How the floor makes each call of a sweep; the table names calls that are missing here.
_FLOOR_CALLS: Mapping[str, Callable[[str], tuple[str, str, dict[str, Any]]]] = {
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
        {"Bucket": BUCKET, "Prefix": "page"},
    ),
}

type _Samples = dict[str, list[float]]


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings for the packages of `make build` and of `sam build`."""
    packages = {
        _OURS: artifacts.slimmed_controller,
        _PLAIN_BUILD: copy_package(artifacts.controller, folder / "plain", slimmed=False),
    }
    whole = copy_package(artifacts.controller, folder / "whole", slimmed=False)
    floors = {**packages, _OURS: compile_modules(whole)}
    with start_sandbox("--deploy-seconds", "0") as sandbox:
        site = make_site(Cloud(sandbox))
        distribution_id = a_distribution(site.cloud)
        _sweep(packages[_OURS], site, distribution_id)  # the first one has something to do
        samples = {
            name: _measure(each, floors[name], site, distribution_id)
            for name, each in packages.items()
        }
        calls = {each["operation"] for each in _sweep(packages[_OURS], site, distribution_id)}
        sandbox.set(call_seconds=_CALL_SECONDS)
        waiting = busy_seconds(_sweep(packages[_OURS], site, distribution_id))
    findings = [
        *_findings(samples, sorted(calls - _FLOOR_CALLS.keys())),
        Finding(
            subject=f"the sweep's waiting, {1000 * _CALL_SECONDS:.0f} ms per call",
            measured=f"{number(waiting)} s",
        ),
        _size(packages),
    ]
    return Section(title="Controller", findings=tuple(findings))


def _sweep(package: Path, site: Site, distribution_id: str) -> list[Answer]:
    """Sweep in a new process and return the calls."""
    before = len(site.cloud.sandbox.calls())
    with start_controller(package, site, distribution_id) as controller:
        require_success(controller.invoke(_SWEEP))
    return site.cloud.sandbox.calls()[before:]


def _measure(package: Path, floor: Path, site: Site, distribution_id: str) -> _Samples:
    """Return the processor time of imports and of whole sweeps, ours and the floor's."""
    calls = [
        _FLOOR_CALLS[each["operation"]](each["resource"])
        for each in _sweep(package, site, distribution_id)
        if each["operation"] in _FLOOR_CALLS
    ]
    samples: _Samples = {"import": [], "sweep": [], "floor import": [], "floor": []}
    for _ in range(_COLD_STARTS):
        imported, called = _run_floor(floor, site, calls)
        samples["floor import"].append(imported["cpu"])
        samples["floor"].append(called["cpu"])
        with start_controller(package, site, distribution_id) as controller:
            samples["import"].append(controller.imported["cpu"])
            samples["sweep"].append(require_success(controller.invoke(_SWEEP))["cpu"])
    return samples


def _run_floor(
    package: Path, site: Site, calls: list[tuple[str, str, dict[str, Any]]]
) -> list[Answer]:
    ran = subprocess.run(  # noqa: S603 - our own program
        [*PYTHON, program("plain_calls.py")],
        env=environment(package, **site.cloud.sandbox.environment()),
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _findings(by_package: Mapping[str, _Samples], missing: list[str]) -> list[Finding]:
    without = f" (without {', '.join(missing)})" if missing else ""
    findings = []
    for name, samples in by_package.items():
        sweep = ratios(samples["sweep"], samples["floor"])
        imports = ratios(samples["import"], samples["floor import"])
        findings += [
            Finding(
                subject=f"imports, {name}",
                measured=milliseconds(samples["import"]),
                beside=f"import boto3 {milliseconds(samples['floor import'])}",
                judged=f"{number(imports.median)} x",
            ),
            Finding(
                subject=f"imports, clients and a sweep with nothing to do, {name}",
                measured=milliseconds(samples["sweep"]),
                beside=f"boto3, the same calls{without} {milliseconds(samples['floor'])}",
                **(
                    _COLD.judge(sweep) if name == _OURS else {"judged": f"{number(sweep.median)} x"}
                ),
            ),
        ]
    saved = differences(by_package[_PLAIN_BUILD]["sweep"], by_package[_OURS]["sweep"])
    subject = "saved by make build in place of sam build"
    return [*findings, Finding(subject=subject, measured=milliseconds(saved.values))]


def _size(packages: Mapping[str, Path]) -> Finding:
    sizes = {name: zipped_bytes(package) / 1e6 for name, package in packages.items()}
    return Finding(
        subject="package, as it is uploaded",
        measured=f"{sizes[_OURS]:.1f} MB",
        beside=f"{_PLAIN_BUILD} {sizes[_PLAIN_BUILD]:.1f} MB",
    )
