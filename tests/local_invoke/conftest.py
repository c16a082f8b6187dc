"""
A Docker engine, an image, and the demo's site deployed in a sandbox of its own.

Where no engine answers or no image is to be had these tests are skipped, saying why; where CI is
set they fail instead.
"""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from demo.stage import SWITCH, Stage, set_stage
from demo.telling import Telling
from local_invoke.deployed import Deployed, find_deployed
from local_invoke.engine import docker, require_engine
from local_invoke.errors import InvocationError
from local_invoke.image import choose_image
from local_invoke.invocation import Invoked, Invoker
from tests.cloud import eventually

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
# One of each cache behavior.
PATHS = ("/", "/api/health", "/assets/app.css", "/downloads/report.txt")


@dataclass(frozen=True)
class Site:
    """The demo's site, and what runs the stack's functions in containers."""

    stage: Stage
    deployed: Deployed

    def invoke(self, name: str) -> Invoked:
        """Run the function that a file of events/ is for."""
        url = self.stage.sandbox.endpoint_url
        return Invoker(url, os.environ, lambda: datetime.now(UTC)).invoke(EVENTS / name)

    def write_unheard(self, name: str, value: str) -> None:
        """Write a parameter without waking the deployed controller."""
        with self.deployed.asleep():
            self.stage.write_parameter(name, value)

    def delete_unheard(self, name: str) -> None:
        """Delete a parameter without waking the deployed controller."""
        with self.deployed.asleep():
            self.stage.ssm.delete_parameter(Name=name)

    def switch(self) -> str:
        """Return what the switch says."""
        return self.stage.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]

    def answers(self) -> set[int]:
        """Return the status codes that visitors get, over all cache behaviors."""
        return {self.stage.get(path).status_code for path in PATHS}

    def is_closed(self) -> bool:
        """Tell whether every visitor is turned away."""
        return {503} == self.answers()

    def is_open(self) -> bool:
        """Tell whether every visitor gets in."""
        return {200} == self.answers()

    def close(self) -> None:
        """Have the deployed controller close the site."""
        self.stage.write_parameter(SWITCH, "on")
        eventually(self.is_closed)

    def reopen(self) -> None:
        """Have the deployed controller open the site."""
        self.stage.write_parameter(SWITCH, "off")
        eventually(self.is_open)


@pytest.fixture(scope="session")
def image() -> str:
    """Give the image to run functions in, in a Docker engine that answers."""
    try:
        require_engine()
        return choose_image()
    except InvocationError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _site(image: str) -> Iterator[Site]:
    """Give the site; built and deployed once, for that takes seconds."""
    assert image
    with set_stage(Telling(Console(file=io.StringIO()))) as stage:
        stage.sandbox.set(deploy_seconds=0.1)
        yield Site(stage, find_deployed(stage.sandbox.endpoint_url))
    assert not docker("network", "ls", "--quiet", "--filter", "name=site-local-")


@pytest.fixture
def site(_site: Site) -> Site:
    """Give the site, open, and the switch off."""
    _site.reopen()
    return _site


def told(invoked: Invoked) -> str:
    """Return what an invocation said, for the sentence of a test that fails."""
    return f"{json.dumps(invoked.answer)}\n{invoked.log}"
