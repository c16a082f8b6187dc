"""
Both engines beside each other for one distribution, and beside the scripts that people write.

Every call takes 150 ms, and both controllers are warm. `attach` has accepted a closing when
CloudFront has the last update, `standby` when its store has the key `state`; a function of the
standby engine may have 100 distributions, so 500 are five stacks that are written at once.

Then CloudFront needs time until the last edge has the change: a row is measured at three edge
locations, with a tenth of the delays that others measured on AWS.

A script for a key-value store is played by boto3 in place of the AWS CLI, which calls a host name
for each account and so none on 127.0.0.1.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks import peers
from benchmarks.artifact import Artifacts
from benchmarks.controller.process import (
    Environment,
    require_success,
    start_controller,
    switch_event,
)
from benchmarks.engines.closing import UPDATE, Closing
from benchmarks.engines.standby_stacks import make_stacks
from benchmarks.results.findings import Finding, Goal, Samples, Section, number, ratios
from sandbox.process import Sandbox, start_sandbox
from sandbox.settings import FIELD_DELAYS
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_store, functions
from tests.stories.site import Site, make_site

CALL_SECONDS = 0.15
_REPETITIONS = 5
_TO_THE_EDGE_REPETITIONS = 2
_LOCATIONS = 3
_SHORTENED = 10
_CLOSED = 503
_OK = 200
_WRITE = "cloudfront-keyvaluestore:UpdateKeys"
_ONE = Goal(1, "s")


@dataclass(frozen=True, slots=True)
class _Stack:
    """A controller's process, and the site whose switch it follows."""

    controller: Environment
    site: Site

    def receives_change(self) -> float:
        """Deliver the change event of the switch, and return the seconds of the run."""
        answer = require_success(self.controller.invoke(switch_event(self.site.switch)))
        return float(answer["took"])


@dataclass(frozen=True, slots=True)
class Fleet:
    """Distributions that an engine closes; `accepted` is the call that closes."""

    site: Site
    stacks: tuple[_Stack, ...]
    accepted: str
    domain: str

    @property
    def sandbox(self) -> Sandbox:
        """Return where it is."""
        return self.site.cloud.sandbox

    def write(self, value: str) -> float:
        """Write all switches, let the controllers follow, and return the longest run's seconds."""
        for stack in self.stacks:
            stack.site.says(value)
        with ThreadPoolExecutor(len(self.stacks)) as threads:
            return max(threads.map(_Stack.receives_change, self.stacks))

    def close(self, **limits: float) -> Closing:
        """Open the site, and close it within these limits of AWS."""
        self.sandbox.set(call_seconds=0, updates_per_minute=0)
        self.write("off")
        self.sandbox.set(call_seconds=CALL_SECONDS, **limits)
        before = len(self.sandbox.calls())
        seconds = self.write("on")
        logged = self.sandbox.calls()[before:]
        # The controllers are woken once all switches are written.
        written, calls = logged[: len(self.stacks)], logged[len(self.stacks) :]
        accepted = [
            each["ended"]
            for each in calls
            if each["operation"] == self.accepted and each["status"] == _OK
        ]
        if self.accepted == _WRITE:
            # The first of each stack; pages may follow.
            accepted = accepted[: len(self.stacks)]
        return Closing(max(accepted) - written[-1]["ended"], seconds, calls)

    def close_to_the_last_edge(self) -> float:
        """Close it, and return the seconds until the last edge location answers 503."""
        self.sandbox.set(call_seconds=0)
        self.write("off")
        self.sandbox.finish_deployments()
        self.sandbox.set(call_seconds=CALL_SECONDS)
        began = time.monotonic()
        with ThreadPoolExecutor(1) as threads:
            closing = threads.submit(self.write, "on")
            while self.status(_LOCATIONS) != _CLOSED:
                time.sleep(0.02)
            seconds = time.monotonic() - began
            closing.result()
        return seconds

    def status(self, location: int) -> int:
        """Return what an edge location answers, from 1."""
        headers = {"Host": self.domain, "X-Sandbox-Edge-Location": str(location)}
        return httpx.get(self.sandbox.endpoint_url, headers=headers, timeout=30).status_code


def run(artifacts: Artifacts, _: Path) -> Section:
    """Return the findings of one distribution."""
    with both_engines(artifacts.slimmed_controller, 1) as (attach, standby):
        pairs = [(attach.close().accepted, standby.close().accepted) for _ in range(_REPETITIONS)]
        findings = [*_accepted(pairs), _last_edge(attach, standby)]
        attach.sandbox.set(deploy_seconds=0, edge_locations=1, call_seconds=CALL_SECONDS)
        findings += _peers_of_one(attach, standby)
    title = f"attach beside standby, one distribution, warm, {1000 * CALL_SECONDS:.0f} ms per call"
    return Section(title=title, findings=tuple(findings))


@contextlib.contextmanager
def both_engines(package: Path, size: int) -> Iterator[tuple[Fleet, Fleet]]:
    """Yield open fleets of this size, the one of `attach` first."""
    with contextlib.ExitStack() as started:
        start: Callable[[], Any] = lambda: started.enter_context(  # noqa: E731 - both begin alike
            start_sandbox("--deploy-seconds", "0")
        )
        yield (
            started.enter_context(_attaching(package, make_site(Cloud(start())), size)),
            started.enter_context(_standing_by(package, make_site(Cloud(start())), size)),
        )


