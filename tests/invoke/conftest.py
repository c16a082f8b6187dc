"""A Docker engine, an image, and the demo's site deployed in a sandbox of its own."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from sandbox.demo.console import StepConsole
from sandbox.demo.environment import SWITCH, DemoEnvironment, start_environment
from sandbox.invoke.container import AWS_IMAGE, IMAGE, InvocationError, Result, is_there
from sandbox.invoke.invoke import invoke
from sandbox.invoke.stack import Stack, find_stack
from tests.cloud import eventually
from tests.invoke.commands import ROOT
from tests.needs import need

EVENTS = ROOT / "events"
# One of each cache behavior.
PATHS = ("/", "/api/health", "/assets/app.css", "/downloads/report.txt")


@dataclass(frozen=True)
class Site:
    """The demo's site, and its stack, whose controller these tests run in containers."""

    demo: DemoEnvironment
    stack: Stack

    @property
    def url(self) -> str:
        """The sandbox's address."""
        return self.demo.sandbox.endpoint_url

    def invoke(self, name: str) -> Result:
        """Run the controller for a file of events/."""
        return invoke(EVENTS / name, self.url, datetime.now(UTC))

    def write_unnoticed(self, name: str, value: str) -> None:
        """Write a parameter without waking the deployed controller."""
        with self.stack.rules_disabled():
            self.demo.write_parameter(name, value)

    def delete_unnoticed(self, name: str) -> None:
        """Delete a parameter without waking the deployed controller."""
        with self.stack.rules_disabled():
            self.demo.ssm.delete_parameter(Name=name)

    def switch(self) -> str:
        """Return the switch's value."""
        return self.demo.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]

    def rule_states(self) -> dict[str, str]:
        """Return the state of each rule that wakes the deployed controller."""
        events = self.stack.client("events")
        names = events.list_rule_names_by_target(TargetArn=self.stack.controller["FunctionArn"])
        return {each: events.describe_rule(Name=each)["State"] for each in names["RuleNames"]}

    def statuses(self) -> set[int]:
        """Return the status codes that visitors get, over all cache behaviors."""
        return {self.demo.get(path).status_code for path in PATHS}

    def is_closed(self) -> bool:
        """Return whether every behavior answers 503."""
        return {503} == self.statuses()

    def is_open(self) -> bool:
        """Return whether every behavior answers 200."""
        return {200} == self.statuses()

    def close(self) -> None:
        """Have the deployed controller close the site."""
        self.demo.write_parameter(SWITCH, "on")
        eventually(self.is_closed)

    def reopen(self) -> None:
        """Have the deployed controller open the site, and wait for the next second."""
        self.demo.write_parameter(SWITCH, "off")
        eventually(self.is_open)
        written = datetime.now(UTC).replace(microsecond=0)
        eventually(lambda: datetime.now(UTC) >= written + timedelta(seconds=1))


_INSTALL = (
    "sudo apt-get install docker.io debootstrap && sudo service docker start && "
    "sudo make lambda-image"
)


@pytest.fixture(scope="session")
def image() -> str:
    """Give the image that functions run in; nothing is pulled."""
    programs = {each: bool(shutil.which(each)) for each in ("docker", "debootstrap")}
    try:
        images = [each for each in (IMAGE, AWS_IMAGE) if is_there(each)]
    except InvocationError:
        need({**programs, "a Docker engine that you may use": False, "an image": False}, _INSTALL)
    need({**programs, "an image": bool(images)}, _INSTALL, "an image")
    return images[0]


@pytest.fixture(scope="session")
def _site(image: str) -> Iterator[Site]:
    """Give the site; built and deployed once, for that takes seconds."""
    assert image
    with start_environment(StepConsole(Console(file=io.StringIO()))) as demo:
        demo.sandbox.set(deploy_seconds=0.1)
        yield Site(demo, find_stack(demo.sandbox.endpoint_url))


@pytest.fixture
def site(_site: Site) -> Site:
    """Give the site, open, and the switch off."""
    _site.reopen()
    return _site
