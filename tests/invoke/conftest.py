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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from rich.console import Console

from sandbox.demo.console import StepConsole
from sandbox.demo.environment import SWITCH, DemoEnvironment, start_environment
from sandbox.invoke.engine import require_engine
from sandbox.invoke.errors import InvocationError
from sandbox.invoke.image import image_of_aws, image_that_is_there
from sandbox.invoke.invocation import Invoked, LocalController, local_controller
from tests.cloud import eventually

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
# One of each cache behavior.
PATHS = ("/", "/api/health", "/assets/app.css", "/downloads/report.txt")


@dataclass(frozen=True)
class Site:
    """The demo's site, and the stack's controller to be run in containers."""

    demo: DemoEnvironment
    controller: LocalController

    def invoke(self, name: str) -> Invoked:
        """Run the controller for a file of events/."""
        return self.controller.invoke(EVENTS / name)

    def write_unheard(self, name: str, value: str) -> None:
        """Write a parameter without waking the deployed controller."""
        with self.controller.deployed.asleep():
            self.demo.write_parameter(name, value)

    def delete_unheard(self, name: str) -> None:
        """Delete a parameter without waking the deployed controller."""
        with self.controller.deployed.asleep():
            self.demo.ssm.delete_parameter(Name=name)

    def switch(self) -> str:
        """Return what the switch says."""
        return self.demo.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]

    def answers(self) -> set[int]:
        """Return the status codes that visitors get, over all cache behaviors."""
        return {self.demo.get(path).status_code for path in PATHS}

    def is_closed(self) -> bool:
        """Tell whether every visitor is turned away."""
        return {503} == self.answers()

    def is_open(self) -> bool:
        """Tell whether every visitor gets in."""
        return {200} == self.answers()

    def close(self) -> None:
        """Have the deployed controller close the site."""
        self.demo.write_parameter(SWITCH, "on")
        eventually(self.is_closed)

    def reopen(self) -> None:
        """Have the deployed controller open the site; whatever comes next is of a later second."""
        self.demo.write_parameter(SWITCH, "off")
        eventually(self.is_open)
        written = datetime.now(UTC).replace(microsecond=0)
        eventually(lambda: datetime.now(UTC) >= written + timedelta(seconds=1))


@pytest.fixture(scope="session")
def image() -> str:
    """Give the image to run functions in, in a Docker engine that answers; nothing is pulled."""
    try:
        require_engine()
        there = image_that_is_there()
    except InvocationError as error:
        return _cannot(str(error))
    remedy = f"build one with sudo make lambda-image, or docker pull {image_of_aws()}"
    return there or _cannot(f"No image to run functions in is there: {remedy}.")


def _cannot(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def _site(image: str) -> Iterator[Site]:
    """Give the site; built and deployed once, for that takes seconds."""
    with start_environment(StepConsole(Console(file=io.StringIO()))) as demo:
        demo.sandbox.set(deploy_seconds=0.1)
        url = demo.sandbox.endpoint_url
        with local_controller(url, image, os.environ, lambda: datetime.now(UTC)) as controller:
            yield Site(demo, controller)


@pytest.fixture
def site(_site: Site) -> Site:
    """Give the site, open, and the switch off."""
    _site.reopen()
    return _site


def told(invoked: Invoked) -> str:
    """Return what an invocation said, for the sentence of a test that fails."""
    return f"{json.dumps(invoked.answer)}\n{invoked.log}"
