"""
`make load`, small: its goals are met, and it finds losses.

The same loads at full size take an hour (benchmarks/load.md).
"""

import os
import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from maintenance.standby.state import Period, State, encode_state

from benchmarks.load import attach, events, fleet, standby, windows
from benchmarks.load.deliveries import Deliveries, UnfinishedError, Waits
from benchmarks.load.fleets import Create
from benchmarks.load.running import running
from benchmarks.load.scene import AwsLimits, Scene, make_scene
from benchmarks.load.stores import has_state
from benchmarks.load.visitors import CLOSED, OPEN, Place, Visitors
from benchmarks.results.findings import Finding, Section
from sandbox.process import Sandbox
from tests.sandbox.builders import put
from tests.timing import PATIENCE

_ROOT = Path(__file__).parents[2]
# The controller of the checkout, with the libraries of the development environment.
_PACKAGE = Path(os.pathsep.join((str(_ROOT / "controller"), sysconfig.get_path("purelib"))))
_LIMITS = AwsLimits(call_seconds=0.01, updates_per_minute=1200, update_burst=2)
# The code of the standby function is published minutes later, which no test waits for.
_WAITS = Waits(retries=(0.5, 1.0), sweep=60.0, alarm=0.0, timeout=PATIENCE)
_ROLE = "arn:aws:iam::000000000000:role/wake"
_ENGINES = pytest.mark.parametrize(
    "create", [attach.create, standby.create], ids=["attach", "standby"]
)


@pytest.fixture
def scene(sandbox: Sandbox) -> Iterator[Scene]:
    """Return a site to put under load; CloudFront deploys at once."""
    scene = make_scene(sandbox, _PACKAGE, _LIMITS, _WAITS)
    sandbox.set(deploy_seconds=0)
    yield scene
    sandbox.reset()


def _missed(section: Section) -> list[str]:
    return [each.subject for each in section.findings if each.is_met is False]


@_ENGINES
def test_a_small_fleet_closes_and_opens_without_loss(scene: Scene, create: Create[object]) -> None:
    """Every byte of every configuration is as before, and every key of a store."""
    section = fleet.run(scene, create, size=(6, 5), environments=1)

    assert [] == _missed(section)


@_ENGINES
def test_a_few_windows_block_neither_a_sweep_nor_the_switch(
    scene: Scene, create: Create[object]
) -> None:
    """The status names the next window."""
    section = windows.run(scene, create, windows=12, written_at_once=4, environments=1)

    assert [] == _missed(section)


@_ENGINES
def test_simultaneous_events_cause_one_change(scene: Scene, create: Create[object]) -> None:
    """Every further run finds nothing to do, and no event becomes a dead letter."""
    assert [] == _missed(events.run(scene, create, events=8, environments=2))


@pytest.mark.parametrize(
    ("before", "closed", "after", "found"),
    [
        (b"<A/>", b"<A/>", b"<A/>", []),
        (b"<A>1</A>", b"<A>2</A>", b"<A>1</A>", ["changed elsewhere"]),
        (b"<A>1</A>", b"<A>1</A>", b"<A></A>", ["not byte for byte"]),
        (
            b"<CacheBehavior><P>/a</P></CacheBehavior>",
            b"<CacheBehavior><P>/a</P><FunctionAssociations/></CacheBehavior>",
            b"<CacheBehavior><P>/a</P></CacheBehavior>",
            ["left open"],
        ),
    ],
)
def test_losses_of_attach_are_found(
    before: bytes, closed: bytes, after: bytes, found: list[str]
) -> None:
    """A setting that is gone, one that changed during maintenance, a behavior that stayed open."""
    findings = attach.compare({"E1": before}, {"E1": closed}, {"E1": after})

    _assert_found(found, findings)


_PLACE = Place("d1.cloudfront.net", "/", 1)
_STATE = encode_state(State(1, ("en",), "aaaaaaaa", ()))
_KEYS = {"state": _STATE, "settings": "{}", "aaaaaaaa.en.t.0": "1"}
_OPENED = standby.Look(
    configurations={"E1": b"<A/>"}, stores={"one": _KEYS}, answers={_PLACE: OPEN}
)


def _with_keys(**changed: str) -> standby.Look:
    stored = {**_KEYS, **{name.replace("_", "."): value for name, value in changed.items()}}
    return replace(_OPENED, stores={"one": {key: each for key, each in stored.items() if each}})


