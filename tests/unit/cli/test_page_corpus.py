"""Pages in the shapes of real ones work, after a step or as they are; or the check says why not."""

import pytest

from tests.corpus.shapes import PAGES, SHAPES, Outcome, Shape, outcome_of


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_shape_has_its_outcome(shape: Shape) -> None:
    """tests/browser shows that those that work do so in Chromium."""
    outcome, errors = outcome_of(shape)

    assert (shape.outcome, True) == (
        outcome,
        any(shape.refusal in each for each in (*errors, "")),
    ), errors


def test_every_page_is_a_shape() -> None:
    """No page lies there unused."""
    assert {f"{shape.name}.html" for shape in SHAPES} == {page.name for page in PAGES.iterdir()}


def test_most_shapes_work() -> None:
    """The goal: 35 of 40, of at least 40."""
    working = [shape for shape in SHAPES if shape.outcome is not Outcome.REFUSED]

    assert len(SHAPES) >= 40
    assert len(working) / len(SHAPES) >= 35 / 40
