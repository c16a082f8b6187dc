"""
Both engines side by side: from the accepted write of the switch until the site is closed.

Every call takes 150 ms, and both controllers are warm. `attach` has accepted a closing when
CloudFront has the last update, `standby` when its store has the key `state`; a function of the
standby engine may have 100 distributions, so 500 are five stacks that are written at once.

Then CloudFront needs time until the last edge has the change. The rows "to the last edge" of all
sizes are reckoned: the seconds above, and those that others measured on AWS (180 s for an update,
30 s for a write). One row is measured, at three edge locations whose delays are a tenth of these.

A script for a key-value store makes two calls of the AWS CLI, describe and put, as the one beside
`attach` does; here it cannot run, as the CLI calls a host name for each account.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.artifact import ROOT, Artifacts, copy_package
from benchmarks.controller import Environment, require_success, start_controller, switch_event
from benchmarks.findings import Finding, Samples, Section, number, ratios
from sandbox.process import Sandbox, start_sandbox
from sandbox.settings import FIELD_DELAYS
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_function, a_store, functions
from tests.stories.site import SWITCH, Site, make_site

_REPETITIONS = {1: 7, 100: 3, 500: 1}
_OF_ONE_FUNCTION = 100
_CALL_SECONDS = 0.15
_LOCATIONS = 3
_SHORTENED = 10
_CLOSED = 503
_OK = 200
_UPDATE = "cloudfront:UpdateDistribution"
_WRITE = "cloudfront-keyvaluestore:UpdateKeys"
_OPEN = "function handler(event) { return event.request; }"
_SCRIPT = ROOT / "benchmarks" / "toggle.sh"
_CLI = ROOT / ".venv" / "bench" / "bin"
_HAS_CLI = (_CLI / "aws").exists()


@dataclass(frozen=True, slots=True)
class _Stack:
    """A controller's process, and the switch that it follows."""

    controller: Environment
    switch: str

    def receives_change(self) -> None:
        """Deliver the change event of the switch."""
        event = json.dumps(switch_event()).replace(SWITCH, self.switch)
        require_success(self.controller.invoke(json.loads(event)))


