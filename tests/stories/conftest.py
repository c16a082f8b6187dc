"""The fixtures of the stories: one site, and the controller's environment and log."""

import io
from collections.abc import Callable, Iterator
from logging import StreamHandler

import pytest
from maintenance.reporting.telemetry import logger

from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site, make_site


@pytest.fixture
def site(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a site whose switch says off, and let this process call the sandbox as AWS."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return make_site(cloud)


@pytest.fixture
def looks_after(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that sets the controller's settings: `looks_after("E1", TIME_ZONE="UTC")`."""

    def configure(distributions: str, **settings: str) -> None:
        for name, value in site.environment(distributions, **settings).items():
            monkeypatch.setenv(name, value)

    return configure


@pytest.fixture
def distribution_id(site: Site, looks_after: Callable[..., None]) -> str:
    """Give the site's only distribution, which the controller looks after."""
    made = a_distribution(site.cloud)
    looks_after(made)
    return made


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give the controller's log."""
    text = io.StringIO()
    [handler] = logger.handlers
    assert isinstance(handler, StreamHandler)
    before = handler.setStream(text)
    yield text
    handler.setStream(before)
