"""A run makes few calls, which AWS limits, and logs few lines, which AWS charges for."""

from collections.abc import Callable

import pytest

from tests.sandbox.builders import a_behavior, a_distribution, ordered
from tests.stories.site import SWITCH, Site

_HISTORY = "ssm:GetParameterHistory"


def test_the_history_is_read_once_for_each_version_of_the_switch(
    site: Site, looks_after: Callable[..., None]
) -> None:
    """SSM allows three such calls a second, and a version's history cannot change."""
    looks_after(a_distribution(site.cloud))
    site.schedules("new-year", "at(2198-12-31T22:00) for 4h")
    read = []
    for value in ("on", "on for 2h"):
        site.becomes(value)
        site.receives({"sweep": True})
        site.receives({"sweep": True})
        read.append(len(site.cloud.sandbox.calls(_HISTORY)))

    assert [1, 2] == read


def test_a_switch_that_was_deleted_and_written_again_has_another_history(
    site: Site, looks_after: Callable[..., None]
) -> None:
    """Its versions count from 1 again."""
    looks_after(a_distribution(site.cloud))
    site.schedules("new-year", "at(2198-12-31T22:00) for 4h")
    for _ in range(2):
        site.cloud.ssm.delete_parameter(Name=SWITCH)
        site.becomes("on")

    assert 2 == len(site.cloud.sandbox.calls(_HISTORY))


def test_the_log_names_only_the_behaviors_that_were_changed(
    site: Site, looks_after: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise a sweep over a large fleet would log megabytes about unchanged behaviors."""
    path = a_behavior(PathPattern="/open/*")
    looks_after(a_distribution(site.cloud, CacheBehaviors=ordered(path)), EXCEPT_PATHS="/open/*")
    site.becomes("on")
    changed = _logged_behaviors(caplog)
    site.receives({"sweep": True})

    assert (["default"], []) == (changed, _logged_behaviors(caplog))


def _logged_behaviors(caplog: pytest.LogCaptureFixture) -> list[str]:
    (outcome,) = (each.outcome for each in caplog.records if hasattr(each, "outcome"))
    caplog.clear()
    return [each["path_pattern"] for each in outcome["behaviors"]]
