"""The EventBridge example, deployed beside a stack in the sandbox."""

import json

import pytest

from tests.examples.conftest import EXAMPLES, Example


@pytest.fixture
def commands(example: Example) -> Example:
    """Give a stack that takes commands from the default bus."""
    template = (EXAMPLES / "eventbridge" / "commands.yaml").read_text("utf-8")
    example.make_stack("maintenance-commands", template, Controller=example.output("Controller"))
    return example


def test_an_event_of_the_pipeline_closes_and_opens_the_site(commands: Example) -> None:
    """The event's detail is the command."""
    for command, answer in (("on for 30m: Release 2.4", 503), ("off", 200)):
        commands.put_event("our.pipeline", {"maintenance": command})

        commands.await_answer(answer)

        assert commands.switch().startswith(command.split()[0])


def test_the_schedule_sends_a_command_that_knows_its_time(commands: Example) -> None:
    """Scheduler puts the time of the schedule into the input."""
    stack = commands.cloud.cloudformation.describe_stack_resource(
        StackName="maintenance-commands", LogicalResourceId="Nightly"
    )
    name = stack["StackResourceDetail"]["PhysicalResourceId"]

    target = commands.cloud.scheduler.get_schedule(Name=name.rpartition("/")[2])["Target"]

    assert json.loads(target["Input"]) == {
        "maintenance": "on for 2h",
        "at": "<aws.scheduler.scheduled-time>",
        "by": "nightly schedule",
    }
