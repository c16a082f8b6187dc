"""The controller of a stack with Engine=standby in a container: it writes the store."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from sandbox.demo.console import StepConsole
from sandbox.demo.environment import start_environment
from sandbox.demo.standby_walkthrough import attach_standby
from sandbox.invoke.stack import find_stack
from tests.cloud import eventually
from tests.invoke.conftest import Site


@pytest.fixture
def standby_site(image: str) -> Iterator[Site]:
    """Give the shop, to all of whose behaviors the standby function is attached."""
    assert image
    console = StepConsole(Console(file=io.StringIO()))
    with start_environment(console, engine="standby") as demo:
        attach_standby(demo, console)
        yield Site(demo, find_stack(demo.sandbox.endpoint_url))


def test_the_container_closes_the_site_by_a_write_of_the_store(standby_site: Site) -> None:
    """With the role of the deployed controller, which may not update the distribution."""
    demo, before = standby_site.demo, (standby_site.demo.etag(), standby_site.demo.config())

    result = standby_site.invoke("switch-on.json")

    assert not result.is_error, result
    assert eventually(standby_site.is_closed)
    assert "on" == demo.get("/").headers["x-maintenance"]
    assert before == (demo.etag(), demo.config())
