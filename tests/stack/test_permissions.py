"""Each permission of the deployed stack is taken away once, and its story fails without it."""

import functools
from collections.abc import Iterator

import pytest

from tests.stack.conftest import Deployed
from tests.stack.permission_stories import STORIES, begin
from tests.stack.rights import Right, without


@pytest.fixture(scope="module")
def quiet(shop: Deployed) -> Iterator[Deployed]:
    """
    Give the shop's stack, which nothing wakes but its stories and, every 15 minutes, its sweep.

    What fails for good does so at once: the waits between the tries are judged elsewhere.
    """
    rules = [shop.named(f"Controller{name}") for name in ("SwitchChanged", "PageChanged")]
    for rule in rules:
        shop.cloud.events.disable_rule(Name=rule)
    function = shop.named("Controller")
    functions = shop.cloud.functions
    latest = f"{function}:$LATEST"
    kept = functions.get_function_event_invoke_config(FunctionName=latest)["DestinationConfig"]
    settings = functools.partial(
        functions.put_function_event_invoke_config, FunctionName=latest, DestinationConfig=kept
    )
    settings(MaximumRetryAttempts=0)
    yield shop
    settings(MaximumRetryAttempts=2)
    for rule in rules:
        shop.cloud.events.enable_rule(Name=rule)


@pytest.mark.parametrize("right", STORIES, ids=str)
def test_without_a_right_its_story_fails_and_with_it_comes_true(
    quiet: Deployed, right: Right
) -> None:
    """The failure names what is missing, in the run's own sentence or by the way letters take."""
    story = STORIES[right]
    begin(quiet)
    for prepare in story.prepare:
        prepare(quiet)

    with without(quiet, *story.also):
        with without(quiet, right):
            told = story.act(quiet)
        afterwards = story.act(quiet)

    sign = story.sign or right.action
    assert sign in told
    assert sign not in afterwards
    assert story.still in afterwards if story.still else "" == afterwards
