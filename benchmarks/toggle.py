"""
A toggle: from the accepted write of the switch to the accepted update of the distribution.

One distribution of 75 cache behaviors, 150 ms for every AWS call. Beside it a shell script of the
AWS CLI and jq that fetches, edits and updates, and knows neither notes nor neighbours. The time is
read off the sandbox's log of calls; starting the script's processes counts, as does, where it says
cold, starting the controller's.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.artifact import ROOT, Artifacts, copy_of
from benchmarks.controller import Answer, started, succeeded, switch_changed
from benchmarks.findings import Finding, Goal, Samples, Section, number, paired
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, ordered
from tests.stories.site import SWITCH, Site, make_site

_CALL_SECONDS = 0.15
_BEHAVIORS = 75
_REPETITIONS = 9
_UPDATE = "cloudfront:UpdateDistribution"
_SCRIPT = ROOT / "benchmarks" / "toggle.sh"
_CLI = ROOT / ".venv" / "bench" / "bin"
_TWICE = Goal(0.5, "x")
# What ADR 0003 asks for: switch, windows and listing at once, and with them, for ADR 0016, whether
# there is a page of the owner's; then the note, the configuration, the new note, the update.
_LEAST_CALLS = Goal(8, "calls")
_LEAST_WAITS = 5


@dataclass(frozen=True, slots=True)
class _Scene:
    """A site at rest and the two ways to close it."""

    site: Site
    distribution_id: str
    package: Path


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings; without the AWS CLI in `.venv/bench`, those of the controller."""
    package = copy_of(artifacts.controller, folder / "controller", slimmed=True)
    with start_sandbox("--deploy-seconds", "0") as sandbox:
        site = make_site(Cloud(sandbox))
        scene = _Scene(site, _a_big_distribution(site), package)
        samples = _measured(scene)
        calls = _calls_until_update(site)
    ways = [name for name in samples if name.startswith("controller")]
    findings = [_finding(name, samples) for name in ways]
    least = _LEAST_WAITS * _CALL_SECONDS
    findings.append(
        Finding(
            subject="calls until the update",
            measured=f"{len(calls)}: {', '.join(calls)}",
            beside=f"in {_LEAST_WAITS} waits at least, which take {least:.2f} s",
            **_LEAST_CALLS.judged(len(calls)),
        )
    )
    medians = {name: Samples(tuple(each)).median for name, each in samples.items()}
    return Section(
        title=f"A toggle, {_BEHAVIORS} behaviors, {1000 * _CALL_SECONDS:.0f} ms per call",
        findings=tuple(findings),
        numbers={
            "cold_toggle_seconds": medians["whole run, cold"],
            "cold_toggle_work_seconds": medians["its work"],
        },
    )


def _finding(name: str, samples: dict[str, list[float]]) -> Finding:
    script = samples.get("script")
    measured = Samples(tuple(samples[name])).shown("s")
    if not script:
        return Finding(subject=name, measured=measured, beside="script not measured: no AWS CLI")
    beside = f"AWS CLI and jq {Samples(tuple(script)).shown('s')}"
    ratio = paired(samples[name], script, ratio=True)
    judged = _TWICE.judged(ratio) if "warm" in name else {"judged": f"{number(ratio.median)} x"}
    return Finding(subject=name, measured=measured, beside=beside, **judged)


def _measured(scene: _Scene) -> dict[str, list[float]]:
    samples: dict[str, list[float]] = {}
    with started(scene.package, scene.site, scene.distribution_id) as kept:
        succeeded(kept.invoke(switch_changed()))
        ways: dict[str, Callable[[], Answer]] = {
            "controller, cold": lambda: _in_a_new_process(scene),
            "controller, warm": lambda: kept.invoke(switch_changed()),
        }
        if (_CLI / "aws").exists():
            ways["script"] = lambda: _run_script(scene)
        for _ in range(_REPETITIONS):
            for name, way in ways.items():
                seconds, answer = _toggle(scene, way)
                samples.setdefault(name, []).append(seconds)
                if name == "controller, cold":
                    samples.setdefault("whole run, cold", []).append(answer["wall"])
                    samples.setdefault("its work", []).append(answer["cpu"])
                _open_again(scene, kept.invoke)
        # The last one is left in the log, to count its calls.
        _toggle(scene, ways["controller, warm"])
    return samples


def _toggle(scene: _Scene, way: Callable[[], Answer]) -> tuple[float, Answer]:
    """Write the switch, act, and return the seconds until the update was accepted."""
    sandbox = scene.site.cloud.sandbox
    sandbox.set(call_seconds=_CALL_SECONDS)
    before = len(sandbox.calls())
    scene.site.says("on")
    answer = succeeded(way())
    written, *calls = sandbox.calls()[before:]
    accepted = [call for call in calls if call["operation"] == _UPDATE and call["status"] == 200]  # noqa: PLR2004 - HTTP's own number
    if len(accepted) != 1:
        raise RuntimeError(f"One update was to be accepted, not {len(accepted)}: {calls}")
    return accepted[0]["ended"] - written["ended"], answer


def _open_again(scene: _Scene, invoke: Callable[[object], Answer]) -> None:
    """Bring the site back, also from what the script did, which wrote no note."""
    sandbox = scene.site.cloud.sandbox
    sandbox.set(call_seconds=0)
    scene.site.says("off")
    answer = invoke(switch_changed())
    if answer["fault"]:
        _detach_by_hand(scene)
    succeeded(invoke({"sweep": True}))


def _detach_by_hand(scene: _Scene) -> None:
    client = scene.site.cloud.cloudfront
    read = client.get_distribution_config(Id=scene.distribution_id)
    config = read["DistributionConfig"]
    behaviors = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]["Items"]]
    for behavior in behaviors:
        behavior["LambdaFunctionAssociations"] = {"Quantity": 0, "Items": []}
    client.update_distribution(
        Id=scene.distribution_id, IfMatch=read["ETag"], DistributionConfig=config
    )


def _in_a_new_process(scene: _Scene) -> Answer:
    with started(scene.package, scene.site, scene.distribution_id) as fresh:
        return fresh.invoke(switch_changed())


def _run_script(scene: _Scene) -> Answer:
    subprocess.run(  # noqa: S603 - our own script
        [str(_SCRIPT), scene.distribution_id, scene.site.edge_version_arn],
        env={
            **scene.site.cloud.sandbox.environment(),
            "PATH": f"{_CLI}{os.pathsep}{os.defpath}",
            "AWS_ENDPOINT_URL_CLOUDFRONT": scene.site.cloud.sandbox.endpoint_url,
        },
        check=True,
    )
    return {"fault": None}


def _calls_until_update(site: Site) -> list[str]:
    """Return the calls of the last toggle, from behind the write of the switch to the update."""
    calls = site.cloud.sandbox.calls()
    # The controller writes a parameter, too, when it is done: the status.
    last = max(
        number
        for number, call in enumerate(calls)
        if call["operation"] == "ssm:PutParameter" and call["resource"].endswith(SWITCH)
    )
    names = [call["operation"] for call in calls[last + 1 :]]
    return names[: names.index(_UPDATE) + 1]


def _a_big_distribution(site: Site) -> str:
    paths = (a_behavior(PathPattern=f"/{each:03d}/*") for each in range(_BEHAVIORS - 1))
    return a_distribution(site.cloud, "big", CacheBehaviors=ordered(*paths))
