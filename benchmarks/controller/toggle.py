"""
A toggle: from the accepted write of the switch to the accepted update of the distribution.

The distribution has 75 cache behaviors, and every AWS call takes 150 ms. Beside it are two shell
scripts with the AWS CLI and jq, which fetch, edit and update, and record no displaced functions:
one attaches to every behavior, the other, as the closest open tool, to the default one only. The
times come from the sandbox's log of calls; they include the start of the script's processes and, if
it is cold, of the controller's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers
from benchmarks.artifact import Artifacts
from benchmarks.controller.process import (
    Answer,
    Environment,
    require_success,
    start_controller,
    switch_event,
)
from benchmarks.results.findings import Finding, Goal, Samples, Section, number, ratios
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_function, ordered
from tests.stories.site import SWITCH, Site, make_site

_CALL_SECONDS = 0.15
_BEHAVIORS = 75
_REPETITIONS = 7
_UPDATE = "cloudfront:UpdateDistribution"
_WARM = Goal(0.5, "x")
_COLD = Goal(1.25, "x")
# As in ADR 0003: switch, windows and listing at once, and with them (ADR 0016) whether there is a
# page of the owner's; then the record, the configuration, the new record, the update.
_LEAST_CALLS = Goal(8, "calls")
_LEAST_WAITS = 5
_COLD_RUN, _WARM_RUN, _WHOLE_COLD_RUN = "controller, cold", "controller, warm", "whole run, cold"
_SCRIPT, _DEFAULT_ONLY = "script", "script, default behavior only"


@dataclass(frozen=True, slots=True)
class _Setting:
    """An open site, and the package that closes it."""

    site: Site
    distribution_id: str
    package: Path


def run(artifacts: Artifacts, _: Path) -> Section:
    """Return the findings; without the AWS CLI in `.venv/bench`, only the controller's."""
    with start_sandbox("--deploy-seconds", "0") as sandbox:
        site = make_site(Cloud(sandbox))
        samples = _measure(_Setting(site, _a_big_distribution(site), artifacts.slimmed_controller))
        calls = _last_toggle(site)
    findings = (
        _beside_script(_COLD_RUN, samples),
        _beside_script(_WARM_RUN, samples, _WARM),
        *_default_only(samples),
        Finding(
            subject="cold beside warm",
            measured=Samples(tuple(samples[_COLD_RUN])).text("s"),
            beside=f"warm {Samples(tuple(samples[_WARM_RUN])).text('s')}",
            **_COLD.judge(ratios(samples[_COLD_RUN], samples[_WARM_RUN])),
        ),
        Finding(
            subject=_WHOLE_COLD_RUN,
            measured=Samples(tuple(samples[_WHOLE_COLD_RUN])).text("s"),
        ),
        Finding(
            subject="calls until the update",
            measured=f"{len(calls)}: {', '.join(calls)}",
            beside=f"at least {_LEAST_WAITS} waits, {_LEAST_WAITS * _CALL_SECONDS:.2f} s",
            **_LEAST_CALLS.judge(len(calls)),
        ),
    )
    title = f"{_BEHAVIORS} behaviors, {1000 * _CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=findings)


def _beside_script(
    name: str, samples: Mapping[str, Sequence[float]], goal: Goal | None = None
) -> Finding:
    measured = Samples(tuple(samples[name])).text("s")
    script = samples.get(_SCRIPT)
    if not script:
        return Finding(subject=name, measured=measured, beside="script not measured: no AWS CLI")
    ratio = ratios(samples[name], script)
    judged = goal.judge(ratio) if goal else {"judged": f"{number(ratio.median)} x"}
    beside = f"AWS CLI and jq {Samples(tuple(script)).text('s')}"
    return Finding(subject=name, measured=measured, beside=beside, **judged)