@contextlib.contextmanager
def _attaching(package: Path, site: Site, size: int) -> Iterator[Fleet]:
    made = [_a_member(site, f"n{index:03d}.example.com", a_behavior()) for index in range(size)]
    with start_controller(
        package, site, "*.example.com", MAX_DISTRIBUTIONS=str(size), LEAD_TIME_MINUTES="15"
    ) as controller:
        stacks = (_Stack(controller, site),)
        yield Fleet(site, stacks, UPDATE, _domain(site, made[0]))


@contextlib.contextmanager
def _standing_by(package: Path, site: Site, size: int) -> Iterator[Fleet]:
    with contextlib.ExitStack() as started:
        stacks, made = [], []
        for each in make_stacks(site, size):
            function = functions(viewer_request=each.standby.function)
            behavior = a_behavior(FunctionAssociations=function)
            made += [_a_member(site, each.alias(number), behavior) for number in each.members]
            own = each.standby.site
            controller = start_controller(package, own, each.pattern, **each.environment())
            stacks.append(_Stack(started.enter_context(controller), own))
        fleet = Fleet(site, tuple(stacks), _WRITE, _domain(site, made[0]))
        # The first run writes the default pages, which then lie ready.
        fleet.write("off")
        yield fleet


def _a_member(site: Site, alias: str, behavior: dict[str, Any]) -> str:
    aliases = {"Quantity": 1, "Items": [alias]}
    return a_distribution(site.cloud, alias, Aliases=aliases, DefaultCacheBehavior=behavior)


def _domain(site: Site, distribution_id: str) -> str:
    site.cloud.sandbox.finish_deployments()
    found = site.cloud.cloudfront.get_distribution(Id=distribution_id)
    return found["Distribution"]["DomainName"]


def _accepted(pairs: Sequence[tuple[float, float]]) -> Iterator[Finding]:
    attach, standby = (Samples(tuple(pair[way] for pair in pairs)) for way in (0, 1))
    ratio = number(ratios(standby.values, attach.values).median)
    yield Finding(
        subject="accepted: standby",
        measured=standby.text("s"),
        beside=f"attach {attach.text('s')}",
        **_ONE.judge(standby),
    )
    yield Finding(
        subject="accepted: attach",
        measured=attach.text("s"),
        beside=f"standby is {ratio} x",
        **_ONE.judge(attach),
    )


def _last_edge(attach: Fleet, standby: Fleet) -> Finding:
    for fleet in (standby, attach):
        delays = {name: each / _SHORTENED for name, each in FIELD_DELAYS.items()}
        fleet.sandbox.set(**{**delays, "throttle_seconds": 0, "edge_locations": _LOCATIONS})
    # At the same time, as both only wait.
    with ThreadPoolExecutor(2) as threads:
        rounds = [
            tuple(threads.map(Fleet.close_to_the_last_edge, (standby, attach)))
            for _ in range(_TO_THE_EDGE_REPETITIONS)
        ]
    quick, slow = (Samples(tuple(each)) for each in zip(*rounds, strict=True))
    return Finding(
        subject=(
            f"to the last of {_LOCATIONS} edges, CloudFront's delays a tenth of the field's: "
            "standby"
        ),
        measured=quick.text("s"),
        beside=f"attach {slow.text('s')}",
        judged=f"{number(ratios(quick.values, slow.values).median)} x",
    )


def _peers_of_one(attach: Fleet, standby: Fleet) -> Iterator[Finding]:
    """Yield what the scripts take that people write instead, from their start to their end."""
    store = a_store(standby.site.cloud, "by-hand")
    ways: dict[str, tuple[Fleet, str, Callable[[], None]]] = {
        "one key put into a store, boto3": (
            standby,
            "cloudfront-keyvaluestore:PutKey",
            lambda: peers.put_key(standby.site, store),
        )
    }
    if peers.HAS_CLI:
        attach.write("off")
        site = attach.site
        [open_one] = site.cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
        ways["a function attached, AWS CLI and jq"] = (
            attach,
            UPDATE,
            lambda: peers.attach_everywhere(site, open_one["Id"]),
        )
    for name, (fleet, operation, close) in ways.items():
        seconds = Samples(tuple(_accepted_seconds(fleet, operation, close) for _ in range(3)))
        yield Finding(subject=f"accepted, for comparison: {name}", measured=seconds.text("s"))


def _accepted_seconds(fleet: Fleet, operation: str, close: Callable[[], None]) -> float:
    """Return how long a script takes until this call was accepted, its own start included."""
    before = len(fleet.sandbox.calls())
    began = time.monotonic()
    close()
    seconds = time.monotonic() - began
    calls = fleet.sandbox.calls()[before:]
    if all((each["operation"], each["status"]) != (operation, _OK) for each in calls):
        raise RuntimeError(f"The script made no accepted {operation}: {calls}")
    return seconds
