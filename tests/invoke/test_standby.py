"""The controller of a stack with Engine=standby in a container: it writes the store."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from sandbox.demo.commands import site_maintenance
from sandbox.demo.console import StepConsole
from sandbox.demo.environment import start_environment
from sandbox.invoke.stack import find_stack
from tests.cloud import eventually
from tests.invoke.conftest import Site


@pytest.fixture
def standby_site(image: str) -> Iterator[Site]:
    """Give the shop; its API, which has a function of its own, stays open."""
    assert image
    with start_environment(StepConsole(Console(file=io.StringIO())), engine="standby") as demo:
        demo.sandbox.set(store_seconds=0.1, publish_seconds=0.1)
        site_maintenance(demo.sandbox, "standby", "attach", "--except-paths", "/api/*", "--yes")
        eventually(lambda: demo.status() == "Deployed")
        yield Site(demo, find_stack(demo.sandbox.endpoint_url))


def test_the_container_closes_the_site_by_a_write_of_the_store(standby_site: Site) -> None:
    """With the role of the deployed controller, which may not update the distribution."""
    demo, before = standby_site.demo, (standby_site.demo.etag(), standby_site.demo.config())

    result = standby_site.invoke("switch-on.json")

    assert not result.is_error, result
    assert eventually(lambda: {200, 503} == standby_site.statuses())
    assert "on" == demo.get("/").headers["x-maintenance"]
    assert before == (demo.etag(), demo.config())
