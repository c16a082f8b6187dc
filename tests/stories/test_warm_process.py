"""What a process of the controller keeps from one run to the next."""

import gc
from collections.abc import Callable

from maintenance.app import App

from tests.sandbox.builders import a_distribution
from tests.stories.site import Site


def test_a_process_keeps_only_the_controller_of_its_last_settings(
    site: Site, looks_after: Callable[..., None]
) -> None:
    """Each has clients of megabytes; with other settings the old ones serve no run."""
    distributions = [a_distribution(site.cloud, f"d{number}") for number in range(3)]
    for each in distributions:
        looks_after(each)
        site.becomes("on")
    gc.collect()
    apps = [each for each in gc.get_objects() if isinstance(each, App)]

    kept = [name for each in apps for name in each.settings.distributions]
    assert distributions[-1:] == [each for each in distributions if each in kept]


def test_the_garbage_of_runs_is_collected_but_not_looked_for_among_modules() -> None:
    """The handler, which has been imported, leaves the collector on and its modules frozen."""
    classes = [each for each in gc.get_objects() if each is App]

    assert (True, []) == (gc.isenabled(), classes)