@pytest.mark.parametrize(
    ("closed", "after", "found"),
    [
        ({}, _OPENED, []),
        ({"answers": {_PLACE: OPEN}}, _OPENED, ["left open"]),
        ({}, replace(_OPENED, answers={_PLACE: CLOSED}), ["closed while off"]),
        ({}, replace(_OPENED, answers={_PLACE: "502"}), ["closed while off"]),
        ({}, replace(_OPENED, updates=1), ["updates of distributions"]),
        ({"configurations": {"E1": b"<B/>"}}, _OPENED, ["not byte for byte"]),
        ({}, replace(_OPENED, configurations={"E1": b"<B/>"}), ["not byte for byte"]),
        ({}, _with_keys(state=_STATE.replace('"g":1', '"g":9')), []),
        ({}, _with_keys(state=_STATE.replace("[]", '[{"f":1,"u":0,"r":"x"}]')), ["keys of"]),
        ({}, _with_keys(state="?"), ["keys of"]),
        ({}, _with_keys(settings=""), ["keys of"]),
        ({}, _with_keys(aaaaaaaa_en_t_0="2"), ["keys of"]),
        ({}, _with_keys(theirs="1"), ["keys of"]),
        ({}, _with_keys(bbbbbbbb_en_t_0="1"), ["keys of"]),
        ({}, _with_keys(bbbbbbbb_en_t_0="1", unused='{"bbbbbbbb":1}'), []),
        ({}, replace(_OPENED, stale=("one",)), ["functions whose code"]),
    ],
)
def test_losses_of_standby_are_found(
    closed: dict[str, Any], after: standby.Look, found: list[str]
) -> None:
    """Wrong answers at the edges, a change of a distribution, and keys of a store."""
    while_closed = replace(_OPENED, **{"answers": {_PLACE: CLOSED}, **closed})

    _assert_found(found, standby.compare(_OPENED, while_closed, after))


def _assert_found(found: list[str], findings: Sequence[Finding]) -> None:
    missed = _missed(Section(title="loss", findings=tuple(findings)))

    assert len(found) == len(missed)
    assert all(part in subject for part, subject in zip(found, missed, strict=True))


@pytest.mark.parametrize(("periods", "is_same"), [((), True), ((Period(1, 0, "aaaaaaaa"),), False)])
def test_code_with_another_state_than_its_store_is_found(
    periods: tuple[Period, ...], *, is_same: bool
) -> None:
    """Such a function opens or closes at other times as soon as it cannot read the store."""
    code = f'const baked = {encode_state(State(1, ("en",), "aaaaaaaa", periods))[:-1]},"a":[]}};'

    assert is_same is has_state(code.encode(), _KEYS)


def test_a_visitor_who_gets_an_error_is_found() -> None:
    """Visitors come all the while; each gets the site or the page."""
    visitors = Visitors(Counter({OPEN: 3, CLOSED: 2, "502 ''": 1}))

    missed = _missed(Section(title="visitors", findings=tuple(visitors.findings())))

    assert ["visitors who got neither the site nor the page"] == missed


def test_a_load_misses_its_goal_if_a_function_is_lost(scene: Scene) -> None:
    """Here somebody else removes a function while the site is closed."""
    section = fleet.run(
        scene,
        attach.create,
        size=(2, 3),
        environments=1,
        while_closed=lambda: _remove_a_function(scene),
    )

    assert ["distributions that are not byte for byte as before"] == _missed(section)


def test_a_load_misses_its_goals_if_another_hand_changes_a_store_and_a_distribution(
    scene: Scene,
) -> None:
    """Here somebody else removes a function, and puts a key into the store."""

    def interfere() -> None:
        _remove_a_function(scene)
        client = scene.site.cloud.cloudfront
        (store,) = client.list_key_value_stores()["KeyValueStoreList"]["Items"]
        put(scene.site.cloud, store["ARN"], {"theirs": "1"})

    section = fleet.run(scene, standby.create, size=(2, 3), environments=1, while_closed=interfere)

    assert [
        "updates of distributions",
        "distributions that are not byte for byte as before",
        "keys of stores that are lost, changed or orphaned",
    ] == _missed(section)


def _remove_a_function(scene: Scene) -> None:
    client = scene.site.cloud.cloudfront
    (found, *_) = client.list_distributions()["DistributionList"]["Items"]
    read = client.get_distribution_config(Id=found["Id"])
    config = read["DistributionConfig"]
    config["CacheBehaviors"]["Items"][1]["FunctionAssociations"] = {"Quantity": 0, "Items": []}
    client.update_distribution(Id=found["Id"], IfMatch=read["ETag"], DistributionConfig=config)


def test_an_alarm_clock_that_rings_soon_is_waited_for(scene: Scene) -> None:
    """It wakes the controller once."""
    patient = replace(scene, waits=replace(_WAITS, alarm=25.0))
    with (
        attach.create(scene, 1, 1) as made,
        running(patient, made.stacks, environments=1) as controllers,
    ):
        before = len(controllers.runs)
        at = datetime.now(UTC) + timedelta(seconds=3)
        scene.site.cloud.scheduler.create_schedule(
            Name="alarm-clock",
            GroupName=scene.site.group,
            ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:lambda:us-east-1:000000000000:function:none", "RoleArn": _ROLE},
        )
        controllers.wait_for_alarm_clocks()

        assert before + 1 == len(controllers.runs)


def test_a_load_that_never_settles_ends_with_an_error(scene: Scene) -> None:
    """Instead of waiting forever."""
    with (
        Deliveries((), scene.site, Waits(timeout=0.0)) as deliveries,
        pytest.raises(UnfinishedError, match="not done in 0 s"),
    ):
        deliveries.settle()
