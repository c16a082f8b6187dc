"""Behaviors and distributions without the function stay open, and the report names them."""

from collections.abc import Callable

import pytest
from maintenance.errors import ConfigurationError, RunFailed
from msgspec.structs import replace

from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions, ordered
from tests.stories.standby.site import StandbySite
from tests.stories.standby.test_windows import TOMORROW, a_window

type LooksAfter = Callable[..., None]


@pytest.mark.promise
def test_a_behavior_without_the_function_is_named_before_and_during_a_maintenance(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """A warning while the site is open, an error while it should be closed; the others close."""
    bare = ordered(a_behavior(PathPattern="/api/*"))
    made = standby.a_distribution(CacheBehaviors=bare)
    looks_after(made, **standby.environment())

    opened = standby.site.receives({"sweep": True})
    with pytest.raises(RunFailed, match=rf"{made}: a maintenance leaves /api/\* open"):
        standby.site.becomes("on")

    [warning] = opened["distributions"][0]["warnings"]
    assert "a maintenance leaves /api/* open" in warning
    assert 503 == standby.visit(made).status_code
    assert 503 != standby.visit(made, path="/api/x").status_code


def test_a_site_that_is_closed_in_part_is_announced(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """As soon as the store closes it, and never as deployed; its opening is announced too."""
    bare = ordered(a_behavior(PathPattern="/api/*"))
    looks_after(standby.a_distribution(CacheBehaviors=bare), **standby.environment())
    standby.site.receives({"sweep": True})

    with pytest.raises(RunFailed, match="a maintenance leaves"):
        standby.site.becomes("on")
    closed = standby.site.status()["last_change"]
    opened = standby.site.becomes("off")

    assert ("maintenance", None) == (closed["mode"], closed["deployed"])
    assert "Opening now" in opened["announced"]


def test_a_distribution_without_the_function_is_not_closed(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """Its status says so, and what is in the place of the function."""
    rewrite = a_function(standby.site.cloud, "rewrite")
    theirs = a_behavior(FunctionAssociations=functions(viewer_request=rewrite))
    other = a_distribution(standby.site.cloud, "other", DefaultCacheBehavior=theirs)
    looks_after(f"{standby.a_distribution()},{other}", **standby.environment())
    with pytest.raises(RunFailed, match=f"{other}: a maintenance leaves default open"):
        standby.site.becomes("on")

    status = standby.site.receives({"status": True})

    steps = {each["distribution_id"]: each["behaviors"][0] for each in status["distributions"]}
    assert "refuse" == steps[other]["action"]
    assert f"CloudFront Function {rewrite} at viewer-request" in steps[other]["reason"]


def test_behaviors_in_except_paths_may_lack_it(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """They stay open, as with the other engine."""
    made = standby.a_distribution(CacheBehaviors=ordered(a_behavior(PathPattern="/api/*")))
    looks_after(made, EXCEPT_PATHS="/api/*", **standby.environment())

    report = standby.site.becomes("on")

    assert ["close", "skip"] == [each["action"] for each in report["distributions"][0]["behaviors"]]
    assert [] == report["errors"]


def test_a_behavior_in_except_paths_with_the_function_closes_too(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """The function does not know through which behavior a request came, so a warning says so."""
    made = standby.a_distribution()
    looks_after(made, EXCEPT_PATHS="default", **standby.environment())

    report = standby.site.becomes("on")

    [warning] = report["distributions"][0]["warnings"]
    assert "a maintenance closes what ExceptPaths names" in warning
    assert 503 == standby.visit(made).status_code


def test_a_distribution_that_is_no_target_closes_with_its_function(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """A warning names it, and it counts for the limit."""
    target, stranger = standby.a_distribution(), standby.a_distribution("second")
    looks_after(target, **standby.environment())

    report = standby.site.becomes("on")

    warnings = {each["distribution_id"]: each["warnings"] for each in report["distributions"]}
    assert "is no target" in warnings[stranger][0]
    assert 503 == standby.visit(stranger).status_code


def test_more_distributions_than_allowed_are_not_closed(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """Others that have the function count, as one write closes them all."""
    standby.a_distribution("second")
    looks_after(standby.a_distribution(), MAX_DISTRIBUTIONS="1", **standby.environment())

    with pytest.raises(ConfigurationError, match="2 distributions would be closed"):
        standby.site.becomes("on")

    assert not [each for each in standby.calls() if each == "UpdateKeys"]
    controller = standby.site.controller().controller
    unlimited = replace(controller, site=controller.site.without_limit())
    assert 2 == len(unlimited.status().outcomes)


def test_no_window_closes_more_distributions_than_allowed(
    standby: StandbySite, looks_after: LooksAfter
) -> None:
    """The edge would close them by its own clock, so the window leaves the store."""
    settings = {"MAX_DISTRIBUTIONS": "1", **standby.environment()}
    looks_after(standby.a_distribution(), **settings)
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))
    standby.site.receives({"sweep": True})
    before = len(standby.state().periods)

    standby.a_distribution("second")
    with pytest.raises(RunFailed, match="2 distributions would be closed"):
        standby.site.receives({"sweep": True})

    assert (1, ()) == (before, standby.state().periods)