def _default_only(samples: Mapping[str, Sequence[float]]) -> Iterator[Finding]:
    if _DEFAULT_ONLY in samples:
        yield Finding(
            subject="for comparison: a CloudFront Function at the default behavior, AWS CLI and jq",
            measured=Samples(tuple(samples[_DEFAULT_ONLY])).text("s"),
            beside=f"{_BEHAVIORS - 1} of {_BEHAVIORS} behaviors stay open",
        )


def _measure(setting: _Setting) -> dict[str, list[float]]:
    """Return the seconds of each way to close the site, and of whole cold runs."""
    samples: dict[str, list[float]] = {}
    with start_controller(setting.package, setting.site, setting.distribution_id) as kept:
        require_success(kept.invoke(switch_event()))
        ways: dict[str, Callable[[], Answer]] = {
            _COLD_RUN: lambda: _run_cold(setting),
            _WARM_RUN: lambda: kept.invoke(switch_event()),
        }
        if peers.HAS_CLI:
            ways |= _scripts(setting)
        for _ in range(_REPETITIONS):
            for name, close in ways.items():
                seconds, answer = _close(setting, close)
                samples.setdefault(name, []).append(seconds)
                if name == _COLD_RUN:
                    samples.setdefault(_WHOLE_COLD_RUN, []).append(answer["wall"])
                _open(setting, kept, by_hand=name in {_SCRIPT, _DEFAULT_ONLY})
        # The last one stays in the log, where its calls are counted.
        _close(setting, ways[_WARM_RUN])
    return samples


def _close(setting: _Setting, close: Callable[[], Answer]) -> tuple[float, Answer]:
    """Write the switch, close, and return the seconds until the update was accepted."""
    sandbox = setting.site.cloud.sandbox
    sandbox.set(call_seconds=_CALL_SECONDS)
    before = len(sandbox.calls())
    setting.site.says("on")
    answer = require_success(close())
    written, *calls = sandbox.calls()[before:]
    accepted = [call for call in calls if call["operation"] == _UPDATE and call["status"] == 200]  # noqa: PLR2004 - HTTP's own number
    if len(accepted) != 1:
        raise RuntimeError(f"Expected one accepted update, not {len(accepted)}: {calls}")
    return accepted[0]["ended"] - written["ended"], answer


def _scripts(setting: _Setting) -> dict[str, Callable[[], Answer]]:
    site, distribution_id = setting.site, setting.distribution_id
    function = a_function(site.cloud, "default-only")

    def everywhere() -> Answer:
        peers.attach_everywhere(site, distribution_id)
        return {"error": None}

    def default_only() -> Answer:
        peers.attach_to_default(site, distribution_id, function)
        return {"error": None}

    return {_SCRIPT: everywhere, _DEFAULT_ONLY: default_only}


def _open(setting: _Setting, controller: Environment, *, by_hand: bool) -> None:
    """Open the site again, by hand after a script, which wrote no record."""
    sandbox = setting.site.cloud.sandbox
    sandbox.set(call_seconds=0)
    setting.site.says("off")
    if by_hand:
        _detach_everywhere(setting)
    require_success(controller.invoke(switch_event()))
    require_success(controller.invoke({"sweep": True}))


def _detach_everywhere(setting: _Setting) -> None:
    client = setting.site.cloud.cloudfront
    read = client.get_distribution_config(Id=setting.distribution_id)
    config = read["DistributionConfig"]
    for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]["Items"]):
        behavior["LambdaFunctionAssociations"] = {"Quantity": 0, "Items": []}
        behavior["FunctionAssociations"] = {"Quantity": 0, "Items": []}
    client.update_distribution(
        Id=setting.distribution_id, IfMatch=read["ETag"], DistributionConfig=config
    )


def _run_cold(setting: _Setting) -> Answer:
    with start_controller(setting.package, setting.site, setting.distribution_id) as controller:
        return controller.invoke(switch_event())


def _last_toggle(site: Site) -> list[str]:
    """Return the calls of the last toggle, after the write of the switch and up to the update."""
    calls = site.cloud.sandbox.calls()
    # The controller writes a parameter too, the status.
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
