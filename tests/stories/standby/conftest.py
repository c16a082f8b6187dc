"""The fixtures of the standby engine's stories."""

from collections.abc import Callable

import pytest

from tests.stories.site import Site
from tests.stories.standby.site import StandbySite, make_standby_site


@pytest.fixture
def standby(site: Site, looks_after: Callable[..., None]) -> StandbySite:
    """Give a site of the standby engine, which looks after no distribution yet."""
    made = make_standby_site(site)
    looks_after("E0EXAMPLE0AB0", **made.environment())
    return made


@pytest.fixture
def distribution_id(standby: StandbySite, looks_after: Callable[..., None]) -> str:
    """Give the site's only distribution, after a sweep has filled the store."""
    made = standby.a_distribution()
    looks_after(made, **standby.environment())
    standby.site.receives({"sweep": True})
    standby.site.cloud.sandbox.finish_deployments()
    return made
