"""
`make load`, small: its goals are met, and it finds losses.

The same loads at full size take an hour (benchmarks/load.md).
"""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.findings import Section
from benchmarks.load import events, fleet, windows
from benchmarks.load.deliveries import Deliveries, UnfinishedError, Waits
from benchmarks.load.scene import AwsLimits, Scene, make_scene
from sandbox.process import Sandbox
from tests.timing import PATIENCE

_ROOT = Path(__file__).parents[2]
# The controller of the checkout, with the libraries of the development environment.
_PACKAGE = Path(os.pathsep.join((str(_ROOT / "controller"), sysconfig.get_path("purelib"))))
_LIMITS = AwsLimits(call_seconds=0.01, updates_per_minute=1200, update_burst=2)
_WAITS = Waits(retries=(0.5, 1.0), sweep=60.0, timeout=PATIENCE)


@pytest.fixture
def scene(sandbox: Sandbox) -> Iterator[Scene]:
    """Return a site to put under load; CloudFront deploys at once."""
    scene = make_scene(sandbox, _PACKAGE, _LIMITS, _WAITS)
    sandbox.set(deploy_seconds=0)
    yield scene
    sandbox.reset()


def _missed(section: Section) -> list[str]:
    return [each.subject for each in section.findings if each.is_met is False]


def test_a_small_fleet_closes_and_opens_without_loss(scene: Scene) -> None:
    """Every byte of every configuration is as before, with conflicting functions and without."""
    assert [] == _missed(fleet.run(scene, distributions=6, behaviors=5, environments=1))


def test_a_few_windows_block_neither_a_sweep_nor_the_switch(scene: Scene) -> None:
    """The status names the next window."""
    assert [] == _missed(windows.run(scene, windows=12, written_at_once=4, environments=1))


def test_simultaneous_events_cause_one_update_of_each_distribution(scene: Scene) -> None:
    """Every further run finds nothing to do, and no event becomes a dead letter."""
    assert [] == _missed(events.run(scene, events=12, environments=2))


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
def test_losses_are_found(before: bytes, closed: bytes, after: bytes, found: list[str]) -> None:
    """A setting that is gone, one that changed during maintenance, a behavior that stayed open."""
    findings = fleet.compare({"E1": before}, {"E1": closed}, {"E1": after})

    missed = _missed(Section(title="loss", findings=tuple(findings)))

    assert len(found) == len(missed)
    assert all(part in subject for part, subject in zip(found, missed, strict=True))


def test_a_load_misses_its_goal_if_a_function_is_lost(scene: Scene) -> None:
    """Here somebody else removes a function while the site is closed."""
    section = fleet.run(
        scene,
        distributions=2,
        behaviors=3,
        environments=1,
        while_closed=lambda: _remove_a_function(scene),
    )

    assert ["distributions that are not byte for byte as before"] == _missed(section)


def _remove_a_function(scene: Scene) -> None:
    client = scene.site.cloud.cloudfront
    (found, *_) = client.list_distributions()["DistributionList"]["Items"]
    read = client.get_distribution_config(Id=found["Id"])
    config = read["DistributionConfig"]
    config["CacheBehaviors"]["Items"][1]["FunctionAssociations"] = {"Quantity": 0, "Items": []}
    client.update_distribution(Id=found["Id"], IfMatch=read["ETag"], DistributionConfig=config)


def test_a_load_that_never_settles_ends_with_an_error(scene: Scene) -> None:
    """Instead of waiting forever."""
    with (
        Deliveries((), scene.site, Waits(timeout=0.0)) as deliveries,
        pytest.raises(UnfinishedError, match="not done in 0 s"),
    ):
        deliveries.settle()