@dataclass(frozen=True, slots=True)
class _Fleet:
    """Distributions that an engine closes; `accepted` is the call that closes."""

    site: Site
    stacks: tuple[_Stack, ...]
    accepted: str
    domain: str

    @property
    def sandbox(self) -> Sandbox:
        """Return where it is."""
        return self.site.cloud.sandbox

    def write(self, value: str) -> None:
        """Write all switches, and let the controllers do what they say."""
        for stack in self.stacks:
            put = self.site.cloud.ssm.put_parameter
            put(Name=stack.switch, Value=value, Type="String", Overwrite=True)
        with ThreadPoolExecutor(len(self.stacks)) as threads:
            list(threads.map(_Stack.receives_change, self.stacks))

    def close(self) -> float:
        """Open the site, close it, and return the seconds until that was accepted everywhere."""
        self.sandbox.set(call_seconds=0)
        self.write("off")
        self.sandbox.set(call_seconds=_CALL_SECONDS)
        before = len(self.sandbox.calls())
        self.write("on")
        calls = self.sandbox.calls()[before:]
        written = [each for each in calls if each["operation"] == "ssm:PutParameter"]
        accepted = [
            each["ended"]
            for each in calls
            if each["operation"] == self.accepted and each["status"] == _OK
        ]
        if self.accepted == _WRITE:
            # The first of each stack; pages may follow.
            accepted = accepted[: len(self.stacks)]
        # The controllers are woken once all switches are written.
        return float(max(accepted) - written[len(self.stacks) - 1]["ended"])

    def close_to_the_last_edge(self) -> float:
        """Close it, and return the seconds until the last edge location answers 503."""
        self.sandbox.set(call_seconds=0)
        self.write("off")
        self.sandbox.finish_deployments()
        self.sandbox.set(call_seconds=_CALL_SECONDS)
        began = time.monotonic()
        with ThreadPoolExecutor(1) as threads:
            closing = threads.submit(self.write, "on")
            while self._status(_LOCATIONS) != _CLOSED:
                time.sleep(0.02)
            seconds = time.monotonic() - began
            closing.result()
        return seconds

    def _status(self, location: int) -> int:
        headers = {"Host": self.domain, "X-Sandbox-Edge-Location": str(location)}
        return httpx.get(self.sandbox.endpoint_url, headers=headers, timeout=30).status_code


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings of all sizes, and of the last edge."""
    package = copy_package(artifacts.controller, folder / "controller", slimmed=True)
    findings: list[Finding] = []
    for size, repetitions in _REPETITIONS.items():
        with _both(package, size) as (attach, standby):
            pairs = [(attach.close(), standby.close()) for _ in range(repetitions)]
            script = [_script_seconds(attach) for _ in range(3)] if size == 1 and _HAS_CLI else []
            findings += _of_size(size, pairs, script)
            if size == 1:
                findings.append(_last_edge(attach, standby))
    title = f"attach beside standby, warm, {1000 * _CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=tuple(findings))


@contextlib.contextmanager
def _both(package: Path, size: int) -> Iterator[tuple[_Fleet, _Fleet]]:
    with contextlib.ExitStack() as started:
        start: Callable[[], Any] = lambda: started.enter_context(  # noqa: E731 - both begin alike
            start_sandbox("--deploy-seconds", "0")
        )
        yield (
            started.enter_context(_attaching(package, make_site(Cloud(start())), size)),
            started.enter_context(_standing_by(package, make_site(Cloud(start())), size)),
        )


@contextlib.contextmanager
def _attaching(package: Path, site: Site, size: int) -> Iterator[_Fleet]:
    made = [_a_member(site, index, a_behavior()) for index in range(size)]
    with start_controller(
        package, site, "*.example.com", MAX_DISTRIBUTIONS=str(size)
    ) as controller:
        stacks = (_Stack(controller, SWITCH),)
        yield _Fleet(site, stacks, _UPDATE, _domain(site, made[0]))


@contextlib.contextmanager
def _standing_by(package: Path, site: Site, size: int) -> Iterator[_Fleet]:
    with contextlib.ExitStack() as started:
        stacks, made = [], []
        for stack_number in range((size + _OF_ONE_FUNCTION - 1) // _OF_ONE_FUNCTION):
            name = f"standby-{stack_number}"
            store = a_store(site.cloud, name)
            arn = a_function(site.cloud, name, code=_OPEN, store=store)
            behavior = a_behavior(FunctionAssociations=functions(viewer_request=arn))
            first = stack_number * _OF_ONE_FUNCTION
            members = range(first, min(size, first + _OF_ONE_FUNCTION))
            made += [_a_member(site, index, behavior) for index in members]
            switch = f"/stack-{stack_number}/maintenance"
            settings = {
                "ENGINE": "standby",
                "STANDBY_FUNCTION": name,
                "STANDBY_STORE_ARN": store,
                "SWITCH_PARAMETER": switch,
                "MAX_DISTRIBUTIONS": str(_OF_ONE_FUNCTION),
            }
            controller = start_controller(
                package, site, f"*.stack-{stack_number}.example.com", **settings
            )
            stacks.append(_Stack(started.enter_context(controller), switch))
        fleet = _Fleet(site, tuple(stacks), _WRITE, _domain(site, made[0]))
        # The first run writes the default pages, which then lie ready.
        fleet.write("off")
        yield fleet


def _a_member(site: Site, index: int, behavior: dict[str, Any]) -> str:
    alias = f"n{index:03d}.stack-{index // _OF_ONE_FUNCTION}.example.com"
    aliases = {"Quantity": 1, "Items": [alias]}
    return a_distribution(site.cloud, alias, Aliases=aliases, DefaultCacheBehavior=behavior)


def _domain(site: Site, distribution_id: str) -> str:
    site.cloud.sandbox.finish_deployments()
    found = site.cloud.cloudfront.get_distribution(Id=distribution_id)
    return found["Distribution"]["DomainName"]


def _of_size(
    size: int, pairs: Sequence[tuple[float, float]], script: Sequence[float]
) -> Iterator[Finding]:
    attach, standby = ([pair[way] for pair in pairs] for way in (0, 1))
    subject = f"{size} distribution{'s' if size > 1 else ''}"
    beside = f"attach {Samples(tuple(attach)).text('s')}"
    if script:
        beside += f", a script with the AWS CLI and jq {Samples(tuple(script)).text('s')}"
    yield Finding(
        subject=f"{subject}, accepted: standby",
        measured=Samples(tuple(standby)).text("s"),
        beside=beside,
        judged=f"{number(ratios(standby, attach).median)} x",
    )
    reckoned = [
        Samples(tuple(seconds)).median + FIELD_DELAYS[name]
        for seconds, name in ((standby, "store_seconds"), (attach, "deploy_seconds"))
    ]
    yield Finding(
        subject=f"{subject}, to the last edge, reckoned: standby",
        measured=f"{number(reckoned[0])} s",
        beside=f"attach {number(reckoned[1])} s",
        judged=f"{number(reckoned[0] / reckoned[1])} x",
    )


def _last_edge(attach: _Fleet, standby: _Fleet) -> Finding:
    seconds: list[list[float]] = []
    for fleet in (standby, attach):
        delays = {name: each / _SHORTENED for name, each in FIELD_DELAYS.items()}
        fleet.sandbox.set(**{**delays, "throttle_seconds": 0, "edge_locations": _LOCATIONS})
        seconds.append([fleet.close_to_the_last_edge() for _ in range(3)])
    return Finding(
        subject=(
            f"1 distribution, to the last of {_LOCATIONS} edges, CloudFront's delays a tenth of "
            "the field's: standby"
        ),
        measured=Samples(tuple(seconds[0])).text("s"),
        beside=f"attach {Samples(tuple(seconds[1])).text('s')}",
        judged=f"{number(ratios(*seconds).median)} x",
    )


def _script_seconds(fleet: _Fleet) -> float:
    """Return how long the script takes that people write instead of attach."""
    fleet.write("off")
    [distribution] = fleet.site.cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    before = len(fleet.sandbox.calls())
    began = time.monotonic()
    subprocess.run(  # noqa: S603 - our own script
        [str(_SCRIPT), distribution["Id"], fleet.site.edge_version_arn],
        env={
            **fleet.sandbox.environment(),
            "PATH": f"{_CLI}{os.pathsep}{os.defpath}",
            "AWS_ENDPOINT_URL_CLOUDFRONT": fleet.sandbox.endpoint_url,
        },
        check=True,
    )
    seconds = time.monotonic() - began
    if all(each["operation"] != _UPDATE for each in fleet.sandbox.calls()[before:]):
        raise RuntimeError("The script updated nothing.")
    return seconds
