"""
`make load`, small: what it claims to hold is held, and a loss is found.

The same loads at full size take an hour (benchmarks/load.md).
"""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.load import events, fleet, windows
from benchmarks.load.deliveries import Deliveries, UnfinishedError, Waits
from benchmarks.load.edge import missing
from benchmarks.load.finding import Load, Row, at_most, none_of
from benchmarks.load.page import markdown
from benchmarks.load.scene import Pace, Scene, make_scene
from sandbox.process import Sandbox

_ROOT = Path(__file__).parents[2]
# The controller as it stands in the checkout, with the libraries of the development environment.
_PACKAGE = Path(os.pathsep.join((str(_ROOT / "controller"), sysconfig.get_path("purelib"))))
_PACE = Pace(call_seconds=0.01, updates_per_minute=1200, update_burst=2)
_WAITS = Waits(retries=(0.5, 1.0), sweep=60.0, patience=90.0)


@pytest.fixture
def scene(sandbox: Sandbox) -> Iterator[Scene]:
    """Give a site under load; CloudFront deploys at once."""
    made = make_scene(sandbox, _PACKAGE, _PACE, _WAITS)
    sandbox.set(deploy_seconds=0)
    yield made
    sandbox.reset()


def _not_held(load: Load) -> list[Row]:
    return [row for row in load.rows if row.is_held is False]


def test_a_small_fleet_is_closed_and_opened_and_nothing_is_lost(scene: Scene) -> None:
    """Every byte of every configuration is as before, with neighbours in the way and without."""
    assert [] == _not_held(fleet.run(scene, distributions=6, behaviors=5, environments=1))


def test_a_few_windows_keep_neither_a_sweep_nor_the_switch(scene: Scene) -> None:
    """And the status names the next one."""
    assert [] == _not_held(windows.run(scene, windows=12, written_at_once=4, environments=1))


def test_a_few_events_at_once_make_one_update_for_each_distribution(scene: Scene) -> None:
    """Every further run finds nothing to do, and none ends as a dead letter."""
    assert [] == _not_held(events.run(scene, events=12, environments=2))


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
def test_a_loss_is_found(before: bytes, closed: bytes, after: bytes, found: list[str]) -> None:
    """A setting that is gone, one that was changed meanwhile, a behavior that stayed open."""
    rows = fleet.judged({"E1": before}, {"E1": closed}, {"E1": after})
    load = Load(title="loss", rows=tuple(rows))

    told = [row for row in load.rows if row.is_held is False]

    assert len(found) == len(told)
    assert all(part in row.subject for part, row in zip(found, told, strict=True))
    assert load.is_held is not bool(found)


def test_a_fleet_that_loses_a_function_makes_the_load_fail(scene: Scene) -> None:
    """The harness itself, with somebody at work who takes one away while the site is closed."""
    load = fleet.run(
        scene,
        distributions=2,
        behaviors=3,
        environments=1,
        meanwhile=lambda: _take_one_away(scene),
    )

    assert ["distributions that are not byte for byte as before"] == [
        row.subject for row in _not_held(load)
    ]
    assert not load.is_held


def _take_one_away(scene: Scene) -> None:
    client = scene.site.cloud.cloudfront
    (found, *_) = client.list_distributions()["DistributionList"]["Items"]
    read = client.get_distribution_config(Id=found["Id"])
    config = read["DistributionConfig"]
    config["CacheBehaviors"]["Items"][1]["FunctionAssociations"] = {"Quantity": 0, "Items": []}
    client.update_distribution(Id=found["Id"], IfMatch=read["ETag"], DistributionConfig=config)


def test_what_never_settles_is_told(scene: Scene) -> None:
    """With what the last run failed with, instead of waiting for ever."""
    with (
        Deliveries((), scene.site, Waits(patience=0.0)) as deliveries,
        pytest.raises(UnfinishedError, match="not done in 0 s"),
    ):
        deliveries.settle()


def test_the_page_says_for_each_row_whether_it_was_held() -> None:
    """And a load with a row that was not is not held."""
    rows = (none_of("lost", ["E1"], to_hold="none"), at_most("run", 9, 900, "s"))
    load = Load(title="Fleet", rows=rows, taken="today", machine="a laptop")

    written = markdown([load]).splitlines()

    assert "| lost | 1: E1 | none | no |" in written
    assert "| run | 9 s | at most 900 s | yes |" in written
    assert not load.is_held
    assert load == Load.read(load.document())


def test_a_machine_without_wrk_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other loads need nothing."""
    monkeypatch.setenv("PATH", "/nowhere")

    assert "apt-get install wrk" in (missing() or "")
