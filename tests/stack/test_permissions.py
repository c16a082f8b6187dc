"""Each permission of the deployed stack is taken away once, and its story fails without it."""

import pytest

from tests.stack.conftest import Deployed
from tests.stack.permission_stories import STORIES, begin
from tests.stack.rights import Right, without


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
