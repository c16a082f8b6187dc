"""
Both engines side by side: from the accepted write of the switch until the site is closed.

Every call takes 150 ms, and both controllers are warm. `attach` has accepted a closing when
CloudFront has the last update, `standby` when its store has the key `state`; a function of the
standby engine may have 100 distributions, so 500 are five stacks that are written at once.

Then CloudFront needs time until the last edge has the change. The rows "to the last edge" of all
sizes are reckoned: the seconds above, and those that others measured on AWS (180 s for an update,
30 s for a write). One row is measured, at three edge locations whose delays are a tenth of these.

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
from benchmarks.artifact import Artifacts, copy_package
from benchmarks.controller import Environment, require_success, start_controller, switch_event
from benchmarks.findings import Finding, Goal, Samples, Section, number, ratios
from benchmarks.standby_stacks import make_stacks
from sandbox.process import Sandbox, start_sandbox
from sandbox.settings import FIELD_DELAYS
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_store, functions
from tests.stories.site import Site, make_site

_REPETITIONS = {1: 7, 100: 3, 500: 1}
_CALL_SECONDS = 0.15
_LOCATIONS = 3
_SHORTENED = 10
_CLOSED = 503
_OK = 200
_UPDATE = "cloudfront:UpdateDistribution"
_WRITE = "cloudfront-keyvaluestore:UpdateKeys"
_ONE = Goal(1, "s")
_LARGEST = Goal(60, "s")


@dataclass(frozen=True, slots=True)
class _Stack:
    """A controller's process, and the site whose switch it follows."""

    controller: Environment
    site: Site

    def receives_change(self) -> None:
        """Deliver the change event of the switch."""
        require_success(self.controller.invoke(switch_event(self.site.switch)))


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

    def write(self, value: str) -> None:
        """Write all switches, and let the controllers do what they say."""
        for stack in self.stacks:
            stack.site.says(value)
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
            while self.status(_LOCATIONS) != _CLOSED:
                time.sleep(0.02)
            seconds = time.monotonic() - began
            closing.result()
        return seconds

    def status(self, location: int) -> int:
        """Return what an edge location answers, from 1."""
        headers = {"Host": self.domain, "X-Sandbox-Edge-Location": str(location)}
        return httpx.get(self.sandbox.endpoint_url, headers=headers, timeout=30).status_code


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the findings of all sizes, and of the last edge."""
    package = copy_package(artifacts.controller, folder / "controller", slimmed=True)
    findings: list[Finding] = []
    for size, repetitions in _REPETITIONS.items():
        with both_engines(package, size) as (attach, standby):
            pairs = [(attach.close(), standby.close()) for _ in range(repetitions)]
            findings += _of_size(size, pairs)
            if size == 1:
                findings.append(_last_edge(attach, standby))
                attach.sandbox.set(deploy_seconds=0, edge_locations=1, call_seconds=_CALL_SECONDS)
                findings += _peers_of_one(attach, standby)
    title = f"attach beside standby, warm, {1000 * _CALL_SECONDS:.0f} ms per call"
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
        yield Fleet(site, stacks, _UPDATE, _domain(site, made[0]))


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


def _of_size(size: int, pairs: Sequence[tuple[float, float]]) -> Iterator[Finding]:
    attach, standby = ([pair[way] for pair in pairs] for way in (0, 1))
    subject = f"{size} distribution{'s' if size > 1 else ''}"
    ratio = f"{number(ratios(standby, attach).median)} x"
    yield Finding(
        subject=f"{subject}, accepted: standby",
        measured=Samples(tuple(standby)).text("s"),
        beside=f"attach {Samples(tuple(attach)).text('s')}",
        **({"judged": ratio} if size > 1 else _ONE.judge(Samples(tuple(standby)))),
    )
    if size == 1:
        yield Finding(
            subject=f"{subject}, accepted: attach",
            measured=Samples(tuple(attach)).text("s"),
            beside=f"standby is {ratio}",
            **_ONE.judge(Samples(tuple(attach))),
        )
    reckoned = [
        Samples(tuple(seconds)).median + FIELD_DELAYS[name]
        for seconds, name in ((standby, "store_seconds"), (attach, "deploy_seconds"))
    ]
    yield Finding(
        subject=f"{subject}, to the last edge, reckoned: standby",
        measured=f"{number(reckoned[0])} s",
        beside=f"attach {number(reckoned[1])} s",
        **(
            _LARGEST.judge(reckoned[0])
            if size == max(_REPETITIONS)
            else {"judged": f"{number(reckoned[0] / reckoned[1])} x"}
        ),
    )


def _last_edge(attach: Fleet, standby: Fleet) -> Finding:
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
            _UPDATE,
            lambda: peers.attach_everywhere(site, open_one["Id"]),
        )
    for name, (fleet, operation, close) in ways.items():
        seconds = Samples(tuple(_accepted_seconds(fleet, operation, close) for _ in range(3)))
        yield Finding(
            subject=f"for comparison, 1 distribution, accepted: {name}", measured=seconds.text("s")
        )


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
